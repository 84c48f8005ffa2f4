"""Printers, what waits for them, and papers as files."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.common import In, Key, Reason

Document = Literal["ticket", "shipment", "delivery", "label"]  # a label is of a retained sample


class Printer(BaseModel):
    """`prints` is what it prints when somebody asks, `automatic` what it prints when it is issued."""

    id: str
    kind: Literal["cups", "escpos"]
    prints: list[Document]
    automatic: list[Document]


class PrintJob(BaseModel):
    """A paper for a printer (empty: it was handed out as a file). `number` is the document's, of a ticket in
    `campaign`. `reason` is what the printer said last."""

    id: str
    kind: Document
    number: str
    campaign: str = ""
    printer: str
    copies: int
    is_duplicate: bool
    asked_at: datetime
    asked_by: str
    state: Literal["waiting", "sending", "queued", "printed", "asks", "dropped"]
    attempts: int
    reason: Reason | None = None


class PrintIn(In):
    """Without a printer: the only one that prints such documents. Without a campaign: the current one."""

    printer: Key | None = None
    campaign: Key | None = None


class DocumentPrintIn(In):
    """Without a printer: the only one that prints such documents."""

    printer: Key | None = None


class DocumentFileIn(In):
    paper: Literal["A4", "A5"] = "A4"


class PaperFileIn(In):
    campaign: Key | None = None
    paper: Literal["A4", "A5"] = "A5"


class PaperFile(BaseModel):
    """A PDF as base64; the first print of a paper is the original, every further one a duplicate."""

    job: PrintJob
    pdf: str
