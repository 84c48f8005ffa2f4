"""A small silo for tests: a real ledger in a folder, a site, a clock that is set by hand.

Cells c1 (milling), c3 (organic), c4 (intervention), c5 (feed), h1 (hold), q1 (quarantine); pits p1, p2;
a bridge, a GAC (moisture, test weight) and an NIR (protein, moisture).
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drivers.reading import UNIT_OF, Analyte, Basis, Flag, Frame, Reading, Value
from station.acts.desk import Actor, Desk, SitePolicy
from station.receival import decisions, readings, visits, weighings
from station.receival.frames import StoredFrame
from station.receival.visits import Arrival, NewLoad
from station.site.reference import CellSite, InstrumentSite, LineSite, SiteFile, load_site
from station.store import queries
from station.store.engine import Ledger
from station.store.journal import Place
from station.store.tables import Decision, Load, Proposal, Visit, Weighing, WeighingUse
from station.store.tables import Reading as ReadingRow

RULES = (Path(__file__).parents[1] / "examples" / "rules.toml").read_text(encoding="utf-8")
START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
ANNE = Actor("Anne", "bridge house", frozenset({"operator"}))
MARC = Actor("Marc", "office", frozenset({"manager"}))
GOOD = {"moisture": 13.6, "test_weight": 77.4}
GOOD_NIR = {"protein": 10.4, "moisture": 13.5}  # 12.02 % of the dry matter

POLICY = SitePolicy(
    site="silo-1",
    site_name="Silo de Beauvoir",
    campaign="2026",
    instrument_order={
        Analyte.MOISTURE: ("gac", "nir"),
        Analyte.TEST_WEIGHT: ("gac",),
        Analyte.PROTEIN: ("nir",),
    },
    products={"Wheat": "soft_wheat", "Barley": "barley"},
    species=("soft_wheat", "barley"),
    override_reasons=("cell nearly full", "pit blocked"),
    refusal_reasons=("insects", "too wet"),
)


def _cell(id: str, grade: str | None, **over: object) -> CellSite:  # noqa: A002
    settings: dict[str, object] = {
        "name": f"Cell {id.upper()}", "species": "soft_wheat", "claims": (), "role": "normal", "open": True,
        "capacity_kg": 1_000_000.0,
    }  # fmt: skip
    return CellSite(id=id, grade=grade, **{**settings, **over})  # type: ignore[arg-type]


_OPENING = {
    "protein": {"value": 11.6, "unit": "%", "basis": "dm"},
    "moisture": {"value": 13.4, "unit": "%", "basis": "as_is"},
}

SITE = SiteFile(
    cells=(
        _cell("c1", "milling_no_2", opening_kg=800_000.0, opening=_OPENING),
        _cell("c3", "organic_bread", claims=("organic",), capacity_kg=300_000.0),
        _cell("c4", "intervention", capacity_kg=600_000.0),
        _cell("c5", "feed_wheat", capacity_kg=800_000.0),
        _cell("h1", None, species=None, role="hold", capacity_kg=120_000.0),
        _cell("q1", None, species=None, role="quarantine", capacity_kg=60_000.0),
    ),
    pits={"p1": "Pit 1", "p2": "Pit 2"},
    lines=(
        LineSite("l1", "Line 1", ("p1",), ("c1", "c4", "c5", "h1")),
        LineSite("l2", "Line 2", ("p2",), ("c1", "c3", "c5", "h1", "q1")),
    ),
    instruments=(
        InstrumentSite("bridge", "Bridge", "toledo-continuous", "weighbridge", "/dev/ttyS0", "TB-1"),
        InstrumentSite("gac", "GAC 2100", "gac2100-csv01", "analyzer", "tcp:127.0.0.1:4001"),
        InstrumentSite("nir", "NIR", "json-nir", "analyzer", "tcp:127.0.0.1:4002"),
    ),
    suppliers=(("EARL Dupont", "F0012"),),
)


@dataclass
class HandClock:
    """Station time as the test says; every look moves it on by a millisecond."""

    now: datetime = START
    step: timedelta = timedelta(milliseconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Silo:
    """The desk of the small silo, and the trucks' and instruments' side of it."""

    desk: Desk
    clock: HandClock = field(default_factory=HandClock)
    _serial: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def open(cls, folder: Path, site: SiteFile = SITE, policy: SitePolicy = POLICY) -> "Silo":
        silo = cls(Desk(Ledger(folder), policy))
        load_site(silo.desk, site, [RULES], silo.clock())
        return silo

    @classmethod
    def reopen(cls, folder: Path, policy: SitePolicy = POLICY) -> "Silo":
        """A folder that `open` has made, one minute later."""
        return cls(Desk(Ledger(folder), policy), HandClock(START + timedelta(minutes=1)))

    def stored(self, device: str, data: bytes | None = None) -> StoredFrame:
        """A frame as the journal would have it."""
        number = next(self._serial)
        frame = Frame(data or f"{device} {number}\r\n".encode(), self.clock())
        return StoredFrame(device, frame, Place(f"{device}/1", 100 * number))

    def arrive(self, plate: str = "AB-123-CD", *loads: NewLoad, supplier: str = "EARL Dupont") -> Visit:
        wanted = loads or (NewLoad("soft_wheat", barcode=f"S{next(self._serial):05d}"),)
        return visits.enter_arrival(self.desk, Arrival(plate, supplier, wanted), ANNE, self.clock())

    def weigh(self, kg: float) -> Weighing:
        """The bridge's rule takes this weight."""
        frame = self.stored("bridge")
        reading = Reading(
            "toledo-continuous", "weight", frame.frame, {Analyte.WEIGHT: Value(kg, UNIT_OF[Analyte.WEIGHT])}
        )
        return weighings.take_weighing(self.desk, reading, "equal_readings", kg, frame)

    def confirm(self, kg: float, visit: Visit, role: str, **over: object) -> weighings.Confirmed:
        taken = self.weigh(kg)
        return weighings.confirm(
            self.desk,
            taken.id,
            visit.id,
            role,
            ANNE,
            self.clock(),
            **over,  # type: ignore[arg-type]
        )

    def measure(
        self, device: str, values: Mapping[str, float | None], barcode: str | None = None, *,
        product: str | None = None, identity: str | None = None, data: bytes | None = None,
        sent_again: bool = False,
    ) -> ReadingRow:  # fmt: skip
        frame = self.stored(device, data)
        reading = Reading(
            device, "analysis", frame.frame,
            {Analyte(name): _value(name, value) for name, value in values.items()},
            sample_id=barcode, product=product, identity=identity,
            flags=frozenset({Flag.DUPLICATE}) if sent_again else frozenset(),
        )  # fmt: skip
        return readings.take_reading(self.desk, reading, frame, sent_again=sent_again)

    def measure_well(self, visit: Visit) -> None:
        """Good milling wheat, by barcode, for every load of the visit."""
        for load in self.loads(visit):
            barcode = self.barcode(load)
            self.measure("gac", GOOD, barcode)
            self.measure("nir", GOOD_NIR, barcode)

    def decide(self, load: Load, cell: str | None = None, pit: str | None = None, **over: object) -> Decision:
        proposal = self.proposal(load)
        assert proposal is not None
        wanted = {"reason": "" if cell is None else "pit blocked", "actor": ANNE, "at": self.clock(), **over}
        return decisions.decide(
            self.desk, load.id, proposal.id, cell or proposal.cell or "", pit or proposal.pit or "",
            **wanted,  # type: ignore[arg-type]
        )  # fmt: skip

    def receive(self, plate: str, gross_kg: float = 43_120, tare_kg: float = 15_240) -> weighings.Confirmed:
        """One normal load, from arrival to ticket."""
        visit = self.arrive(plate)
        self.confirm(gross_kg, visit, "first")
        self.measure_well(visit)
        self.decide(self.loads(visit)[0])
        return self.confirm(tare_kg, visit, "last")

    def loads(self, visit: Visit) -> list[Load]:
        with self.desk.ledger.read() as tx:
            return list(queries.loads_of(tx, visit.id))

    def load(self, load: Load) -> Load:
        with self.desk.ledger.read() as tx:
            return tx.get_one(Load, load.id)

    def visit(self, visit: Visit) -> Visit:
        with self.desk.ledger.read() as tx:
            return tx.get_one(Visit, visit.id)

    def barcode(self, load: Load) -> str:
        with self.desk.ledger.read() as tx:
            return queries.samples_of(tx, load.id)[0].barcode

    def proposal(self, load: Load) -> Proposal | None:
        with self.desk.ledger.read() as tx:
            return queries.current_proposal(tx, load.id)

    def chain(self, visit: Visit) -> list[tuple[WeighingUse, Weighing]]:
        with self.desk.ledger.read() as tx:
            return [(use, weighing) for use, weighing in queries.chain_of(tx, visit.id)]


def _value(name: str, value: float | None) -> Value:
    analyte = Analyte(name)
    return Value(value, UNIT_OF[analyte], Basis.AS_IS if analyte is Analyte.PROTEIN else None)
