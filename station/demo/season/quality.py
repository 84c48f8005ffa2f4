"""What the quality manager does on the simulated season: control samples that fail, the technician who comes,
corrections that the station proposes, and loads that are contested."""

from collections.abc import Callable
from datetime import datetime, timedelta

from drivers.reading import Analyte
from station.demo.season.control_samples import ControlSamples
from station.demo.season.nature import FIELDS
from station.demo.season.plan import DAYS_AFTER, day_begins
from station.demo.season.world import World
from station.lab import adjustments, corrections, disputes, holds, proposing
from station.receival.measuring import pairings
from station.store.corrections import PROPOSED, with_newest_act
from station.store.holds import open_holds
from station.store.tables import Correction, Hold

LOOKS_AT, STATION_PROPOSES_AT = timedelta(hours=7), timedelta(hours=2)
TECHNICIAN_COMES_IN = timedelta(hours=25)
PROPOSES_EVERY_DAYS = 3
DISPUTED = (0.3, 0.93)  # which part of the season's loads has gone by
SERVICE = "Réseau d'étalonnage régional"


class QualityManager:
    """Looks every morning. An analyzer that fails its control is adjusted by the technician, and what it said
    meanwhile is released; a phone that fails once is read again and confirmed."""

    def __init__(self, world: World, controls: ControlSamples) -> None:
        self._world, self._controls = world, controls
        self._called: set[str] = set()

    def begin(self) -> None:
        agenda = self._world.agenda
        for day in range(1, self._world.size.days + DAYS_AFTER + 1):
            if day % PROPOSES_EVERY_DAYS == 0:
                agenda.note(day_begins(day) + STATION_PROPOSES_AT, self._propose)
            agenda.note(day_begins(day) + LOOKS_AT, self._look)
        loads = self._world.plan.loads
        for part, is_closed in zip(DISPUTED, (True, False), strict=True):
            number = int(part * len(loads))
            opens = loads[number].arrives + timedelta(days=1)
            agenda.note(opens, self._disputing(number, is_closed=is_closed))

    def _propose(self, at: datetime) -> None:
        """The station's own job, at night."""
        proposing.propose_due(self._world.desk, at)

    def _look(self, at: datetime) -> None:
        with self._world.desk.ledger.read() as tx:
            held = list(open_holds(tx))
            proposed = [row for row, _ in with_newest_act(tx, states=(PROPOSED,))]
        for hold in held:
            if hold.id not in self._called:
                self._called.add(hold.id)
                self._answer(hold, at)
        for row in proposed:
            self._decide(row, at)

    def _answer(self, hold: Hold, at: datetime) -> None:
        world = self._world
        world.truth.note("control_failed", hold.at, source=hold.source, analyte=hold.analyte)
        if hold.source == world.nature.drifting and hold.analyte == Analyte.PROTEIN.value:
            world.agenda.note(at + TECHNICIAN_COMES_IN, lambda when: self._adjust(hold, when))
        else:
            self._controls.read_again(hold.source, at)
            self._end(hold, holds.CONFIRMED, "Témoin relu : conforme", at)

    def _adjust(self, hold: Hold, at: datetime) -> None:
        """The technician sets the analyzer right, the control sample is read again."""
        world = self._world
        analyzer = world.nature.analyzers[hold.source]
        taken_off = round(-analyzer.bias_at(at), 2)
        analyzer.adjusted = at
        adjusted = adjustments.Adjusted(
            hold.analyte, at, old_slope=1.0, old_bias=0.0, new_slope=1.0, new_bias=taken_off, network=SERVICE,
            done_by="Technicien du constructeur", reason="Témoin hors tolérance",
        )  # fmt: skip
        adjustments.record_adjustment(world.desk, hold.source, adjusted, world.manager, at)
        world.truth.note("adjusted", at, source=hold.source, left=analyzer.left)
        self._controls.read_again(hold.source, at + timedelta(minutes=5))
        self._end(hold, holds.RELEASED, "Dérive constatée, appareil réglé", at + timedelta(minutes=10))

    def _end(self, hold: Hold, act: str, reason: str, at: datetime) -> None:
        holds.end_hold(self._world.desk, hold.id, act, reason, self._world.manager, at)
        self._world.truth.note("hold_ended", at, source=hold.source, analyte=hold.analyte, act=act)

    def _decide(self, row: Correction, at: datetime) -> None:
        """What is proposed of the phone that reads high is approved; what is proposed of an analyzer is a
        matter for the technician."""
        world = self._world
        said = {"source": row.source, "species": row.species, "bias": row.bias, "u": row.u}
        if row.source == world.phones[world.nature.high].id:
            reason = "Biais établi par le laboratoire"
            corrections.approve(world.desk, row.id, reason, world.manager, at)
            world.truth.note("correction_approved", at, **said)
        elif row.method == "machine":
            corrections.decline(world.desk, row.id, "Réglage par le technicien", world.manager, at)
            world.truth.note("correction_declined", at, **said)

    def _disputing(self, number: int, *, is_closed: bool) -> Callable[[datetime], None]:
        def dispute(at: datetime) -> None:
            """The supplier contests the first load from there on that has its ticket."""
            world = self._world
            for plan in world.plan.loads[number:]:
                load_id = world.load_ids.get(plan.number)
                if load_id and world.truth.loads[load_id].tonnes:
                    break
            else:
                return
            reason = "Protéines trop basses selon l'apporteur"
            row = disputes.open_dispute(
                world.desk, load_id, ["protein"], "supplier", reason, world.manager, at
            )
            world.truth.note("disputed", at, load_id=load_id)
            other = next(name for name in world.nature.analyzers if name != plan.analyzer)
            values = world.nature.analyzers[other].reads(self._controls.rng, plan.grain, plan.handful, at)
            product = FIELDS[plan.species].product
            when = at + timedelta(minutes=20)
            reading = world.devices.measure(other, plan.barcode, product, values, when)
            pairings.assign(world.desk, reading.id, plan.barcode, world.manager, when, reason="Contestation")
            disputes.note(world.desk, row.id, "Mesuré sur l'autre appareil", world.manager, when)
            if is_closed:
                world.agenda.note(at + timedelta(days=9), lambda when: self._close(row.id, when))

        return dispute

    def _close(self, dispute_id: str, at: datetime) -> None:
        disputes.close_dispute(
            self._world.desk, dispute_id, "upheld", "Le second appareil confirme", self._world.manager, at
        )
