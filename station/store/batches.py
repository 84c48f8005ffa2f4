"""Ask once for what belongs to many rows: a list is a fixed number of questions, however long it is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from station.store.tables import (
    Decision,
    Load,
    Pairing,
    Sample,
    Supplier,
    Ticket,
    Vehicle,
    Visit,
    VisualCheck,
    Weighing,
    WeighingUse,
)

Chain = Sequence[tuple[WeighingUse, Weighing]]


def loads_by_visit(tx: Session, visit_ids: Sequence[str]) -> dict[str, list[Load]]:
    query = select(Load).where(col(Load.visit_id).in_(visit_ids)).order_by(col(Load.position))
    found: dict[str, list[Load]] = defaultdict(list)
    for row in tx.exec(query):
        found[row.visit_id].append(row)
    return found


def chains_by_visit(tx: Session, visit_ids: Sequence[str]) -> dict[str, Chain]:
    """Each visit's weighings in the order they were confirmed, without superseded ones."""
    rows = tx.exec(
        select(WeighingUse, Weighing)
        .join(Weighing, col(Weighing.id) == WeighingUse.weighing_id)
        .where(col(WeighingUse.visit_id).in_(visit_ids))
    ).all()
    superseded = {use.supersedes_id for use, _ in rows}
    found: dict[str, list[tuple[WeighingUse, Weighing]]] = defaultdict(list)
    for use, weighing in sorted(rows, key=lambda row: row[0].seq or 0):
        if use.id not in superseded and use.visit_id is not None:
            found[use.visit_id].append((use, weighing))
    return dict(found)


def samples_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    for row in _in_order(tx.exec(select(Sample).where(col(Sample.load_id).in_(load_ids)))):
        found[row.load_id or ""].append(row)
    return found


def current_decisions(tx: Session, load_ids: Sequence[str]) -> dict[str, Decision]:
    """By load, the newest one."""
    rows = tx.exec(select(Decision).where(col(Decision.load_id).in_(load_ids)))
    return {row.load_id: row for row in _in_order(rows)}


def tickets_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, Ticket]:
    """By load, the one with the greatest number."""
    rows = tx.exec(select(Ticket).where(col(Ticket.load_id).in_(load_ids)))
    return {row.load_id: row for row in sorted(rows, key=lambda row: row.number)}


def newest_checks(tx: Session, load_ids: Sequence[str]) -> dict[str, VisualCheck]:
    """By load, the visual check that holds."""
    rows = tx.exec(select(VisualCheck).where(col(VisualCheck.load_id).in_(load_ids)))
    return {row.load_id: row for row in _in_order(rows)}


def pairings_of(tx: Session, item_ids: Sequence[str]) -> dict[str, Pairing]:
    """By reading or capture, the pairing that holds."""
    query = select(Pairing).where(col(Pairing.item_id).in_(item_ids), col(Pairing.current).is_(True))
    return {row.item_id: row for row in tx.exec(query)}


def supplier_names(tx: Session, ids: Iterable[str]) -> dict[str, str]:
    return dict(tx.exec(select(Supplier.id, Supplier.name).where(col(Supplier.id).in_(set(ids)))).all())


def last_tares_kg(tx: Session, vehicle_ids: Iterable[str]) -> dict[str, float | None]:
    """By vehicle, its weight when it last left empty."""
    query = select(Vehicle.id, LAST_TARE).where(col(Vehicle.id).in_(set(vehicle_ids)))
    return dict(tx.exec(query).all())


LAST_TARE: Any = (
    select(Weighing.kg)
    .join(WeighingUse, col(WeighingUse.weighing_id) == Weighing.id)
    .join(Visit, col(Visit.id) == WeighingUse.visit_id)
    .where(Visit.vehicle_id == Vehicle.id, WeighingUse.role == "last")
    .order_by(col(Visit.seq).desc(), col(WeighingUse.seq).desc())
    .limit(1)
    .correlate(Vehicle)
    .scalar_subquery()
)


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.seq or 0)
