"""Weighings: taken by the rule or typed, offered, then confirmed into a visit's chain or dismissed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.constancy import ShapeChange
from drivers.reading import Reading
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.bridge import remarks_on_weight
from station.grain.reasons import Code, Reason
from station.grain.remarks import remarks_on
from station.receival.arrivals import forms
from station.receival.arrivals.loads import open_visit
from station.receival.arrivals.on_paper import check_not_on_paper
from station.receival.bridge.chain import one_weight, summed, unfinished
from station.receival.bridge.typed_weights import record_typed
from station.receival.bridge.vehicle_weights import questions_of
from station.receival.deciding import proposals
from station.receival.deciding.offers import offers_among, standing_of
from station.receival.measuring import pairings
from station.receival.measuring.frames import StoredFrame, add_frame, around, is_frame
from station.receival.measuring.instruments import instrument_at
from station.receival.measuring.remarked import asked_at_use, check_asked
from station.receival.measuring.visual_checks import questions_of_findings
from station.receival.papers import closing
from station.receival.storage.tippings import Tipped
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import Frame, Load, Ticket, Visit, Weighing, WeighingUse


@dataclass(frozen=True, slots=True)
class Confirmed:
    weighing: Weighing
    visit: Visit
    tickets: tuple[Ticket, ...]


def take_weighing(
    desk: Desk, reading: Reading, rule: str, kg: float, frame: StoredFrame, *, seals_last: bool = False
) -> Weighing:
    """Records the weight that the weighing rule took; the same frame twice is one weighing. One that
    `seals_last` takes the place of the one that this bridge weighed last, unless that is used already.

    A weight in whose course the line failed says so, and one that a single unprotected line told: whoever
    confirms it is asked about it."""
    with desk.ledger.write() as tx:
        known = tx.exec(
            select(Weighing)
            .join(Frame, col(Frame.id) == Weighing.frame_id)
            .where(col(Weighing.at).between(*around(frame)), is_frame(frame))
        ).first()
        if known is not None:
            return known
        unsealed = _taken_last(tx, frame.port, kg) if seals_last else None
        if unsealed is not None and unsealed.state == "used":
            return unsealed
        instrument = instrument_at(tx, frame.port, reading.at)
        remarks = [
            *([pairings.fault_of(frame.disturbance)] if frame.disturbance else []),
            *([Reason(Code.UNPROTECTED_LINE, {})] if _is_unprotected(reading, rule) else []),
            *remarks_on_weight(kg, instrument),
            *remarks_on(instrument, {}, desk.policy.day(reading.at)),
        ]
        weighing = Weighing(
            id=new_id(reading.at),
            kg=kg,
            at=reading.at,
            rule=rule,
            instrument_id=instrument.id,
            port_id=frame.port,
            frame_id=add_frame(tx, frame, instrument.id).id,
            remarks=[remark.as_dict() for remark in remarks],
            sealed_number=reading.extra.get("sealed_number"),
        )
        tx.add(weighing)
        if unsealed is not None:
            _replace(tx, unsealed, weighing)
        audit.record(
            tx, "weighing_taken", reading.at, subject_id=weighing.id,
            data={
                "kg": kg, "rule": rule, "instrument": instrument.id, "port": frame.port,
                "remarks": weighing.remarks,
            },
        )  # fmt: skip
    return weighing


def _taken_last(tx: Session, port: str, kg: float) -> Weighing | None:
    """The bridge's last weight, where it is this one and nobody dismissed it; a typed one may lie between."""
    last = queries.last_weighing_of(tx, port)
    is_it = last is not None and last.kg == kg and not last.typed_by and last.state != "dismissed"
    return last if is_it else None


def _replace(tx: Session, unsealed: Weighing, sealed: Weighing) -> None:
    """The head's own weighing takes the place of the one that the station took from its stream."""
    unsealed.state = "dismissed"
    tx.add(unsealed)
    audit.record(
        tx, "weighing_dismissed", sealed.at, subject_id=unsealed.id,
        data={"reason": "sealed", "sealed_as": sealed.id, "sealed_number": sealed.sealed_number},
    )  # fmt: skip


