"""A load that was received on the paper pad, while no station ran: its weights are typed at their real times.

It is in its place among the others: when it was weighed, tipped and left is what the pad says. Its ticket has
the next number here and names the pad's. Where it was tipped needs no decision: it happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Value
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.arrivals.loads import check_value, open_load
from station.receival.arrivals.on_paper import check_not_on_paper
from station.receival.bridge.chain import summed, unfinished
from station.receival.bridge.typed_weights import record_typed
from station.receival.bridge.vehicle_weights import questions_of
from station.receival.deciding import proposals
from station.receival.measuring import readings, samples
from station.receival.measuring.remarked import Remark, asked_about, check_asked
from station.receival.papers import closing
from station.receival.papers.closing import Paper
from station.receival.storage.tippings import Tipped
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import CellMovement, Load, Ticket, Visit, Weighing, WeighingUse


@dataclass(frozen=True, slots=True)
class Read:
    """A weight as somebody read it off the bridge then."""

    kg: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Pad:
    """What the pad says of one load. `gross` None: the vehicle was weighed full here. `tipped` empty: as it
    was decided here. `values` (number, basis) were read off the analyzer's screen or paper then, of the
    load's sample, or of the one with `barcode`, which nobody entered yet. `apart`: the part with this load
    was weighed alone, uncoupled from those whose loads were tipped before."""

    number: str
    tare: Read
    gross: Read | None = None
    tipped: tuple[Tipped, ...] = ()
    bridge: str | None = None
    despite_remarks: bool = False
    values: Mapping[str, tuple[float, str | None]] = field(default_factory=dict)
    barcode: str | None = None
    apart: bool = False


def close_from_pad(desk: Desk, load_id: str, pad: Pad, actor: Actor, at: datetime) -> Ticket | None:
    """Close a load with what its pad says; return its ticket. A visit begins no later than its first weight.

    Raises Conflict(maybe_on_paper, paper_number_used, rest_not_weighed, no_first_weighing, load_not_decided,
    values_without_sample), Invalid(times_out_of_order, time_in_future), and what samples, typed weights,
    tares and tippings raise."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        visit = tx.get_one(Visit, load.visit_id)
        check_not_on_paper(tx, load)
        _check_number(tx, load, pad.number)
        if unfinished(queries.chain_of(tx, visit.id)):
            raise Conflict(Fault.REST_NOT_WEIGHED, plate=visit.plate)
        if pad.gross is not None:
            _weigh_full(tx, desk, visit, load, pad, pad.gross, actor, at)
        chain = summed(queries.chain_of(tx, visit.id))
        if not chain:
            raise Conflict(Fault.NO_FIRST_WEIGHING, plate=visit.plate)
        _check_times([chain[-1][1].at, pad.tare.at, at])
        if not pad.tipped and queries.current_decision(tx, load.id) is None:
            raise Conflict(Fault.LOAD_NOT_DECIDED, plate=visit.plate, position=load.position)
        tare = _typed(tx, desk, pad, pad.tare, actor, at)
        is_last = all(one.outcome or one.id == load.id for one in queries.loads_of(tx, visit.id))
        role = "last" if is_last else "intermediate"
        asked = questions_of(tx, desk.policy, visit, chain, (load,), tare, role)
        checked = {name: check_value(name, *one) for name, one in pad.values.items()}
        unusual = asked_about({Analyte(name): pad.values[name][0] for name in checked}, load.species)
        despite = check_asked([*asked, *unusual], pad.despite_remarks)
        _use(tx, visit, tare, role, actor, at, despite)
        if checked:
            _type_values(tx, desk, load, pad, checked, unusual, actor, at)
        tickets = closing.close_loads(
            tx, desk, visit, (load,), chain, tare, {load.id: pad.tipped}, actor, at,
            Paper(pad.number, pad.tare.at),
        )  # fmt: skip
        proposals.propose_open_loads(tx, desk, at)
    return next(iter(tickets), None)


def _type_values(
    tx: Session, desk: Desk, load: Load, pad: Pad, values: Mapping[str, Value], remarks: Sequence[Remark],
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """The values count as any that a person typed: on the ticket, and of the cell's content."""
    if pad.barcode is not None:
        samples.enter(tx, desk, pad.barcode, "load", load, load.species, actor, at)
        tx.flush()
    known = queries.samples_of(tx, load.id)
    if not known:
        raise Conflict(Fault.VALUES_WITHOUT_SAMPLE)
    readings.record_typed(tx, desk, known[-1], values, remarks, pad.number, actor, at, read_at=pad.tare.at)
    tx.flush()


def _check_number(tx: Session, load: Load, number: str) -> None:
    """A page of the pad is of one load."""
    query = (
        select(CellMovement.id)
        .join(Load, col(Load.id) == CellMovement.load_id)
        .where(CellMovement.paper_number == number, Load.campaign == load.campaign)
    )
    if tx.exec(query.limit(1)).first() is not None:
        raise Conflict(Fault.PAPER_NUMBER_USED, number=number)


def _weigh_full(
    tx: Session, desk: Desk, visit: Visit, load: Load, pad: Pad, gross: Read, actor: Actor, at: datetime
) -> None:
    """The weight after one load was tipped is the weight before the next: it is written once. The full
    weights of parts that were weighed apart belong to the loads in their order."""
    chain = summed(queries.chain_of(tx, visit.id))
    if chain and (chain[-1][1].kg, chain[-1][1].at) == (gross.kg, gross.at):
        return
    parts = sum(use.role == "first" for use, _ in chain)
    if chain and not (pad.apart and load.position == parts + 1):
        raise Conflict(Fault.WEIGHED_HERE, plate=visit.plate, kg=chain[-1][1].kg)
    _use(tx, visit, _typed(tx, desk, pad, gross, actor, at), "first", actor, at, [])
    if gross.at < visit.arrived_at:
        visit.arrived_at = gross.at
        tx.add(visit)
        tx.flush()


def _check_times(times: Sequence[datetime]) -> None:
    before, tare, now = times
    if tare > now:
        raise Invalid(Fault.TIME_IN_FUTURE, at=tare.isoformat())
    if tare <= before:
        raise Invalid(Fault.TIMES_OUT_OF_ORDER, first=before.isoformat(), last=tare.isoformat())


def _typed(tx: Session, desk: Desk, pad: Pad, read: Read, actor: Actor, at: datetime) -> Weighing:
    weighing = record_typed(
        tx, desk.policy, read.kg, read.at, pad.number, actor, at, bridge=pad.bridge,
        despite_remarks=pad.despite_remarks,
    )  # fmt: skip
    tx.flush()
    return weighing


def _use(
    tx: Session, visit: Visit, weighing: Weighing, role: str, actor: Actor, at: datetime,
    despite: Sequence[str],
) -> None:  # fmt: skip
    weighing.state = "used"
    use = WeighingUse(
        id=new_id(at), weighing_id=weighing.id, visit_id=visit.id, role=role, at=at, by=actor.id
    )
    tx.add_all([weighing, use])
    audit.record(
        tx, "weighing_confirmed", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id,
        subject_id=weighing.id, data={"kg": weighing.kg, "role": role, "despite": list(despite)},
    )  # fmt: skip
    tx.flush()
