"""Finished facts, for the program that issues or books the bons d'apport."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel


class FedWeighing(BaseModel):
    id: str
    kg: float
    role: str
    rule: str
    sealed_number: str | None
    taken_at: datetime


class Fact(BaseModel):
    """`id` is the same whenever the fact is told again; `previous` is the cursor of the fact before it: where
    that is not the last one read, the station was restored from a backup in between, and what lies between is
    told again (`recovered`) or known here no more: a program that numbers tickets says its numbers again.
    `external_ref` is the announced apport's number.

    kind `weighing`: `weighing` is part of the visit now. `ticket`, `correction`: `document` says what the
    paper says. `outcome`: the loads ended without a ticket (`outcome`: refused, left, cancelled, on_paper),
    or are open again (None)."""

    cursor: str
    previous: str
    id: str
    kind: Literal["weighing", "ticket", "correction", "outcome"]
    at: datetime
    visit_id: str
    load_id: str | None
    external_ref: str | None
    weighing: FedWeighing | None = None
    document: dict[str, Any] | None = None
    outcome: str | None = None
    reason: str = ""
    recovered: bool = False


class Feed(BaseModel):
    """`next` is asked with `after` the next time, also where nothing was new."""

    facts: list[Fact]
    next: str
