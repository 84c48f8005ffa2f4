"""What is known here of shipments that come: which load is one's, what it brings, and how it ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import UNIT_OF, Analyte, is_known
from drivers.text import fold
from station.acts.refusals import Conflict, Fault
from station.receival.storage import cells
from station.store import audit
from station.store.tables import ExpectedShipment, Load

EXPECTED, ARRIVED, RECEIVED, REFUSED, WITHDRAWN = "expected", "arrived", "received", "refused", "withdrawn"
OPEN = (EXPECTED, ARRIVED, REFUSED)
# What an outcome of its load makes of a shipment; one that was entered in error is expected as before.
_OUTCOMES: Mapping[str, str] = {
    "received": RECEIVED, "on_paper": RECEIVED, "refused": REFUSED, "left": REFUSED, "cancelled": EXPECTED,
}  # fmt: skip


def of_load(tx: Session, load_id: str) -> ExpectedShipment | None:
    return tx.exec(select(ExpectedShipment).where(ExpectedShipment.load_id == load_id)).first()


def of_number(tx: Session, number: str) -> ExpectedShipment | None:
    return tx.exec(select(ExpectedShipment).where(ExpectedShipment.number == number)).first()


def expected_with(tx: Session, plate: str) -> Sequence[ExpectedShipment]:
    """Return the shipments that this vehicle is to bring, the one that was heard of first first."""
    query = select(ExpectedShipment).where(
        ExpectedShipment.plate_folded == fold(plate), ExpectedShipment.state == EXPECTED
    )
    return tx.exec(query.order_by(col(ExpectedShipment.seq))).all()


def check_not_expected(tx: Session, plate: str) -> None:
    """Raises Conflict(shipment_expected) where this vehicle is to bring a shipment."""
    rows = expected_with(tx, plate)
    if rows:
        raise Conflict(
            Fault.SHIPMENT_EXPECTED, plate=plate, numbers=[row.number for row in rows],
            site=rows[0].paper.get("from_name", rows[0].from_site),
        )  # fmt: skip


def shipments_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, ExpectedShipment]:
    if not load_ids:
        return {}
    query = select(ExpectedShipment).where(col(ExpectedShipment.load_id).in_(load_ids))
    return {row.load_id: row for row in tx.exec(query) if row.load_id}


def usable(row: ExpectedShipment) -> dict[str, Any]:
    """Return the values of analytes that this site has, in its units."""
    return {
        name: value
        for name, value in row.paper.get("values", {}).items()
        if is_known(name) and value["unit"] == UNIT_OF[Analyte(name)].value
    }


def treated_before(tx: Session, load_id: str) -> tuple[str, ...]:
    """Return the substances that were on the grain of a shipment when it left."""
    row = of_load(tx, load_id)
    return tuple(row.paper.get("treated", ())) if row else ()


def moved_values(tx: Session, load: Load, kg: float) -> dict[str, Any]:
    """Return the values of `kg` of a load as a movement keeps them: as measured here, else as they came with
    a shipment, known of as large a share of it as of what left."""
    row = of_load(tx, load.id)
    came = usable(row) if row else {}
    share = kg / row.paper["kg"] if row and row.paper else 0.0
    came = {name: {**one, "known_t": one["known_t"] * share} for name, one in came.items()}
    return {**came, **cells.moved_values(tx, load.id)}


def note_weight(tx: Session, load: Load, kg: float) -> None:
    """Record what of a shipment was weighed here."""
    row = of_load(tx, load.id)
    if row is not None:
        row.received_kg = kg
        tx.add(row)


def note_end(tx: Session, load: Load, at: datetime) -> None:
    """Let a shipment end with its load."""
    row = of_load(tx, load.id)
    if row is None or load.outcome is None:
        return
    row.state = _OUTCOMES[load.outcome]
    row.ended_at = None if row.state == EXPECTED else at
    tx.add(row)
    data = {"number": row.number, "left_kg": row.paper.get("kg"), "received_kg": row.received_kg}
    audit.record(
        tx, f"shipment_{row.state}", at, by=load.outcome_by, visit_id=load.visit_id, load_id=load.id,
        subject_id=row.id, data=data,
    )  # fmt: skip


def note_reopened(tx: Session, load: Load) -> None:
    """Let a shipment be here again whose refusal or cancelling was taken back."""
    row = of_load(tx, load.id)
    if row is not None:
        row.state, row.ended_at = ARRIVED, None
        tx.add(row)
