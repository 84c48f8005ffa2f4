"""Vehicles that come and go, step by step; whatever others do in between, their kilograms stay."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from station.grain.carriage import PreviousCargo
from station.receival.arrivals import visits
from station.receival.arrivals.paper_pad import Pad, Read, close_from_pad
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import stored_tares
from station.receival.bridge.weighings import Confirmed
from station.receival.deciding import decisions
from station.receival.leaving import delivery_notes, outbound, outbound_loading
from station.receival.leaving.outbound_coming import Coming
from station.receival.leaving.outbound_loading import Drawn
from station.receival.storage.tipped_elsewhere import correct_tipping
from station.receival.storage.tippings import Tipped
from station.store.tables import DeliveryNote, OutboundVisit, StoredTare, Visit
from tests.silo_rig import ANNE, GOOD, START, Silo

Step = Callable[[], object]
CLEAN = (PreviousCargo("grain", "A"),) * 3


class Truck:
    """One visit that brings grain; its loads have these shares of it."""

    def __init__(self, silo: Silo, number: int, protein: float, *shares: float) -> None:
        self.silo, self.number, self.protein, self.shares = silo, number, protein, shares
        self.plate, self.turn = f"AB-{number}00-CD", 0
        self.owners: tuple[tuple[str, float], ...] = ()
        self.visit: Visit | None = None
        self.left: Confirmed | None = None
        self.tare: StoredTare | None = None

    def arrive(self) -> None:
        self.turn += 1
        new = [
            NewLoad("soft_wheat", barcode=f"N{self.number}{self.turn}{at}", share=share, owners=self.owners)
            for at, share in enumerate(self.shares)
        ]
        self.visit = self.silo.arrive(self.plate, *new)

    @property
    def here(self) -> Visit:
        assert self.visit is not None
        return self.visit

    def weigh(self, kg: float, role: str, position: int | None = None, **said: Any) -> Step:
        """`position`: of the load that it empties, where it might empty several."""

        def confirm() -> None:
            chosen = [] if position is None else [self._loads()[position].id]
            self.left = self.silo.confirm(kg, self.here, role, load_ids=chosen, **said)

        return confirm

    def measure(self) -> None:
        for load in self._loads():
            barcode = self.silo.barcode(load)
            self.silo.measure("gac", GOOD, barcode)
            self.silo.measure("nir", {"protein": self.protein, "moisture": 13.5}, barcode)

    def decide(self, cell: str, pit: str) -> Step:
        return lambda: [self.silo.decide(load, cell, pit) for load in self._loads()]

    def tip_apart(self, kg: float, *parts: Tipped) -> Step:
        """ "Cell 1 is full!" """
        return lambda: self.silo.confirm(kg, self.here, "last", tipped={self._load().id: parts})

    def correct(self, *parts: Tipped) -> Step:
        return lambda: correct_tipping(
            self.silo.desk, self._load().id, parts, "cell full", ANNE, self.silo.clock()
        )

    def store_tare(self) -> None:
        assert self.left is not None
        self.tare = stored_tares.store_tare(self.silo.desk, self.left.weighing.id, ANNE, self.silo.clock())

    def use_tare(self) -> None:
        assert self.tare is not None
        stored_tares.use_tare(self.silo.desk, self.here.id, self.tare.id, ANNE, self.silo.clock())

    def refuse(self) -> None:
        decisions.refuse(self.silo.desk, self._load().id, "insects", ANNE, self.silo.clock())

    def leave(self) -> None:
        decisions.leave(self.silo.desk, self._load().id, "price", ANNE, self.silo.clock())

    def cancel(self) -> None:
        visits.cancel_visit(self.silo.desk, self.here.id, "entered twice", ANNE, self.silo.clock())

    def close_from_pad(self, tare_kg: float, gross_kg: float, *tipped: Tipped) -> Step:
        full, empty = START - timedelta(hours=2), START - timedelta(hours=1)
        pad = Pad(f"P-{self.number}", Read(tare_kg, empty), Read(gross_kg, full), tipped)
        return lambda: close_from_pad(self.silo.desk, self._load().id, pad, ANNE, self.silo.clock())

    def _loads(self) -> Sequence[Any]:
        return self.silo.loads(self.here)

    def _load(self) -> Any:
        (load,) = self._loads()
        return load


class Carrier:
    """One vehicle that comes empty and takes grain away."""

    def __init__(self, silo: Silo, number: int) -> None:
        self.silo, self.plate = silo, f"EX-{number}00-PO"
        self.row: OutboundVisit | None = None
        self.note: DeliveryNote | None = None

    def come(self) -> None:
        coming = Coming(self.plate, "Moulins du Nord", "soft_wheat")
        self.row = outbound.enter(self.silo.desk, coming, ANNE, self.silo.clock())

    def check(self, previous: Sequence[PreviousCargo] = CLEAN) -> None:
        outbound.check_transport(self.silo.desk, self.id, previous, (), "", ANNE, self.silo.clock())

    @property
    def id(self) -> str:
        assert self.row is not None
        return self.row.id

    def weigh_empty(self, kg: float) -> Step:
        return lambda: outbound_loading.weigh_empty(
            self.silo.desk, self.id, self.silo.weigh(kg).id, ANNE, self.silo.clock()
        )

    def load(self, kg: float, *drawn: Drawn) -> Step:
        return lambda: outbound_loading.weigh_loaded(
            self.silo.desk, self.id, self.silo.weigh(kg).id, drawn, ANNE, self.silo.clock()
        )

    def leave(self, kg: float, *drawn: Drawn) -> Step:
        def deliver() -> None:
            self.note = delivery_notes.deliver(
                self.silo.desk, self.id, self.silo.weigh(kg).id, drawn, ANNE, self.silo.clock()
            )

        return deliver

    def come_back(self, full_kg: float, empty_kg: float) -> None:
        assert self.note is not None
        pair = (self.silo.weigh(empty_kg).id, self.silo.weigh(full_kg).id)
        delivery_notes.take_back(
            self.silo.desk, self.note.number, "insects", ANNE, self.silo.clock(),
            kg=full_kg - empty_kg, weighings=pair,
        )  # fmt: skip
