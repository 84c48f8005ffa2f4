"""Ask once for what belongs to many rows: a list is a fixed number of questions, however long it is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from station.store.tables import (
    Decision,
    Dispute,
    Load,
    Pairing,
    QuestionAnswer,
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
Pair = tuple[str, str | None]  # a vehicle and its trailer, by their identifiers

VISITS_LOOKED_AT = 20  # of a vehicle, for the tares of its pairs


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
    found: dict[str, list[tuple[WeighingUse, Weighing]]] = defaultdict(list)
    for use, weighing in sorted(rows, key=lambda row: row[0].seq or 0):
        if use.visit_id is not None:
            found[use.visit_id].append((use, weighing))
    return {visit_id: _holding(links) for visit_id, links in found.items()}


def _holding(links: Sequence[tuple[WeighingUse, Weighing]]) -> Chain:
    """Leave out superseded links, each with the parts that were summed with it."""
    superseded = {use.supersedes_id for use, _ in links}
    found, is_part, is_out = [], False, False
    for use, weighing in links:
        is_out = use.id in superseded or (is_part and is_out)
        is_part = bool(use.part)
        if not is_out:
            found.append((use, weighing))
    return found


def samples_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    for row in _in_order(tx.exec(select(Sample).where(col(Sample.load_id).in_(load_ids)))):
        found[row.load_id or ""].append(row)
    return found


def current_decisions(tx: Session, load_ids: Sequence[str]) -> dict[str, Decision]:
    """By load, the newest one that is not withdrawn."""
    query = select(Decision).where(col(Decision.load_id).in_(load_ids), col(Decision.withdrawn_at).is_(None))
    rows = tx.exec(query)
    return {row.load_id: row for row in _in_order(rows)}


def tickets_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, Ticket]:
    """By load, the one with the greatest number."""
    rows = tx.exec(select(Ticket).where(col(Ticket.load_id).in_(load_ids)))
    return {row.load_id: row for row in sorted(rows, key=lambda row: row.number)}


def newest_checks(tx: Session, load_ids: Sequence[str]) -> dict[str, VisualCheck]:
    """By load, the visual check that holds."""
    return {load_id: rows[-1] for load_id, rows in checks_by_load(tx, load_ids).items()}


def checks_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, list[VisualCheck]]:
    """By load, its visual checks in their order."""
    rows = tx.exec(select(VisualCheck).where(col(VisualCheck.load_id).in_(load_ids)))
    found: dict[str, list[VisualCheck]] = {}
    for row in _in_order(rows):
        found.setdefault(row.load_id, []).append(row)
    return found


def answers_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """By load, which questions were answered of which captures."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in tx.exec(select(QuestionAnswer).where(col(QuestionAnswer.load_id).in_(load_ids))):
        found.setdefault(row.load_id, set()).update((row.code, capture) for capture in row.captures)
    return found


def disputed_among(tx: Session, load_ids: Sequence[str]) -> set[str]:
    """The loads that an open dispute is about, themselves or by another load of their supplier."""
    query = select(Visit.supplier_id).join(Load, col(Load.visit_id) == Visit.id)
    suppliers = query.join(Dispute, col(Dispute.load_id) == Load.id).where(col(Dispute.open).is_(True))
    theirs = select(Load.id).join(Visit, col(Load.visit_id) == Visit.id)
    theirs = theirs.where(col(Load.id).in_(load_ids), col(Visit.supplier_id).in_(suppliers))
    return set(tx.exec(theirs))


def photographed(tx: Session, load_ids: Sequence[str]) -> set[str]:
    """The loads of which a photo is there, whatever was said of it."""
    query = select(Sample.load_id).join(Pairing, col(Pairing.sample_id) == Sample.id)
    query = query.where(col(Sample.load_id).in_(load_ids), Pairing.item_kind == "capture")
    return {load_id for load_id in tx.exec(query.where(col(Pairing.current).is_(True))) if load_id}


def pairings_of(tx: Session, item_ids: Sequence[str]) -> dict[str, Pairing]:
    """By reading or capture, the pairing that holds."""
    query = select(Pairing).where(col(Pairing.item_id).in_(item_ids), col(Pairing.current).is_(True))
    return {row.item_id: row for row in tx.exec(query)}


def supplier_names(tx: Session, ids: Iterable[str]) -> dict[str, str]:
    return dict(tx.exec(select(Supplier.id, Supplier.name).where(col(Supplier.id).in_(set(ids)))).all())


def plates(tx: Session, vehicle_ids: Iterable[str]) -> dict[str, str]:
    return dict(tx.exec(select(Vehicle.id, Vehicle.plate).where(col(Vehicle.id).in_(set(vehicle_ids)))).all())


def tares_kg(tx: Session, visits: Iterable[Pair]) -> dict[Pair, list[float]]:
    """By vehicle and trailer, what that pair weighed when it left empty, what was weighed last first.

    It is looked for among the vehicle's last visits. Left out are those whose parts were weighed apart, where
    the last weight is of one part, those that took a load away again, and stored tares that were repeated."""
    wanted = set(visits)
    newest = select(Visit.seq).where(Visit.vehicle_id == Vehicle.id).order_by(col(Visit.seq).desc())
    oldest = func.coalesce(newest.offset(VISITS_LOOKED_AT).limit(1).correlate(Vehicle).scalar_subquery(), 0)
    rows = tx.exec(
        select(Visit.vehicle_id, Visit.trailer_id, Weighing.kg)
        .join(Vehicle, col(Vehicle.id) == Visit.vehicle_id)
        .join(WeighingUse, col(WeighingUse.visit_id) == Visit.id)
        .join(Weighing, col(Weighing.id) == WeighingUse.weighing_id)
        .where(col(Vehicle.id).in_({vehicle for vehicle, _ in wanted}), col(Visit.seq) > oldest)
        .where(WeighingUse.role == "last", _FULL_WEIGHTS == 1, ~_IN_PARTS, ~_TAKEN_AWAY)
        .where(col(Weighing.repeats_id).is_(None))
        .order_by(col(WeighingUse.seq).desc())
    )
    found: dict[Pair, list[float]] = {pair: [] for pair in wanted}
    for vehicle, trailer, kg in rows:
        if (vehicle, trailer) in found:
            found[vehicle, trailer].append(kg)
    return found


_FIRST = aliased(WeighingUse)
_FULL_WEIGHTS: Any = (
    select(func.count() - func.count(col(_FIRST.supersedes_id)))
    .where(_FIRST.visit_id == Visit.id, _FIRST.role == "first")
    .correlate(Visit)
    .scalar_subquery()
)
_PART = aliased(WeighingUse)
_IN_PARTS: Any = (
    select(_PART.id).where(_PART.visit_id == Visit.id, _PART.part != "").correlate(Visit).exists()
)
_TAKEN_AWAY: Any = (
    select(Load.id)
    .where(Load.visit_id == Visit.id, col(Load.outcome).in_(("refused", "left")))
    .correlate(Visit)
    .exists()
)


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.seq or 0)
