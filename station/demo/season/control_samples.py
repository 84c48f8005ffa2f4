"""The control samples of the simulated season: analyzers read one each morning, phones another each week."""

from datetime import datetime, timedelta
from random import Random

from drivers.reading import Analyte
from station.demo.season.delivery import post, upload
from station.demo.season.nature import FIELDS, draw_handful
from station.demo.season.plan import DAYS_AFTER, day_begins
from station.demo.season.world import World
from station.lab.controls import Target, set_target
from station.receival.measuring import samples

FOR_ANALYZERS, FOR_PHONES, SPECIES = "T1", "T2", "soft_wheat"
MORNING = timedelta(hours=4, minutes=30)
EVERY_DAYS_PHONE = 7
TOLERANCES = {Analyte.PROTEIN: 0.45, Analyte.MOISTURE: 0.3, Analyte.TEST_WEIGHT: 0.8}
PHONE_TOLERANCE = 1.5  # a single photo tells protein no better
CITATION = "Labo Sud, rapport LS26-T"


class ControlSamples:
    """`rng` is drawn from by whoever measures outside the plan."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rng = Random(f"controls {world.plan.seed}")

    def begin(self) -> None:
        agenda = self._world.agenda
        agenda.note(day_begins(1), self._enter)
        for day in range(1, self._world.size.days + DAYS_AFTER + 1):
            for name in self._world.nature.analyzers:
                agenda.note(day_begins(day) + MORNING, lambda at, name=name: self._read(name, at))  # type: ignore[misc]
            if day % EVERY_DAYS_PHONE == 1:
                for name in self._world.nature.phones:
                    agenda.note(day_begins(day) + MORNING, lambda at, name=name: self._photograph(name, at))  # type: ignore[misc]

    def read_again(self, source: str, at: datetime) -> None:
        """An analyzer (by its id) or a phone (by its terminal's) measures its control sample once more."""
        if source in self._world.nature.analyzers:
            self._read(source, at)
        else:
            name = next(name for name, terminal in self._world.phones.items() if terminal.id == source)
            self._photograph(name, at)

    def _enter(self, at: datetime) -> None:
        world, known = self._world, self._world.nature.control
        for barcode, note in (
            (FOR_ANALYZERS, "Témoin des analyseurs"),
            (FOR_PHONES, "Témoin des téléphones"),
        ):
            samples.enter_own_sample(world.desk, barcode, "control", SPECIES, note, world.manager, at)
        targets = [
            Target(analyte.value, known[analyte], tolerance, _basis(analyte), citation=CITATION)
            for analyte, tolerance in TOLERANCES.items()
        ]
        set_target(world.desk, FOR_ANALYZERS, targets, world.manager, at)
        protein = Target("protein", known[Analyte.PROTEIN], PHONE_TOLERANCE, "dm", citation=CITATION)
        set_target(world.desk, FOR_PHONES, [protein], world.manager, at)

    def _read(self, name: str, at: datetime) -> None:
        world = self._world
        values = world.nature.analyzers[name].reads(self.rng, world.nature.control, None, at)
        world.devices.measure(name, FOR_ANALYZERS, FIELDS[SPECIES].product, values, at)

    def _photograph(self, name: str, at: datetime) -> None:
        world, phone = self._world, self._world.nature.phones[name]
        jpeg = world.studio.small(round(at.timestamp()))
        capture_id = upload(world, name, FOR_PHONES, jpeg, self.rng, at)
        protein = phone.reads_protein(SPECIES, world.nature.control, draw_handful(self.rng))
        post(world, capture_id, SPECIES, protein, None, at)


def _basis(analyte: Analyte) -> str | None:
    return "dm" if analyte is Analyte.PROTEIN else None
