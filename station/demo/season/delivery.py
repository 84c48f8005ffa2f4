"""One truck's visit on the simulated season, from arrival to the retained sample, act by act."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from drivers.reading import Analyte
from station.acts.refusals import Refusal
from station.demo.season.nature import FIELDS, STATED_PURITY_SD, STATED_SD
from station.demo.season.photos import said_by_app
from station.demo.season.plan import LoadPlan
from station.demo.season.truth import TrueLoad
from station.demo.season.world import World
from station.receival.arrivals import visits
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.bridge import weighings
from station.receival.deciding import decisions
from station.receival.laboratory import retaining
from station.receival.measuring import captures, retests
from station.receival.measuring.captures import StoredPhoto
from station.store import queries
from station.store.tables import Proposal

APP, APP_VERSION = "AgriLens", "3.2"
KEEPS_AFTER = timedelta(seconds=40)
MOST_READINGS = 4


class Delivery:
    """Notes each of its acts when the one before is done."""

    def __init__(self, world: World, plan: LoadPlan) -> None:
        self._world, self._plan = world, plan
        self._desk, self._by = world.desk, world.people[plan.operator]
        self._rng = Random(f"delivery {world.plan.seed} {plan.number}")
        self._visit_id = self._load_id = ""

    def arrive(self, at: datetime) -> None:
        plan = self._plan
        load = NewLoad(plan.species, plan.variety, barcode=plan.barcode)
        arrival = Arrival(
            plan.vehicle.plate, plan.vehicle.supplier, (load,), comes_again=True, new_supplier=True
        )
        self._visit_id = visits.enter_arrival(self._desk, arrival, self._by, at).id
        with self._desk.ledger.read() as tx:
            self._load_id = queries.loads_of(tx, self._visit_id)[0].id
        self._world.load_ids[plan.number] = self._load_id
        self._world.truth.loads[self._load_id] = TrueLoad(
            self._load_id, plan.barcode, plan.species, plan.analyzer, self._phone_id,
            {analyte.value: round(value, 4) for analyte, value in plan.grain.items()}, at,
        )  # fmt: skip
        acts = (self._weigh_full, self._measure, self._photograph, self._decide)
        for minutes, act in zip(plan.takes, acts, strict=False):
            self._world.agenda.note(plan.arrives + timedelta(minutes=minutes), act)

    @property
    def _phone_id(self) -> str:
        return self._world.phones[self._plan.phone].id

    @property
    def _true(self) -> TrueLoad:
        return self._world.truth.loads[self._load_id]

    def _weigh_full(self, at: datetime) -> None:
        self._weigh(self._plan.tare_kg + self._plan.net_kg, "first", at)

    def _weigh(self, kg: int, role: str, at: datetime) -> None:
        taken = self._world.devices.weigh(kg, at)
        weighings.confirm(
            self._desk, taken.id, self._visit_id, role, self._by, at, despite_remarks=True
        )  # fmt: skip

    def _measure(self, at: datetime) -> None:
        plan, world = self._plan, self._world
        analyzer = world.nature.analyzers[plan.analyzer]
        values = analyzer.reads(self._rng, plan.grain, plan.handful, at)
        world.devices.measure(plan.analyzer, plan.barcode, FIELDS[plan.species].product, values, at)
        self._true.machine.append(values[Analyte.PROTEIN])

    def _photograph(self, at: datetime) -> None:
        if self._plan.photo:
            judged = self._world.studio.judged(self._plan.number)
            capture_id = self._upload(judged.jpeg, at)
            captures.record_inspection(self._desk, capture_id, [judged.seen], at)
            return
        plan, phone = self._plan, self._world.nature.phones[self._plan.phone]
        capture_id = self._upload(self._world.studio.small(plan.number), at)
        protein = phone.reads_protein(plan.species, plan.grain, plan.handful)
        post(self._world, capture_id, plan.species, protein, phone.reads_purity(plan.grain, plan.handful), at)
        self._true.phone = protein

    def _upload(self, jpeg: bytes, at: datetime) -> str:
        return upload(self._world, self._plan.phone, self._plan.barcode, jpeg, self._rng, at)

    def _decide(self, at: datetime) -> None:
        if self._plan.again:
            retests.explain_retest(self._desk, self._load_id, "Valeur surprenante", self._by, at)
            self._measure(at)
        proposal = self._proposal()
        while proposal.cell is None and len(self._true.machine) < MOST_READINGS:  # two that lie apart
            retests.explain_retest(self._desk, self._load_id, "Mesures écartées", self._by, at)
            self._measure(at)
            proposal = self._proposal()
        if proposal.cell is None or proposal.pit is None:
            decisions.refuse(self._desk, self._load_id, "Trop humide", self._by, at)
            return
        if not (self._plan.elsewhere and self._decide_otherwise(proposal, at)):
            decisions.decide(
                self._desk, self._load_id, proposal.id, proposal.cell, proposal.pit, "", self._by, at
            )
        leaves = self._plan.arrives + timedelta(minutes=self._plan.takes[-1])
        self._world.agenda.note(leaves, self._weigh_empty)

    def _proposal(self) -> Proposal:
        with self._desk.ledger.read() as tx:
            proposal = queries.current_proposal(tx, self._load_id)
        assert proposal is not None
        return proposal

    def _decide_otherwise(self, proposal: Proposal, at: datetime) -> bool:
        """Choose the next cell of the list; False where there is none, or an operator may not choose it."""
        others = [one for one in proposal.result["ranked"] if one["cell"] != proposal.cell]
        for other in others[:1]:
            try:
                decisions.decide(
                    self._desk, self._load_id, proposal.id, other["cell"], other["pit"],
                    "Consigne du responsable", self._by, at,
                )  # fmt: skip
            except Refusal:
                return False
            return True
        return False

    def _weigh_empty(self, at: datetime) -> None:
        self._weigh(self._plan.tare_kg, "last", at)
        self._true.tonnes = self._plan.net_kg / 1000
        self._world.agenda.note(at + KEEPS_AFTER, self._keep)

    def _keep(self, at: datetime) -> None:
        row = retaining.keep_of_load(self._desk, self._load_id, self._by, at)
        self._world.kept[row.number] = self._plan


def upload(world: World, phone: str, barcode: str, jpeg: bytes, rng: Random, at: datetime) -> str:
    """The phone sends a photo; return the capture's id."""
    capture_id = str(UUID(int=rng.getrandbits(128), version=4))
    photo = StoredPhoto(world.photos.put(jpeg), len(jpeg), "image/jpeg")
    form = {"barcode": barcode}
    captures.receive_capture(world.desk, capture_id, form, [photo], world.phones[phone], at)
    return capture_id


def post(
    world: World, capture_id: str, species: str, protein: float, purity: float | None, at: datetime
) -> None:
    """The application on the phone says what it saw, as the counter takes it."""
    numbers = {"protein": _number(protein, STATED_SD, "dm", "sample")}
    if purity is not None:
        numbers["variety_purity"] = _number(purity, STATED_PURITY_SD, None, "kernel")
    captures.record_outside_inspection(
        world.desk, capture_id, APP, APP_VERSION, None, f"app:{APP}", said_by_app(numbers, species), None, at
    )
    world.posted.append(capture_id)


def _number(value: float, sd: float, basis: str | None, per: str) -> dict[str, object]:
    low, high = round(value - 1.96 * sd, 3), round(min(value + 1.96 * sd, 100.0), 3)
    return {"value": value, "low": low, "high": high, "unit": "%", "basis": basis, "per": per}
