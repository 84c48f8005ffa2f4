"""Close a collecting day: weighings, tickets and movements agree to the kilogram, or a person says why.

The sheet is gathered from the ledger and says the same to whoever looks; its findings each need a reason.
A closed day is never opened again: what is recorded of it later stands in the next closing.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlmodel import Session

from station.acts.desk import Actor, Desk, SitePolicy
from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.days import day_grain, day_numbers, erp_reconciling
from station.receival.days.day_grain import Finding
from station.store import audit, days, holds, queries
from station.store.ids import new_id
from station.store.tables import DayClosing, Visit

# What others find of a day: (tx, desk, span) -> findings.
Finder = Callable[[Session, Desk, days.Span], Iterable[Finding]]
FINDERS: tuple[Finder, ...] = (erp_reconciling.findings,)


def sheet(tx: Session, desk: Desk, day: date) -> dict[str, Any]:
    """Gather what the closing of a day says, with its `findings` ({key, code, params})."""
    policy, span, before = desk.policy, desk.policy.day_spans(day), days.newest_closing(tx)
    rows = day_grain.received(tx, days.loads_ended_in(tx, span))
    numbers = day_numbers.numbers(tx, policy, span, before)
    cells = day_grain.in_cells(tx, rows, span)
    found = [
        *_open_visits(tx, span),
        *day_numbers.not_issued(numbers),
        *day_grain.against_movements(rows),
        *day_grain.against_weighings(tx, rows),
        *day_grain.against_book(tx, cells, before),
        *(one for find in FINDERS for one in find(tx, desk, span)),
    ]
    return {
        "site": policy.site, "day": day.isoformat(), "from": span[0].isoformat(),
        "to": span[1].isoformat(), "closed_before": before.day.isoformat() if before else None,
        "tonnes": day_grain.tonnes(rows), "owners": day_grain.owned(tx, rows), "cells": cells,
        "numbers": numbers, "minutes": _minutes(tx, [row.load.id for row in rows]),
        "late": day_numbers.late(tx, policy, span, before), "left": _left(tx),
        "findings": [asdict(one) for one in found],
    }  # fmt: skip


def next_day(tx: Session, policy: SitePolicy, at: datetime) -> date:
    """Return the day to close next: the first after the last closing on which a load ended, else today."""
    today, before = policy.collecting_day(at), days.newest_closing(tx)
    if before is None:
        return today
    begins = policy.day_begins(before.day + timedelta(days=1))
    ended = days.first_ended(tx, (begins, policy.day_begins(today + timedelta(days=1))))
    return policy.collecting_day(ended) if ended else today


def close_day(desk: Desk, day: date, said: Mapping[str, str], actor: Actor, at: datetime) -> DayClosing:
    """Sign a day; `said` is the reason by finding's key.

    Raises Invalid(day_not_begun), Conflict(day_closed), Conflict(day_before_open) while an earlier day with
    loads is not closed, and Conflict(day_unexplained) while a finding has no reason."""
    with desk.ledger.write() as tx:
        check_order(tx, desk.policy, day, at)
        document = sheet(tx, desk, day)
        silent = [one["key"] for one in document["findings"] if not said.get(one["key"], "").strip()]
        if silent:
            raise Conflict(Fault.DAY_UNEXPLAINED, until=day.isoformat(), count=len(silent), keys=silent)
        document["findings"] = [{**one, "reason": said[one["key"]]} for one in document["findings"]]
        row = DayClosing(
            id=new_id(at), day=day, document=document, sha256=digest(document), at=at, by=actor.id
        )
        tx.add(row)
        tx.flush()
        audit.record(
            tx, "day_closed", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"day": day.isoformat(), "sha256": row.sha256, "explained": len(document["findings"])},
        )  # fmt: skip
    return row


def check_order(tx: Session, policy: SitePolicy, day: date, at: datetime) -> None:
    if day > policy.collecting_day(at):
        raise Invalid(Fault.DAY_NOT_BEGUN, until=day.isoformat())
    before = days.newest_closing(tx)
    if before is None:
        return
    if day <= before.day:
        raise Conflict(Fault.DAY_CLOSED, until=before.day.isoformat())
    first = next_day(tx, policy, at)
    if first < day:
        raise Conflict(Fault.DAY_BEFORE_OPEN, until=first.isoformat())


def digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _open_visits(tx: Session, span: days.Span) -> list[Finding]:
    """Find the visits that arrived by the day's end and go on: each has its reason, or is carried over."""
    arrived = [visit for visit in queries.open_visits(tx) if visit.arrived_at < span[1]]
    return [Finding(f"visit {one.id}", "visit_open", _visit(one)) for one in arrived]


def _visit(visit: Visit) -> dict[str, Any]:
    return {"visit_id": visit.id, "plate": visit.plate, "taken_at": visit.arrived_at.isoformat()}


def _minutes(tx: Session, load_ids: Sequence[str]) -> dict[str, Any]:
    """From full weight to tare: how many trucks, the middle one's minutes and the longest's."""
    minutes = [one.total_seconds() / 60 for one in days.times_on_site(tx, load_ids)]
    return {
        "trucks": len(minutes),
        "median": round(median(minutes), 1) if minutes else None,
        "worst": round(minutes[-1], 1) if minutes else None,
    }


def _left(tx: Session) -> dict[str, int]:
    """Count what waits for a person tomorrow."""
    return {
        "exceptions": queries.count_unpaired(tx),
        "weighings": days.weighings_unused(tx),
        "holds": len(holds.open_holds(tx)),
    }