def _is_unprotected(reading: Reading, rule: str) -> bool:
    """One line of the print key, without a sum, may be a damaged one: no other says the same."""
    return rule == "print_key" and not reading.protection.proves


def note_other_lines(desk: Desk, port: str, change: ShapeChange, at: datetime) -> None:
    """Records that a head's lines have another width or unit than before, and are believed again."""
    with desk.ledger.write() as tx:
        audit.record(tx, "lines_changed", at, subject_id=port, data=change.as_dict())


def type_weighing(
    desk: Desk, kg: float, note: str, actor: Actor, at: datetime, *, bridge: str | None = None,
    despite_remarks: bool = False,
) -> Weighing:  # fmt: skip
    """Records a weight read off the indicator at the port `bridge` (the only one, where it is not said) by a
    named person; offered like a measured one. Raises what `hold_to_bridge` raises."""
    with desk.ledger.write() as tx:
        return record_typed(
            tx, desk.policy, kg, at, note, actor, at, bridge=bridge, despite_remarks=despite_remarks
        )


def dismiss(desk: Desk, weighing_id: str, reason: str, actor: Actor, at: datetime) -> Weighing:
    """Dismisses nobody's weight (a tractor crossing, a second press), which is kept with who said so and
    why."""
    with desk.ledger.write() as tx:
        weighing = offered_weighing(tx, weighing_id)
        weighing.state = "dismissed"
        tx.add(weighing)
        tx.add(
            WeighingUse(
                id=new_id(at), weighing_id=weighing.id, role="dismissed", at=at, by=actor.id, reason=reason
            )
        )
        audit.record(
            tx, "weighing_dismissed", at, by=actor.id, terminal=actor.terminal, subject_id=weighing.id,
            data={"reason": reason},
        )  # fmt: skip
    return weighing


def confirm(
    desk: Desk, weighing_id: str, visit_id: str, role: str, actor: Actor, at: datetime, *,
    load_ids: Sequence[str] = (), tipped: Mapping[str, Sequence[Tipped]] | None = None,
    part: str = "", despite_remarks: bool = False,
) -> Confirmed:  # fmt: skip
    """Takes an offered weight into a visit. A first weighing gives the loads their weight; an intermediate
    or last one closes loads: net, movements, tickets. All in one transaction. `part` (uncoupled, axle): the
    vehicle is weighed in parts, and more of them follow; the sum with the last part is the weight.

    Raises Conflict(measured_with_fault, unprotected_line) for a weight whose line failed or that one line
    told, for what `questions_of` asks of the vehicle and for what was found after the decision, unless
    `despite_remarks` says that the person was asked about it; Conflict(tare_not_below_gross, tare_too_low)
    whatever was said."""
    with desk.ledger.write() as tx:
        weighing = offered_weighing(tx, weighing_id)
        visit = open_visit(tx, visit_id)
        return take_in(
            tx, desk, weighing, visit, role, actor, at, part=part, load_ids=load_ids, tipped=tipped or {},
            despite_remarks=despite_remarks,
        )  # fmt: skip


