"""What the co-operative knows for all silos: suppliers by their number there, varieties by their identifier.
It is merged into what is here; nothing that the station has of its own goes away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from station.acts.desk import Actor, Desk
from station.receival.external import External
from station.receival.supplier_matches import known_supplier
from station.store import audit
from station.store.tables import Variety

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


def merge(
    desk: Desk, suppliers: Sequence[KnownSupplier], varieties: Sequence[KnownVariety], document: int,
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """The same again changes nothing."""
    for start in range(0, len(suppliers), AT_ONCE):
        with desk.ledger.write() as tx:
            for one in suppliers[start : start + AT_ONCE]:
                known_supplier(tx, one.number, one.name, at)
    with desk.ledger.write() as tx:
        for new in varieties:
            tx.merge(Variety(id=new.id, species=new.species, name=new.name))
        data = {"suppliers": len(suppliers), "varieties": len(varieties), "document": document}
        audit.record(tx, "reference_merged", at, by=actor.id, data=data)
