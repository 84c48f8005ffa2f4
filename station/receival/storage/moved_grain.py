"""What is known of a load's grain as it goes into a cell, beside its values."""

from typing import Any

from sqlmodel import Session, col, select

from station.grain.guard import Guarded
from station.grain.past import Grain, united
from station.receival.between_silos.shipment_standing import treated_before
from station.receival.persons.guards import guard_for
from station.store import queries
from station.store.tables import Load, Treatment


def of_load(tx: Session, load: Load, cell: str) -> dict[str, Any]:
    """Return the `grain` of a movement; never-blend is what breaks that rule in this very cell."""
    proposal = queries.current_proposal(tx, load.id)
    broken = guard_for(tx, proposal.result, cell).rules if proposal else ()
    grain = Grain(
        (load.species,), frozenset(load.claims), substances_on(tx, load.id), Guarded.NEVER_BLEND in broken
    )
    return grain.as_dict()


def substances_on(tx: Session, load_id: str) -> tuple[str, ...]:
    """Return what the load was treated with: before it left another own silo, and since it arrived."""
    query = select(Treatment.substance).where(Treatment.load_id == load_id, col(Treatment.line).is_(None))
    return united(treated_before(tx, load_id), tx.exec(query.order_by(col(Treatment.seq))))
