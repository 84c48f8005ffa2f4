"""A load that was open in a restored backup may have been closed since: a person says whether it was."""

from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.arrivals.loads import check_number, end_load, open_load
from station.receival.between_silos import shipment_standing
from station.receival.deciding import proposals
from station.receival.storage import cells, moved_grain
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, Load, Visit


def check_not_on_paper(tx: Session, load: Load) -> None:
    """Raises Conflict(maybe_on_paper) while nobody has said whether the load was closed on paper."""
    if load.asks_paper:
        plate = tx.get_one(Visit, load.visit_id).plate
        raise Conflict(Fault.MAYBE_ON_PAPER, load_id=load.id, plate=plate, position=load.position)


def deny_paper(desk: Desk, load_id: str, actor: Actor, at: datetime) -> Load:
    """The load was not closed on paper: it goes on as it stood in the backup."""
    with desk.ledger.write() as tx:
        load = _asked_load(tx, load_id)
        load.asks_paper = False
        tx.add(load)
        audit.record(
            tx, "load_not_on_paper", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id,
        )  # fmt: skip
    return load


def close_on_paper(
    desk: Desk, load_id: str, paper_number: str, net_kg: float | None, cell: str | None, actor: Actor,
    at: datetime,
) -> Load:  # fmt: skip
    """The load has its paper: it gets no ticket here, and no ticket gets its number.

    Its grain comes into `cell`, else into the decided one: `net_kg`, else what was reserved for it. Where
    neither cell nor weight is known nothing is moved: the cell's next count says it.

    Raises Conflict(paper_number_used) for the number of a ticket, or of another load's paper."""
    with desk.ledger.write() as tx:
        load = _asked_load(tx, load_id)
        _check_number_free(tx, desk, load, paper_number)
        movement = _moved(tx, load, paper_number, net_kg, cell, actor, at)
        load.asks_paper = False
        told = {
            "paper_number": paper_number,
            "net_kg": net_kg,
            "moved_kg": movement.kg if movement else None,
            "cell": movement.cell_id if movement else None,
        }
        audit.record(
            tx, "load_closed_on_paper", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id, data=told,
        )  # fmt: skip
        end_load(tx, load, "on_paper", paper_number, actor, at)
        proposals.propose_open_loads(tx, desk, at)
    return load


def _asked_load(tx: Session, load_id: str) -> Load:
    load = open_load(tx, load_id)
    if not load.asks_paper:
        raise Conflict(Fault.NOT_ASKED_ABOUT_PAPER)
    return load


def _check_number_free(tx: Session, desk: Desk, load: Load, paper_number: str) -> None:
    number = int(paper_number) if paper_number.isdecimal() else None
    taken = number and queries.ticket_by_number(tx, desk.policy.site, load.campaign, number)
    if taken or queries.load_on_paper(tx, load.campaign, paper_number):
        raise Conflict(Fault.PAPER_NUMBER_USED, number=paper_number)


def _moved(
    tx: Session, load: Load, paper_number: str, net_kg: float | None, cell: str | None, actor: Actor,
    at: datetime,
) -> CellMovement | None:  # fmt: skip
    if net_kg is not None:
        check_number("weight", net_kg)
    if cell is not None and tx.get(Cell, cell) is None:
        raise Invalid(Fault.UNKNOWN_CELL, cell=cell)
    decision, reserved = queries.current_decision(tx, load.id), queries.open_reservation(tx, load.id)
    into = cell or (decision.cell if decision else None)
    kg = net_kg if net_kg is not None else (reserved.kg if reserved else None)
    if into is None or kg is None:
        return None
    shipment_standing.note_weight(tx, load, kg)
    return cells.move(
        tx,
        CellMovement(
            id=new_id(at), cell_id=into, kind="in", kg=kg,
            values=shipment_standing.moved_values(tx, load, kg),
            regime=load.regime, organisation=load.organisation, load_id=load.id, by=actor.id, at=at,
            paper_number=paper_number, grain=moved_grain.of_load(tx, load, into),
        ),
    )  # fmt: skip
