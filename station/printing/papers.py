"""What a print job puts on paper: read from the ledger, and written for the printer that it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from station.acts.desk import Desk
from station.acts.printers import TICKET
from station.post import identity
from station.printing.escpos import receipt
from station.printing.ticket_lines import Duplicate, Pair, Section, Sentence, Title, ticket_sections
from station.printing.ticket_pdf import ticket_pdf
from station.receival import ticket_seal
from station.receival.erp_tickets import completed
from station.receival.shipments import text_of
from station.receival.ticket_seal import TicketSeal, sealed
from station.store.names import names_of
from station.store.retained import provisional_among
from station.store.tables import PrintJob, Shipment, Ticket
from ui.words import vocabulary
from ui.words.i18n import Translator, translator


@dataclass(frozen=True, slots=True)
class Paper:
    """`code` is the text of its QR code; empty: it has none."""

    title: str
    sections: list[Section]
    code: str

    def page(self, size: str) -> bytes:
        """As a PDF, A4 or A5."""
        return ticket_pdf(self.title, self.sections, self.code, size)

    def receipt(self) -> bytes:
        """As ESC/POS."""
        return receipt(self.sections, self.code)


def paper_of(tx: Session, desk: Desk, job: PrintJob, language: str) -> Paper:
    duplicate = None
    if job.is_duplicate:
        name = names_of(tx, [job.asked_by]).get(job.asked_by) or job.asked_by
        duplicate = Duplicate(job.asked_at, name)
    if job.kind == TICKET:
        return _ticket(tx, desk, tx.get_one(Ticket, job.document_id), language, duplicate)
    return _shipment(desk, tx.get_one(Shipment, job.document_id), translator(language), duplicate)


def _ticket(tx: Session, desk: Desk, row: Ticket, language: str, duplicate: Duplicate | None) -> Paper:
    provisional = row.load_id in provisional_among(tx, [row.load_id])
    title = translator(language).gettext("Ticket {number}").format(number=row.number)
    sections = ticket_sections(completed(tx, row), language, provisional=provisional, duplicate=duplicate)
    return Paper(title, sections, _code(desk, row, provisional=provisional))


def _code(desk: Desk, row: Ticket, *, provisional: bool) -> str:
    """Made anew for each print, and the same as long as the station has its key."""
    key = identity.paper_key(desk.ledger)
    name = ticket_seal.public_key(key).name if key else ""
    return sealed(
        TicketSeal.of(row.site, row.document, name, desk.policy.language, provisional=provisional), key
    )


def _shipment(desk: Desk, row: Shipment, t: Translator, duplicate: Duplicate | None) -> Paper:
    text, paper = text_of(desk, row), row.paper
    title = t.gettext("Transfer between silos {number}").format(number=row.number)
    again = [Title(t.gettext("DUPLICATE"), large=True)] if duplicate else []
    typed = " ".join(text[first : first + 5] for first in range(0, len(text), 5))
    head: Section = [*again, Sentence(paper["from_name"]), Title(title), Pair(t.gettext("To"), row.to_site)]
    return Paper(title, [head, _carried(row, paper, t), [Sentence(typed)]], text)


def _carried(row: Shipment, paper: Mapping[str, Any], t: Translator) -> Section:
    left = datetime.fromisoformat(paper["left_at"])
    found = [
        (t.gettext("Plate"), row.plate), (t.gettext("Trailer"), paper["trailer"]),
        (t.gettext("Driver"), paper["driver"]), (t.gettext("Carrier"), paper["carrier"]),
        (t.gettext("Species"), vocabulary.species_name(row.species, t.language)),
        (t.gettext("Weight"), t.kg(row.kg)), (t.gettext("Left"), f"{t.date(left)} {t.time(left)}"),
    ]  # fmt: skip
    return [Pair(name, value) for name, value in found if value]
