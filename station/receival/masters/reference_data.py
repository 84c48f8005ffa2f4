"""What the co-operative knows for all silos: suppliers by their number there, varieties by their identifier.
It is merged into what is here; nothing that the station has of its own goes away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from station.acts.desk import Actor, Desk
from station.claims import CLAIMS
from station.receival.deciding import proposals
from station.receival.masters.certificates import Stated, add
from station.receival.masters.external import External
from station.receival.masters.supplier_matches import known_supplier
from station.store import audit
from station.store.tables import Supplier, Variety

AT_ONCE = 100  # suppliers in one transaction: trucks are weighed meanwhile


@dataclass(frozen=True, slots=True)
class KnownSupplier:
    number: External
    name: str


@dataclass(frozen=True, slots=True)
class KnownVariety:
    id: str
    species: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    supplier: External
    said: Stated


def merge(
    desk: Desk, suppliers: Sequence[KnownSupplier], varieties: Sequence[KnownVariety], document: int,
    actor: Actor, at: datetime, certificates: Sequence[KnownCertificate] = (),
) -> None:  # fmt: skip
    """The same again changes nothing. A certificate of a supplier or for a claim that is not known here, and
    one that a person here withdrew, is left out."""
    for start in range(0, len(suppliers), AT_ONCE):
        with desk.ledger.write() as tx:
            for one in suppliers[start : start + AT_ONCE]:
                known_supplier(tx, one.number, one.name, at)
    for start in range(0, len(certificates), AT_ONCE):
        with desk.ledger.write() as tx:
            for known in certificates[start : start + AT_ONCE]:
                _add_certificate(tx, known, at)
    if certificates:
        proposals.renew(desk, at)
    with desk.ledger.write() as tx:
        for new in varieties:
            tx.merge(Variety(id=new.id, species=new.species, name=new.name))
        data = {"suppliers": len(suppliers), "varieties": len(varieties), "document": document}
        if certificates:
            data["certificates"] = len(certificates)
        audit.record(tx, "reference_merged", at, by=actor.id, data=data)


def _add_certificate(tx: Session, known: KnownCertificate, at: datetime) -> None:
    query = select(Supplier).where(
        Supplier.external_source == known.supplier.source, Supplier.external_ref == known.supplier.ref
    )
    supplier = tx.exec(query).first()
    if supplier is not None and known.said.claim in CLAIMS.entries:
        add(tx, supplier, known.said, None, at)
