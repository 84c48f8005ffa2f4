"""Holds: what a failed control has put in doubt is listed, and a manager ends the doubt. Nothing stops
meanwhile: tickets stay valid, the values are marked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, func, select

from drivers.reading import Analyte, Basis
from station.acts import checking
from station.acts.desk import Actor, Desk, Watching
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.rules import RulePack, parse_rule_pack
from station.grain.units import MoisturePercent, on_basis
from station.store.holds import is_covered
from station.store.ids import new_id
from station.store.queries import current_proposals
from station.store.retained import KEPT
from station.store.tables import (
    ControlCheck,
    ControlTarget,
    Correction,
    CorrectionAct,
    Hold,
    HoldAct,
    Load,
    Measurement,
    Proposal,
    RetainedSample,
    RulePackRecord,
    Ticket,
    Tipping,
)

CONFIRMED, CORRECTED, RELEASED = "confirmed", "corrected", "released"
ACTS = (CONFIRMED, CORRECTED, RELEASED)
IS_CURRENT = col(Ticket.current).is_(True)  # no other took its place
TIPPED_SO = col(Tipping.current).is_(True)
MOST = 2000  # of the values of a hold that are looked at, the newest


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value of a load that a hold covers. `used`: the load's grade and its cell's mean stand on it."""

    value: float
    unit: str
    basis: str | None
    at: datetime
    source_id: str
    load_id: str
    ticket: int | None
    net_kg: float | None
    cells: tuple[str, ...]
    used: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a hold covers: loads, of these tickets, their tonnes, and the cells that they went into."""

    loads: int
    tickets: int
    tonnes: float
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearLimit:
    """A retained sample whose held value lies within `margin` of a class limit, to be measured again."""

    number: str
    place: str
    load_id: str
    value: float
    unit: str
    basis: str | None
    limit: float
    op: str
    grade: str
    margin: float


def end_hold(
    desk: Desk, hold_id: str, act: str, reason: str, by: Actor, at: datetime, *,
    correction_id: str | None = None,
) -> Hold:  # fmt: skip
    """End a hold: its values are confirmed, corrected by an approved correction of this source and analyte,
    or released, so that no comparison uses them. A control that fails afterwards holds anew.

    Raises NotFound(unknown_hold), Conflict: hold_ended, correction_of_another."""
    assert act in ACTS  # the counter takes no other
    with desk.ledger.write() as tx:
        hold = tx.get(Hold, hold_id)
        if hold is None:
            raise NotFound(Fault.UNKNOWN_HOLD, id=hold_id)
        if hold.ended:
            raise Conflict(Fault.HOLD_ENDED)
        if (act == CORRECTED) != (correction_id is not None) or not _fits(tx, hold, correction_id):
            raise Conflict(Fault.CORRECTION_OF_ANOTHER, id=correction_id)
        row = HoldAct(
            id=new_id(at), hold_id=hold.id, act=act, correction_id=correction_id, reason=reason, at=at,
            by=by.id,
        )  # fmt: skip
        checking.end(tx, hold, row)
    return hold


def _fits(tx: Session, hold: Hold, correction_id: str | None) -> bool:
    """Tell whether a manager has approved this correction of what the hold is of."""
    if correction_id is None:
        return True
    row = tx.get(Correction, correction_id)
    acts = select(CorrectionAct.act).where(CorrectionAct.correction_id == correction_id)
    newest = tx.exec(acts.order_by(col(CorrectionAct.seq).desc()).limit(1)).first()
    is_its_own = row is not None and (row.source, row.analyte) == (hold.source, hold.analyte)
    return is_its_own and newest == "approved"


def acts_of(tx: Session, hold_ids: Sequence[str]) -> dict[str, HoldAct]:
    """Return what ended each of these holds."""
    return {row.hold_id: row for row in tx.exec(select(HoldAct).where(col(HoldAct.hold_id).in_(hold_ids)))}


def newest_holds(tx: Session, before: int | None, most: int, *, only_open: bool = False) -> Sequence[Hold]:
    query = select(Hold).where(col(Hold.seq) < before) if before is not None else select(Hold)
    query = query.where(col(Hold.ended).is_(False)) if only_open else query
    return tx.exec(query.order_by(col(Hold.seq).desc()).limit(most)).all()


def held_values(tx: Session, hold: Hold, most: int = MOST) -> list[HeldValue]:
    """Return the values of loads that a hold covers, newest first."""
    rows = values_under(tx, hold, most)
    ids = list({row.load_id for row in rows if row.load_id})
    tickets = {
        row.load_id: row for row in tx.exec(select(Ticket).where(col(Ticket.load_id).in_(ids), IS_CURRENT))
    }
    cells: dict[str, set[str]] = defaultdict(set)
    for tipping in tx.exec(select(Tipping).where(col(Tipping.load_id).in_(ids), TIPPED_SO)):
        cells[tipping.load_id].add(tipping.cell_id)
    used = readings_used(tx, ids, hold.analyte)
    return [
        HeldValue(
            row.value, row.unit, row.basis, row.at, row.source_id, load_id,
            ticket.number if (ticket := tickets.get(load_id)) else None,
            ticket.net_kg if ticket else None, tuple(sorted(cells[load_id])), row.source_id in used,
        )
        for row in rows
        if (load_id := row.load_id)
    ]  # fmt: skip


def extent(tx: Session, hold: Hold) -> Extent:
    """Return how much a hold covers."""
    held = select(Measurement.load_id).where(is_covered(hold), col(Measurement.load_id).is_not(None))
    loads = tx.exec(select(func.count()).select_from(held.distinct().subquery())).one()
    ticketed = col(Ticket.load_id).in_(held) & IS_CURRENT
    tickets, kg = tx.exec(select(func.count(), func.sum(Ticket.net_kg)).where(ticketed)).one()
    cells = tx.exec(select(Tipping.cell_id).where(col(Tipping.load_id).in_(held), TIPPED_SO).distinct()).all()
    return Extent(loads, tickets, round((kg or 0.0) / 1000, 3), tuple(sorted(cells)))


def near_limit(tx: Session, watching: Watching, hold: Hold, most: int = MOST) -> list[NearLimit]:
    """Return the retained samples on the shelf whose held value lies so near to a limit of the rule pack that
    their load was judged by, that the other side is possible: within the site's tolerance of the analyte, or
    the control's, or the value's own uncertainty. The nearest come first."""
    rows = values_under(tx, hold, most, kept=True)
    loads = list({row.load_id for row in rows if row.load_id})
    proposals = current_proposals(tx, loads)
    claims = dict(tx.exec(select(Load.id, Load.claims).where(col(Load.id).in_(loads))).all())
    samples = {row.sample_id for row in rows if row.sample_id}
    kept = tx.exec(select(RetainedSample).where(col(RetainedSample.sample_id).in_(samples))).all()
    by_sample = {row.sample_id: row for row in kept}
    least = watching.tolerance.get(Analyte(hold.analyte)) or _tolerance(tx, hold)
    found: dict[tuple[str, str, float], NearLimit] = {}
    for row in rows:
        retained, proposal = by_sample[row.sample_id or ""], proposals.get(row.load_id or "")
        margin, claimed = max(least, row.uncertainty or 0.0), frozenset(claims.get(row.load_id or "", ()))
        for near in _near(tx, row, retained, proposal, claimed, margin):
            found.setdefault((near.number, near.grade, near.limit), near)
    return sorted(found.values(), key=lambda near: (abs(near.value - near.limit), near.number, near.grade))


def values_under(tx: Session, hold: Hold, most: int, *, kept: bool = False) -> Sequence[Measurement]:
    """Return what a hold covers of loads, newest first; `kept`: of samples that lie on the shelf."""
    query = select(Measurement).where(is_covered(hold), col(Measurement.load_id).is_not(None))
    if kept:
        on_shelf = select(RetainedSample.sample_id).where(RetainedSample.state == KEPT)
        query = query.where(col(Measurement.sample_id).in_(on_shelf))
    return tx.exec(query.order_by(col(Measurement.at).desc(), col(Measurement.seq).desc()).limit(most)).all()


def readings_used(tx: Session, load_ids: Sequence[str], analyte: str) -> set[str]:
    """Return the readings that the value of the analyte of these loads stands on."""
    query = select(Proposal.assessment).where(col(Proposal.load_id).in_(load_ids))
    results = (said.get("results", {}).get(analyte) for said in tx.exec(query.where(col(Proposal.current))))
    return {reading for result in results if result for reading in result["replicates"]}


def _tolerance(tx: Session, hold: Hold) -> float:
    query = select(ControlTarget.tolerance).join(
        ControlCheck, col(ControlCheck.target_id) == ControlTarget.id
    )
    return tx.exec(query.where(ControlCheck.id == hold.check_id)).one()


def _near(
    tx: Session, row: Measurement, retained: RetainedSample, proposal: Proposal | None,
    claims: frozenset[str], margin: float,
) -> Iterator[NearLimit]:  # fmt: skip
    if proposal is None or proposal.rule_pack is None or row.load_id is None:
        return
    moisture = proposal.assessment.get("results", {}).get(Analyte.MOISTURE.value)
    for grade in _pack(tx.get_one(RulePackRecord, proposal.rule_pack).text).grades:
        if grade.species != row.species or not grade.claims <= claims:
            continue
        for criterion in grade.criteria:
            if criterion.analyte != row.analyte:
                continue
            value = _value_on(row, criterion.basis, moisture["value"] if moisture else None)
            if value is not None and abs(round(value - criterion.limit, 9)) <= margin:
                basis = criterion.basis.value if criterion.basis else None
                yield NearLimit(
                    retained.number, retained.place, row.load_id, round(value, 6), row.unit, basis,
                    criterion.limit, criterion.op.value, grade.id, margin,
                )  # fmt: skip


def _value_on(row: Measurement, wanted: Basis | None, moisture: float | None) -> float | None:
    """The value on the limit's basis; None where it cannot be said, or is a share by count: limits are by
    mass."""
    if row.basis not in set(Basis):
        return row.value if row.basis is None and wanted is None else None
    known = MoisturePercent(moisture) if moisture is not None else None
    return on_basis(row.value, Basis(row.basis), wanted or Basis.AS_IS, known)


@lru_cache(maxsize=16)
def _pack(text: str) -> RulePack:
    return parse_rule_pack(text)