def take_in(
    tx: Session, desk: Desk, weighing: Weighing, visit: Visit, role: str, actor: Actor, at: datetime, *,
    part: str = "", load_ids: Sequence[str], tipped: Mapping[str, Sequence[Tipped]], despite_remarks: bool,
) -> Confirmed:  # fmt: skip
    """Does what `confirm` says in the caller's transaction."""
    loads = queries.loads_of(tx, visit.id)
    for load in loads:
        check_not_on_paper(tx, load)
    links = queries.chain_of(tx, visit.id)
    chain, before = summed(links), unfinished(links)
    if before and before[0][0].role != role:
        raise Conflict(Fault.REST_NOT_WEIGHED, plate=visit.plate)
    if role != "first" and not chain:
        raise Conflict(Fault.NO_FIRST_WEIGHING, plate=visit.plate)
    whole = one_weight([*(one for _, one in before), weighing])
    closed: tuple[Load, ...] = ()
    asked: list[dict[str, Any]] = []
    if not part:
        closed = _to_close(tx, loads, role, load_ids, whole, visit)
        for load in closed:
            forms.check_complete(tx, load, "ticket")
        asked = questions_of(tx, desk.policy, visit, chain, closed, whole, role)
        asked += questions_of_findings(tx, closed)
    despite = check_asked([*asked_at_use(weighing), *asked], despite_remarks)
    for load_id in set(tipped) - {load.id for load in closed}:
        raise Invalid(Fault.UNKNOWN_LOAD, id=load_id)
    use = WeighingUse(
        id=new_id(at), weighing_id=weighing.id, visit_id=visit.id, role=role, part=part, at=at,
        by=actor.id, supersedes_id=None if before else _reweighed(chain, loads, role),
    )  # fmt: skip
    weighing.state = "used"
    tx.add_all([weighing, use])
    audit.record(
        tx, "weighing_confirmed", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id,
        subject_id=weighing.id, data={
            "kg": weighing.kg, "role": role, "despite": despite, **({"part": part} if part else {}),
        },
    )  # fmt: skip
    tickets = closing.close_loads(tx, desk, visit, closed, chain, whole, tipped, actor, at)
    if closed:
        proposals.propose_open_loads(tx, desk, at)
    else:  # the cells are as they were
        proposals.propose(tx, desk, loads, at)
    return Confirmed(weighing, visit, tickets)


def offered_weighing(tx: Session, weighing_id: str) -> Weighing:
    """Returns a weight that nobody used or dismissed yet."""
    weighing = tx.get(Weighing, weighing_id)
    if weighing is None:
        raise NotFound(Fault.UNKNOWN_WEIGHING, id=weighing_id)
    if weighing.state != "offered":
        raise Conflict(Fault.WEIGHING_USED, kg=weighing.kg, state=weighing.state)
    return weighing


def _to_close(
    tx: Session, loads: Sequence[Load], role: str, load_ids: Sequence[str], weighing: Weighing, visit: Visit
) -> tuple[Load, ...]:
    """Returns the loads that this weight closes: those named, else those the station would preselect."""
    if role == "first":
        return ()
    wanted = set(load_ids) or _preselected(tx, visit, weighing, role)
    unknown = wanted - {load.id for load in loads}
    if unknown:
        raise Invalid(Fault.UNKNOWN_LOAD, id=sorted(unknown)[0])
    if role == "last":  # the vehicle is empty then: nothing that was brought may still wait for its decision
        for load in loads:
            if load.outcome is None:
                _check_decided(tx, load, visit)
    closed = tuple(load for load in loads if load.id in wanted)
    if not closed and role == "last" and any(load.outcome is None for load in loads):
        raise Conflict(Fault.NOTHING_TO_CLOSE, plate=visit.plate)
    for load in closed:
        if load.outcome is not None:
            raise Conflict(Fault.LOAD_ENDED, outcome=load.outcome)
        _check_decided(tx, load, visit)
    return closed


def _check_decided(tx: Session, load: Load, visit: Visit) -> None:
    if queries.current_decision(tx, load.id) is None:
        raise Conflict(Fault.LOAD_NOT_DECIDED, plate=visit.plate, position=load.position)


def _preselected(tx: Session, visit: Visit, weighing: Weighing, role: str) -> set[str]:
    for offer in offers_among(standing_of(tx, [visit]), weighing.kg):
        if offer.role == role:
            return set(offer.load_ids)
    open_ids = [
        load.id
        for load in queries.loads_of(tx, visit.id)
        if load.outcome is None and queries.current_decision(tx, load.id) is not None
    ]
    return set(open_ids if role == "last" else open_ids[:1])


def _reweighed(chain: Sequence[tuple[WeighingUse, Weighing]], loads: Sequence[Load], role: str) -> str | None:
    """A second first weighing of a single load is a re-weighing; with several loads it is the next vehicle
    part, weighed on its own, until each load has one. What a ticket stands on is not weighed again."""
    firsts = [use for use, _ in chain if use.role == "first"]
    if role != "first" or len(firsts) < len(loads):
        return None
    ended = {load.outcome for load in loads} & {"ticketed", "received"}
    if ended:
        raise Conflict(Fault.LOAD_ENDED, outcome=ended.pop())
    return firsts[-1].id
