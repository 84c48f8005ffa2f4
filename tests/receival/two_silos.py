"""Two silos of one owner, each with its ledger: `silo-1`, which sends, and `sud`, which receives."""

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col, func, select

from station.acts.desk import Actor, Desk
from station.post import identity
from station.post.wire import public_text
from station.receival.between_silos import expected_shipments, shipments
from station.receival.between_silos.expected_shipments import Arriving
from station.receival.between_silos.shipment_paper import ShipmentPaper
from station.receival.between_silos.shipments import Journey
from station.receival.masters import own_sites
from station.store.engine import Ledger
from station.store.tables import AuditEvent, CellMovement, ExpectedShipment, Shipment, Ticket, Visit
from tests.silo_rig import ANNE, POLICY, START, HandClock, Silo

HEADQUARTERS = Actor("headquarters", "headquarters")
KEYS = {"silo-1": Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))}


def silo_at(folder: Path, site: str, name: str, made: Path) -> Silo:
    """`made`: the data folder of a small silo on its first morning."""
    shutil.copytree(made, folder / "data")
    return Silo(
        Desk(Ledger(folder / "data"), replace(POLICY, site=site, site_name=name)),
        HandClock(START + timedelta(minutes=1)),
    )


@dataclass
class TwoSilos:
    here: Silo
    there: Silo

    @classmethod
    def open(cls, folder: Path, made: Path) -> "TwoSilos":
        return cls(
            silo_at(folder / "a", "silo-1", "Silo de Beauvoir", made),
            silo_at(folder / "b", "sud", "Silo Sud", made),
        )

    def know_each_other(self) -> None:
        """Each has its key, and headquarters named both to both."""
        identity.write_key(self.here.desk.ledger.folder, KEYS["silo-1"])
        told = [
            {"id": "silo-1", "name": "Beauvoir", "public_key": public_text(KEYS["silo-1"])},
            {"id": "sud", "name": "Silo Sud", "public_key": ""},
        ]
        for silo in (self.here, self.there):
            own_sites.note(silo.desk, told, silo.clock())

    def ship(self, kg: float = 26_400, cell: str = "c1", plate: str = "AB-123-CD", **over: Any) -> Shipment:
        journey = Journey("sud", plate, **over.pop("journey", {}))
        return shipments.ship(self.here.desk, cell, kg, journey, ANNE, self.here.clock(), **over)

    def text(self, row: Shipment) -> str:
        return shipments.text_of(self.here.desk, row)

    def hear(self, row: Shipment) -> ExpectedShipment:
        """As it comes from headquarters."""
        paper = ShipmentPaper.read(row.paper)
        return expected_shipments.hear(self.there.desk, paper, HEADQUARTERS, self.there.clock())

    def take(self, text: str, **over: Any) -> ExpectedShipment:
        return expected_shipments.take_text(self.there.desk, text, ANNE, self.there.clock(), **over)

    def arrive(self, number: str, **over: Any) -> Visit:
        return expected_shipments.arrive(self.there.desk, Arriving(number, **over), ANNE, self.there.clock())

    def unload(self, visit: Visit, net_kg: float, cell: str | None = None, tare_kg: float = 15_000) -> None:
        """Weighed full, decided, tipped, weighed empty."""
        there = self.there
        there.confirm(tare_kg + net_kg, visit, "first")
        (load,) = there.loads(visit)
        there.decide(load, cell, "p2" if cell in ("c3", "q1") else None)
        assert there.confirm(tare_kg, visit, "last").tickets == ()

    def expected(self, number: str) -> ExpectedShipment:
        with self.there.desk.ledger.read() as tx:
            return tx.exec(select(ExpectedShipment).where(ExpectedShipment.number == number)).one()


def stock(silo: Silo) -> float:
    with silo.desk.ledger.read() as tx:
        return float(tx.exec(select(func.sum(CellMovement.kg))).one() or 0.0)


def content(silo: Silo, cell: str) -> dict[str, Any]:
    with silo.desk.ledger.read() as tx:
        query = (
            select(CellMovement).where(CellMovement.cell_id == cell).order_by(col(CellMovement.seq).desc())
        )
        return tx.exec(query).first().content  # type: ignore[union-attr]


def tickets(silo: Silo) -> int:
    with silo.desk.ledger.read() as tx:
        return len(tx.exec(select(Ticket.id)).all())


def events(silo: Silo, kind: str) -> list[AuditEvent]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(AuditEvent).where(AuditEvent.kind == kind)))
