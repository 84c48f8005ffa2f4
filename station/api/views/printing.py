"""Printers, and what is to be printed, with the names that people know the documents by."""

from collections.abc import Sequence

from sqlmodel import col, select

from station.acts.desk import Desk
from station.api import schemas
from station.api.language import reason
from station.api.views.view import View
from station.store.tables import DeliveryNote, PrintJob, RetainedSample, Shipment, Ticket


def printers(desk: Desk) -> list[schemas.Printer]:
    return [
        schemas.Printer(
            id=one.id, kind=one.kind,
            prints=sorted(one.prints), automatic=sorted(one.automatic),  # type: ignore[arg-type] # documents
        )
        for one in desk.printers
    ]  # fmt: skip


def print_jobs(view: View, rows: Sequence[PrintJob]) -> list[schemas.PrintJob]:
    named = _named(view, rows)
    view.names_of(row.asked_by for row in rows)
    return [_job(view, row, *named.get(row.document_id, ("?", ""))) for row in rows]


def _named(view: View, rows: Sequence[PrintJob]) -> dict[str, tuple[str, str]]:
    """The number and campaign of each document."""
    ids = [row.document_id for row in rows]
    tickets = select(Ticket.id, Ticket.number, Ticket.campaign).where(col(Ticket.id).in_(ids))
    notes = select(DeliveryNote.id, DeliveryNote.number, DeliveryNote.campaign)
    shipments = select(Shipment.id, Shipment.number).where(col(Shipment.id).in_(ids))
    retained = select(RetainedSample.id, RetainedSample.number).where(col(RetainedSample.id).in_(ids))
    numbered = [*view.tx.exec(tickets), *view.tx.exec(notes.where(col(DeliveryNote.id).in_(ids)))]
    named = {id_: (str(number), campaign) for id_, number, campaign in numbered}
    for query in (shipments, retained):
        named |= {id_: (number, "") for id_, number in view.tx.exec(query)}
    return named


def _job(view: View, row: PrintJob, number: str, campaign: str) -> schemas.PrintJob:
    words = row.words
    return schemas.PrintJob(
        id=row.id, kind=row.kind,  # type: ignore[arg-type] # the column holds one of the kinds
        number=number, campaign=campaign,
        printer=row.printer, copies=row.copies, is_duplicate=row.is_duplicate, asked_at=row.asked_at,
        asked_by=view.name_of(row.asked_by) or "",
        state=row.state,  # type: ignore[arg-type] # the column holds one of the states
        attempts=row.attempts,
        reason=reason(words["code"], words.get("params") or {}, view.language) if words else None,
    )  # fmt: skip
