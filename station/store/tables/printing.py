"""What is to be printed, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered


class PrintJob(Numbered, table=True):
    """A paper for a printer of the site file; `printer` empty: somebody was handed it as a file.

    `state`: waiting; sending; queued (CUPS has it, as `queue_number`); printed; asks (it is late, or may be
    out already: a person prints it again or drops it); dropped. `is_duplicate`: the paper says that it is a
    further print, by `asked_by`. `unanswered`: it was sent, and the printer did not say whether it is out.
    `words` ({code, params}) is what the printer said last."""

    __tablename__ = "print_job"
    __table_args__ = (
        Index("ix_print_job_state", "state", "seq"),
        Index("ix_print_job_document", "kind", "document_id", "seq"),
    )

    id: str = Field(primary_key=True)
    kind: str  # ticket, shipment
    document_id: str
    printer: str
    copies: int
    is_duplicate: bool = False
    asked_at: datetime
    asked_by: str
    state: str = "waiting"
    attempts: int = 0
    unanswered: bool = False
    queue_number: str | None = None
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    ended_at: datetime | None = None
