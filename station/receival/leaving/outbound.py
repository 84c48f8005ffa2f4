"""Outbound visits: a vehicle comes empty, is looked at, and is loaded, refused, or leaves again empty.

What it is loaded with is `outbound_loading`, the paper it leaves with `delivery_notes`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound
from station.grain.carriage import FINDINGS, LOADS_BEFORE, PreviousCargo, judge
from station.grain.reasons import Code
from station.receival.arrivals.visits import check_declared
from station.receival.laboratory import retaining
from station.receival.leaving.outbound_coming import Coming
from station.receival.leaving.outbound_orders import by_order
from station.receival.masters.external import refer
from station.receival.masters.vehicles import (
    check_not_on_site,
    check_two,
    find_or_make_trailer,
    find_or_make_vehicle,
)
from station.receival.measuring import samples
from station.store import audit
from station.store.ids import new_id
from station.store.tables import (
    OutboundLoading,
    OutboundSample,
    OutboundVisit,
    RetainedSample,
    TransportCheck,
    Weighing,
)
from station.transport import CARGOES

DELIVERED, REFUSED, LEFT, CANCELLED = "delivered", "refused", "left", "cancelled"
EXACT_KG = 1e-3


def enter(desk: Desk, coming: Coming, actor: Actor, at: datetime) -> OutboundVisit:
    """Opens an outbound visit. Raises what `by_order` raises of its order, and as an arrival does for
    species, claims, campaign, time and vehicle."""
    with desk.ledger.write() as tx:
        arrived_at, campaign = coming.arrived_at or at, coming.campaign or desk.policy.campaign
        coming = by_order(tx, coming, campaign)
        check_declared(desk, coming.species, coming.claims)
        if campaign not in desk.policy.open_campaigns:
            raise Invalid(Fault.CAMPAIGN_NOT_OPEN, campaign=campaign, open=list(desk.policy.open_campaigns))
        if arrived_at > at:
            raise Invalid(Fault.TIME_IN_FUTURE, at=arrived_at.isoformat())
        vehicle, trailer = (
            find_or_make_vehicle(tx, coming.plate, at),
            find_or_make_trailer(tx, coming.trailer, at),
        )
        check_two(vehicle, trailer)
        vehicle.last_seen_at = at
        tx.add(vehicle)
        tx.flush()
        if not coming.comes_again:
            for one in (vehicle, trailer) if trailer else (vehicle,):
                check_not_on_site(tx, one)
        row = OutboundVisit(
            id=new_id(at), plate=coming.plate, vehicle_id=vehicle.id, trailer_plate=coming.trailer,
            trailer_id=trailer.id if trailer else None, buyer=coming.buyer, destination=coming.destination,
            order_number=coming.order_number, carrier=coming.carrier, driver=coming.driver,
            species=coming.species, grade=coming.grade, claims=sorted(set(coming.claims)), campaign=campaign,
            axles=coming.axles, gross_limit_kg=coming.gross_limit_kg, note=coming.note,
            arrived_at=arrived_at, entered_at=at, entered_by=actor.id,
        )  # fmt: skip
        refer(tx, row, coming.external)
        tx.add(row)
        record(tx, "outbound_entered", row, actor, at, plate=row.plate, buyer=row.buyer)
    return row


def check_transport(
    desk: Desk, outbound_id: str, previous: Sequence[PreviousCargo], findings: Sequence[str], note: str,
    actor: Actor, at: datetime,
) -> TransportCheck:  # fmt: skip
    """Records what the vehicle carried before, its last three loads, and what is found in its body; it takes
    grain once nothing speaks against it. After a wash it is looked at again.

    Raises Invalid(unknown_cargo, three_cargoes), and NotAllowed(not_allowed) where an operator says anew what
    was carried after a forbidden cargo was said: that is for a manager."""
    with desk.ledger.write() as tx:
        row = open_outbound(tx, outbound_id)
        _check_said(previous, findings)
        forbidden = [one for one in row.unfit if one["code"] == Code.CARGO_FORBIDDEN]
        if forbidden and "manager" not in actor.roles:
            raise NotAllowed(Fault.NOT_ALLOWED)
        reasons = [one.as_dict() for one in judge(previous, findings, CARGOES.entries)]
        check = TransportCheck(
            id=new_id(at), outbound_id=row.id,
            previous=[{"cargo": one.cargo, "cleaning": one.cleaning} for one in previous],
            findings=list(findings), reasons=reasons, note=note, at=at, by=actor.id,
        )  # fmt: skip
        row.is_fit, row.unfit = not reasons, reasons
        tx.add_all([row, check])
        record(
            tx, "transport_checked", row, actor, at, previous=check.previous, findings=check.findings,
            reasons=reasons,
        )  # fmt: skip
    return check


def seal_sample(
    desk: Desk, outbound_id: str, barcode: str, actor: Actor, at: datetime, *, seal: str = "",
    parts: int | None = None, place: str | None = None,
) -> RetainedSample:  # fmt: skip
    """Seals a sample of what was loaded, in `parts`: one for the driver, one for the buyer, one kept here.
    Its custody is that of any retained sample. Raises what `retaining.keep` raises."""
    with desk.ledger.write() as tx:
        row = find_outbound(tx, outbound_id)
        sample = samples.enter(tx, desk, barcode, "outbound", None, row.species, actor, at)
        sample.ended_at = row.ended_at
        tx.add_all([sample, OutboundSample(sample_id=sample.id, outbound_id=row.id)])
        tx.flush()
        kept = retaining.keep_sample(tx, desk, sample, place, seal, parts, actor, at)
        record(tx, "outbound_sampled", row, actor, at, number=kept.number, seal=seal, parts=kept.parts)
    return kept


def end(desk: Desk, outbound_id: str, outcome: str, reason: str, actor: Actor, at: datetime) -> OutboundVisit:
    """It is refused (a dirty body), leaves again, or was entered in error. Raises Conflict(still_loaded)
    while grain is on it: that goes back first, and the vehicle is weighed."""
    with desk.ledger.write() as tx:
        row = open_outbound(tx, outbound_id)
        loaded_kg = sum(one.kg for one in loadings_of(tx, row.id))
        if loaded_kg > EXACT_KG:
            raise Conflict(Fault.STILL_LOADED, plate=row.plate, loaded_kg=loaded_kg)
        close(tx, row, outcome, reason, actor, at)
        record(tx, f"outbound_{outcome}", row, actor, at, reason=reason)
    return row


def close(tx: Session, row: OutboundVisit, outcome: str, reason: str, actor: Actor, at: datetime) -> None:
    row.outcome, row.outcome_reason, row.ended_at, row.ended_by = outcome, reason, at, actor.id
    tx.add(row)


def find_outbound(tx: Session, outbound_id: str) -> OutboundVisit:
    row = tx.get(OutboundVisit, outbound_id)
    if row is None:
        raise NotFound(Fault.UNKNOWN_OUTBOUND, id=outbound_id)
    return row


def open_outbound(tx: Session, outbound_id: str) -> OutboundVisit:
    row = find_outbound(tx, outbound_id)
    if row.ended_at is not None:
        raise Conflict(Fault.OUTBOUND_ENDED, plate=row.plate, outcome=row.outcome)
    return row


def loadings_of(tx: Session, outbound_id: str) -> Sequence[OutboundLoading]:
    query = select(OutboundLoading).where(OutboundLoading.outbound_id == outbound_id)
    return tx.exec(query.order_by(col(OutboundLoading.seq))).all()


def newest_check(tx: Session, outbound_id: str) -> TransportCheck | None:
    query = select(TransportCheck).where(TransportCheck.outbound_id == outbound_id)
    return tx.exec(query.order_by(col(TransportCheck.seq).desc()).limit(1)).first()


def weight_of(tx: Session, weighing_id: str | None) -> Weighing | None:
    return tx.get_one(Weighing, weighing_id) if weighing_id else None


def record(tx: Session, event: str, row: OutboundVisit, actor: Actor, at: datetime, **data: object) -> None:
    audit.record(tx, event, at, by=actor.id, terminal=actor.terminal, subject_id=row.id, data=data)


def _check_said(previous: Sequence[PreviousCargo], findings: Sequence[str]) -> None:
    for one in previous:
        if one.cargo not in CARGOES.entries:
            raise Invalid(Fault.UNKNOWN_CARGO, cargo=one.cargo, known=list(CARGOES.entries))
    if len(previous) != LOADS_BEFORE:
        raise Invalid(Fault.THREE_CARGOES, count=len(previous))
    for finding in findings:
        if finding not in FINDINGS:
            raise Invalid(Fault.UNKNOWN_CARGO, cargo=finding, known=list(FINDINGS))
