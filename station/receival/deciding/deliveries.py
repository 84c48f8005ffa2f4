"""What a supplier delivered before a load: where a buyer grants a running average, these carry it.

Loads are taken from the newest back until they make the tonnes, from among the supplier's last visits: no
campaign is read. What was tipped counts with its net and the values that its cells took it for, or those of a
revision that was applied since; what is decided and not yet tipped counts as it is expected.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from station.grain.averaging import tonnes_asked
from station.grain.cells import Delivered, Facts
from station.grain.revising import measured_of
from station.grain.rules import RulePack
from station.receival.storage import cells
from station.store.tables import CellMovement, Decision, Load, Proposal, Reservation, Revision, Visit

VISITS_LOOKED_AT = 200  # of one supplier
APPLIED = "applied"


def delivered_before(
    tx: Session, load: Load, facts: Facts, pack: RulePack | None, before: int | None = None
) -> tuple[Delivered, ...]:
    """Return the supplier's loads of the same product and campaign before this one, the newest first, where
    they may carry it over a limit. `before`: only what was recorded before the row of that number."""
    wanted = tonnes_asked(facts, pack)
    if wanted <= 0.0:
        return ()
    ids = _before(tx, load, before)
    tipped, reserved = _tipped_kg(tx, ids, before), _reserved_kg(tx, ids, before)
    tonnes = {one: kg / 1000 for one in ids if (kg := tipped.get(one, reserved.get(one, 0.0))) > 0.0}
    counted = _enough(tonnes, wanted - (facts.load_t or 0.0))
    values = _values(tx, counted, tipped, before)
    return tuple(Delivered(tonnes[one], measured_of(values.get(one, {}))) for one in counted)


def _enough(tonnes: Mapping[str, float], wanted: float) -> list[str]:
    found: list[str] = []
    for load_id, part in tonnes.items():
        if wanted <= 0.0:
            break
        found.append(load_id)
        wanted -= part
    return found


def _before(tx: Session, load: Load, before: int | None) -> Sequence[str]:
    """Return the loads of the supplier's last visits that are of the same grain, the newest first."""
    supplier = select(Visit.supplier_id).where(Visit.id == load.visit_id).scalar_subquery()
    last = select(Visit.id).where(Visit.supplier_id == supplier)
    if before is not None:
        last = last.where(col(Visit.seq) < before)
    last = last.order_by(col(Visit.seq).desc()).limit(VISITS_LOOKED_AT)
    query = (
        select(Load.id, Load.claims)
        .where(col(Load.visit_id).in_(last), Load.species == load.species, Load.campaign == load.campaign)
        .where(Load.id != load.id)
        .order_by(col(Load.seq).desc())
    )
    return [one for one, claims in tx.exec(query) if set(claims) == set(load.claims)]


def _tipped_kg(tx: Session, ids: Sequence[str], before: int | None) -> dict[str, float]:
    query = select(CellMovement.load_id, func.sum(CellMovement.kg)).where(col(CellMovement.load_id).in_(ids))
    if before is not None:
        query = query.where(col(CellMovement.seq) < before)
    rows = tx.exec(query.group_by(col(CellMovement.load_id)))
    return {load_id: kg for load_id, kg in rows if load_id is not None}


def _reserved_kg(tx: Session, ids: Sequence[str], before: int | None) -> dict[str, float]:
    """What is decided and not tipped; of the past, what was decided then."""
    query = select(Reservation.load_id, Reservation.kg).where(col(Reservation.load_id).in_(ids))
    if before is None:
        query = query.where(col(Reservation.released_at).is_(None))
    else:
        query = query.where(col(Reservation.seq) < before)
    return dict(tx.exec(query.order_by(col(Reservation.seq))).all())


def _values(
    tx: Session, ids: Sequence[str], tipped: Mapping[str, float], before: int | None
) -> dict[str, Mapping[str, Any]]:
    decided = [one for one in ids if one not in tipped]
    moved = select(CellMovement.load_id, CellMovement.values, CellMovement.seq).where(
        col(CellMovement.load_id).in_(ids), CellMovement.kg > 0
    )
    assessed = (
        select(Decision.load_id, Proposal.assessment, Decision.seq)
        .join(Proposal, col(Proposal.id) == Decision.proposal_id)
        .where(col(Decision.load_id).in_(decided))
    )
    revised = select(Revision.load_id, Revision.new, Revision.seq).where(
        col(Revision.load_id).in_(ids), Revision.state == APPLIED
    )
    found: dict[str, Mapping[str, Any]] = {}
    for load_id, assessment in _until(tx.exec(assessed), before) if decided else ():
        found[load_id] = cells.values_of(assessment.get("results", {}))
    for load_id, values in _until(tx.exec(moved), before):
        found.setdefault(load_id, values)
    for load_id, values in _until(tx.exec(revised), before):
        found[load_id] = values
    return found


def _until(rows: Iterable[Any], before: int | None) -> list[tuple[str, Any]]:
    """Return what was recorded until then, the oldest first."""
    ordered = sorted(rows, key=lambda row: row[2] or 0)
    return [(one, value) for one, value, seq in ordered if before is None or (seq or 0) < before]
