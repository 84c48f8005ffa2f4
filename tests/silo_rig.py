"""A small silo for tests: a real ledger in a folder, a site (`silo.toml`), a clock that is set by hand.

Cells c1 (milling), c3 (organic), c4 (intervention), c5 (feed), h1 (hold), q1 (quarantine); pits p1, p2;
a bridge, a GAC (moisture, test weight) and an NIR (protein, moisture).
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from drivers.reading import UNIT_OF, Analyte, Basis, Flag, Frame, Reading, Value
from station.acts.desk import Actor, Desk
from station.grain.reasons import Reason
from station.receival.arrivals import visits
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.bridge import weighings
from station.receival.deciding import decisions
from station.receival.measuring import readings
from station.receival.measuring.frames import StoredFrame
from station.receival.measuring.photo_words import photos_of_samples
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store import queries
from station.store.batches import samples_by_load
from station.store.engine import Ledger
from station.store.journal import Place
from station.store.tables import Decision, Load, Proposal, Ticket, Visit, Weighing, WeighingUse
from station.store.tables import Reading as ReadingRow

SITE_FILE = Path(__file__).with_name("silo.toml")
SITE = load_settings(SITE_FILE)
(RULES,) = rule_pack_texts(SITE, SITE_FILE)
POLICY = policy_of(SITE)
START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
ANNE = Actor("anne", "Anne", "bridge house", frozenset({"operator"}))
MARC = Actor("marc", "Marc", "office", frozenset({"manager"}))
GOOD = {"moisture": 13.6, "test_weight": 77.4}
GOOD_NIR = {"protein": 10.4, "moisture": 13.5}  # 12.02 % of the dry matter


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
    by: Actor = ANNE
    _serial: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def open(cls, folder: Path) -> "Silo":
        silo = cls(Desk(Ledger(folder), policy_of(SITE)))
        silo.load_site()
        return silo

    @classmethod
    def reopen(cls, folder: Path) -> "Silo":
        """A folder that `open` has made, one minute later."""
        return cls(Desk(Ledger(folder), policy_of(SITE)), HandClock(START + timedelta(minutes=1)))

    def load_site(self, **sections: object) -> None:
        """The station starts with the site file, in which these sections are others."""
        load_site(self.desk, SITE.model_copy(update=sections), SITE_FILE, [RULES], self.clock())

    def stored(self, device: str, data: bytes | None = None) -> StoredFrame:
        """A frame as the journal would have it."""
        number = next(self._serial)
        frame = Frame(data or f"{device} {number}\r\n".encode(), self.clock())
        return StoredFrame(device, frame, Place(f"{device}/1", 100 * number))

    def arrive(
        self, plate: str = "AB-123-CD", *loads: NewLoad, supplier: str = "EARL Dupont", trailer: str = ""
    ) -> Visit:
        wanted = loads or (NewLoad("soft_wheat", barcode=f"S{next(self._serial):05d}"),)
        return visits.enter_arrival(
            self.desk,
            Arrival(plate, supplier, wanted, comes_again=True, trailer=trailer, new_supplier=True),
            self.by,
            self.clock(),
        )

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
            self.by,
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
        wanted = {
            "reason": "" if cell is None else "pit blocked",
            "actor": self.by,
            "at": self.clock(),
            **over,
        }
        return decisions.decide(
            self.desk, load.id, proposal.id, cell or proposal.cell or "", pit or proposal.pit or "",
            **wanted,  # type: ignore[arg-type]
        )  # fmt: skip

    def receive(
        self, plate: str, gross_kg: float = 43_120, tare_kg: float = 15_240, *, trailer: str = ""
    ) -> weighings.Confirmed:
        """One normal load, from arrival to ticket."""
        visit = self.arrive(plate, trailer=trailer)
        self.confirm(gross_kg, visit, "first")
        self.measure_well(visit)
        self.decide(self.loads(visit)[0])
        return self.confirm(tare_kg, visit, "last")

    def loads(self, visit: Visit) -> list[Load]:
        with self.desk.ledger.read() as tx:
            return list(queries.loads_of(tx, visit.id))

    def tickets(self) -> list[str]:
        with self.desk.ledger.read() as tx:
            return list(tx.exec(select(Ticket.id).order_by(col(Ticket.seq))))

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
    return Value(value, UNIT_OF[analyte], Basis.AS_IS if analyte == Analyte.PROTEIN else None)


def photos_of_load(tx: Session, load_id: str) -> list[Reason]:
    """What is said of the photos of a load's samples."""
    return photos_of_samples(tx, samples_by_load(tx, [load_id])[load_id])
