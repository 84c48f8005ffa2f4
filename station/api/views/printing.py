"""Printers, and what is to be printed, with the names that people know the documents by."""

from collections.abc import Sequence

from sqlmodel import col, select

from station.acts.desk import Desk
from station.acts.printers import TICKET
from station.api import schemas
from station.api.language import reason
from station.api.views.view import View
from station.store.tables import PrintJob, Shipment, Ticket


def printers(desk: Desk) -> list[schemas.Printer]:
    return [
        schemas.Printer(
            id=one.id, kind=one.kind,
            prints=sorted(one.prints), automatic=sorted(one.automatic),  # type: ignore[arg-type] # documents
        )
        for one in desk.printers
    ]  # fmt: skip


def print_jobs(view: View, rows: Sequence[PrintJob]) -> list[schemas.PrintJob]:
    ids = {kind: [row.document_id for row in rows if row.kind == kind] for kind in ("ticket", "shipment")}
    tickets = select(Ticket).where(col(Ticket.id).in_(ids["ticket"]))
    shipments = select(Shipment.id, Shipment.number).where(col(Shipment.id).in_(ids["shipment"]))
    named = {one.id: (str(one.number), one.campaign) for one in view.tx.exec(tickets)}
    named |= {id_: (number, "") for id_, number in view.tx.exec(shipments)}
    view.names_of(row.asked_by for row in rows)
    return [_job(view, row, *named.get(row.document_id, ("?", ""))) for row in rows]


def _job(view: View, row: PrintJob, number: str, campaign: str) -> schemas.PrintJob:
    words = row.words
    return schemas.PrintJob(
        id=row.id, kind="ticket" if row.kind == TICKET else "shipment", number=number, campaign=campaign,
        printer=row.printer, copies=row.copies, is_duplicate=row.is_duplicate, asked_at=row.asked_at,
        asked_by=view.name_of(row.asked_by) or "",
        state=row.state,  # type: ignore[arg-type] # the column holds one of the states
        attempts=row.attempts,
        reason=reason(words["code"], words.get("params") or {}, view.language) if words else None,
    )  # fmt: skip
