"""A restored station takes back what headquarters, or a stick, knows after its backup.

Everything comes back by acts of recovery: records under their own key with numbers drawn now, grain with a
balance made now (`recovered_grain`), and an event for each load. What is written here since the restore
stands. What only derives from these (proposals that nobody decided on, reservations, measurements) is made
anew; what needs its own secret or its own bytes (persons' PINs, tokens, photos) does not come back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select, update

from station.acts.desk import Actor, Desk
from station.post.recovery import Told
from station.receival.deciding import proposals
from station.receival.restoring.recovered_grain import bring_grain, tonnes
from station.receival.restoring.recovered_rows import Key, Row, Work, bring, in_parts
from station.receival.restoring.recovered_taking import TAKEN
from station.receival.storage import plan_standing
from station.store import audit, counters, measurements
from station.store.tables import (
    Decision,
    LabResult,
    Load,
    Person,
    Proposal,
    Reading,
    Reservation,
    Terminal,
    Ticket,
    Visit,
)

# What comes back, in the order in which it names each other. `cell_movement` comes by `recovered_grain`.
FIRST = (
    "form_definition", "supplier", "supplier_match", "certificate", "contract", "carrier", "buyer",
    "outbound_order", "person", "terminal", "cell", "storage_plan", "instrument", "vehicle", "visit", "load",
    "loadowner", "sample", "composite_load", "frame", "weighing", "weighing_use", "reading", "pairing",
    "visual_check", "stored_tare",
)  # fmt: skip
DECIDED = ("rule_pack", "site_policy", "proposal", "decision", "tipping")
GRAIN = "cell_movement"
LATER = (
    "ticket", "lab_file", "lab_result", "control_target", "control_check", "hold", "correction",
    "correction_act", "hold_act", "adjustment", "dispute", "dispute_act", "retained_sample", "custody_act",
    "sending", "sent_sample", "grade_standing", "shipment", "expected_shipment", "correction_request",
    "treatment", "revision", "print_job", "outbound_visit", "transport_check", "outbound_loading",
    "outbound_sample", "delivery_note", "form_answer", "day_opening", "hand_over", "day_closing",
    "announced_arrival", "erp_ticket",
)  # fmt: skip
COMES_BACK = frozenset({*FIRST, *DECIDED, GRAIN, *LATER})
# The rest is at headquarters alone: in the bags before the new line, which are never thrown away.
STAYS_THERE = frozenset(
    {
        "approval", "audit_event", "capture", "clock_act", "down_document", "inspection",
        "instrument_offset", "line",
        "measurement", "modelrelease", "photo", "pit", "portassignment", "promotion_policy",
        "question_answer", "release_act", "reservation", "rule_pack_act", "spread", "variety",
        "vote", "waiver",
    }
)  # fmt: skip
ONLY_NEW = frozenset({"cell", "instrument", "frame", "rule_pack", "site_policy"})


@dataclass(frozen=True, slots=True)
class Recovered:
    """`added` and `changed` count rows by table, `left` says what did not come back ({table, key, why}) and
    `left_count` of how many that is. `numbers` is the last ticket number of each campaign, `tonnes` what each
    cell holds now. `again`: persons and terminals that need a new PIN or token."""

    added: dict[str, int]
    changed: dict[str, int]
    left: list[dict[str, Any]]
    left_count: int
    numbers: dict[str, int]
    tonnes: dict[str, float]
    asks_paper: int
    again: list[str]


def recover(
    tx: Session, desk: Desk, told: Told, touched: set[tuple[str, Key]], actor: Actor, at: datetime
) -> Recovered:
    """Take back what `told` says, in the caller's transaction. `touched`: what was changed here since the
    restore. Done a second time it changes nothing."""
    work = Work(tx, at, touched)
    _pass_numbers(tx, told)
    ended = _ended(told)
    loads: set[Key] = set()
    for name in FIRST:
        done = bring(work, name, _rows(work, told, name), changes=name not in ONLY_NEW)
        loads |= done if name == "load" else set()
    bring(work, "vehicle", told.rows("vehicle"))  # its trailer may have come after it
    decided = _decided(work, told, ended)
    for name in DECIDED:
        rows = (row for row in told.rows(name) if _is_of_ended(name, row, ended, decided))
        bring(work, name, rows, changes=name not in ONLY_NEW)
    _end_what_was_open(work, ended)
    tx.expire_all()
    work.added[GRAIN] = bring_grain(work, told)
    for name in LATER:
        bring(work, name, _rows(work, told, name))
    tx.expire_all()
    plan_standing.follow(tx)
    asks = _ask_paper(work)
    numbers = counters.pass_tickets(tx, desk.policy.site, _last_tickets(told, desk.policy.site))
    _tell_loads(work, loads, actor)
    _measure(tx, told)
    tx.expire_all()
    proposals.propose_open_loads(tx, desk, at)
    recovered = Recovered(
        {name: n for name, n in work.added.items() if n}, work.changed, work.left, work.left_count,
        {campaign: said["after"] for campaign, said in numbers.items()}, tonnes(work), asks,
        _who_needs_secrets(tx, told),
    )  # fmt: skip
    data = {
        "bags": told.bags, "last": [told.last.epoch, told.last.number], "added": recovered.added,
        "changed": recovered.changed, "left": recovered.left_count, "tickets": numbers,
    }  # fmt: skip
    audit.record(tx, "facts_recovered", at, by=actor.id, terminal=actor.terminal, data=data)
    return recovered


def _rows(work: Work, told: Told, name: str) -> Iterator[Row]:
    taken = TAKEN.get(name)
    return taken(work, told.rows(name)) if taken else told.rows(name)


def _ended(told: Told) -> set[str]:
    """The loads that have an outcome there."""
    return {row["id"] for row in told.rows("load") if row["outcome"] is not None}


def _decided(work: Work, told: Told, ended: set[str]) -> set[str]:
    """The proposals that those loads were decided by there, and not here: they are as they were then."""
    there = {row["proposal_id"] for row in told.rows("decision") if row["load_id"] in ended}
    here: set[str] = set()
    for some in in_parts(there):
        query = select(Decision.proposal_id).where(_among(Decision.proposal_id, some))
        here |= set(work.tx.exec(query))
    work.touched -= {("proposal", (id_,)) for id_ in there - here}
    return there - here


def _is_of_ended(name: str, row: Row, ended: set[str], decided: set[str]) -> bool:
    """An open load is decided anew."""
    if name == "proposal":
        return row["id"] in decided
    return row.get("load_id") is None or row["load_id"] in ended


def _end_what_was_open(work: Work, ended: set[str]) -> None:
    """Nothing is reserved any more for a load that has ended, nothing else is proposed for it, and a visit
    whose loads have all ended has ended."""
    tx = work.tx
    undecided = ~select(Decision.id).where(Decision.proposal_id == Proposal.id).exists()
    decided = select(Decision.id).where(Decision.load_id == Proposal.load_id).exists()
    is_open = select(Load.id).where(Load.visit_id == Visit.id, col(Load.outcome).is_(None)).exists()
    for some in in_parts(ended):
        reserved = _among(Reservation.load_id, some), col(Reservation.released_at).is_(None)
        visits = col(Visit.id).in_(select(Load.visit_id).where(_among(Load.id, some)))
        acts: tuple[Any, ...] = (
            update(Reservation).where(*reserved).values(released_at=work.at),
            delete(Proposal).where(_among(Proposal.load_id, some), undecided, decided),
            update(Visit).where(visits, col(Visit.ended_at).is_(None), ~is_open).values(ended_at=work.at),
        )
        for act in acts:
            tx.exec(act.execution_options(synchronize_session=False))


def _ask_paper(work: Work) -> int:
    """Each load that is open, and of which nobody said anything since, may have been closed on paper while no
    station ran."""
    count = 0
    for load in work.tx.exec(select(Load).where(col(Load.outcome).is_(None))):
        if ("load", (load.id,)) not in work.touched and not load.asks_paper:
            load.asks_paper = True
            work.tx.add(load)
        count += load.asks_paper
    work.tx.flush()
    return count


def _pass_numbers(tx: Session, told: Told) -> None:
    """No number that was ever given is given again, nor one of those that no bag had taken yet."""
    row, event = told.greatest_numbers()
    if event >= counters.newest(tx, counters.EVENT) or row >= counters.newest(tx, counters.ROW):
        counters.leap(tx)
        tx.flush()
    counters.pass_number(tx, counters.ROW, row)
    counters.pass_number(tx, counters.EVENT, event)


def _last_tickets(told: Told, site: str) -> dict[str, int]:
    last: dict[str, int] = {}
    for row in told.rows("ticket"):
        if row["site"] == site:
            last[row["campaign"]] = max(last.get(row["campaign"], 0), row["number"])
    return last


def _tell_loads(work: Work, loads: set[Key], actor: Actor) -> None:
    tx = work.tx
    for some in in_parts({key[0] for key in loads}):
        tickets = tx.exec(select(Ticket.load_id, Ticket.number).where(_among(Ticket.load_id, some)))
        numbers = dict(tickets.all())
        for load in tx.exec(select(Load).where(_among(Load.id, some)).order_by(col(Load.seq))).all():
            audit.record(
                tx, "load_recovered", work.at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
                load_id=load.id, data={"outcome": load.outcome, "ticket": numbers.get(load.id)},
            )  # fmt: skip
        tx.flush()


def _among(column: Any, some: Sequence[str]) -> Any:
    return col(column).in_(some)


def _measure(tx: Session, told: Told) -> None:
    """Measurements follow from their sources."""
    for some in in_parts({row["id"] for row in told.rows("reading")}):
        measurements.write(tx, tx.exec(select(Reading).where(_among(Reading.id, some))).all())
    for some in in_parts({row["id"] for row in told.rows("lab_result")}):
        measurements.write(tx, tx.exec(select(LabResult).where(_among(LabResult.id, some))).all())


def _who_needs_secrets(tx: Session, told: Told) -> list[str]:
    people = [row["name"] for row in told.rows("person") if row["active"]]
    known = set(tx.exec(select(Person.name).where(col(Person.active).is_(True))))
    terminals = [row for row in told.rows("terminal") if row["revoked_at"] is None]
    here = {row.id: row.revoked_at for row in tx.exec(select(Terminal))}
    return [name for name in people if name and name not in known] + [
        row["name"] for row in terminals if here.get(row["id"]) is not None
    ]
