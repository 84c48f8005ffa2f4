"""What a print job puts on paper: read from the ledger, and written for the printer that it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session

from station.acts.desk import Desk
from station.acts.printers import DELIVERY, LABEL, TICKET
from station.post import identity
from station.printing.delivery_lines import Returned, delivery_sections
from station.printing.escpos import receipt
from station.printing.labels import Labels, labels_of
from station.printing.lines import Duplicate, Pair, Section, Sentence, Title
from station.printing.ticket_lines import ticket_sections
from station.printing.ticket_pdf import ticket_pdf
from station.receival.between_silos.shipments import text_of
from station.receival.leaving.delivery_seal import DeliverySeal
from station.receival.papers.erp_numbers import completed
from station.receival.papers.paper_seals import public_key, sealed
from station.receival.papers.ticket_seal import TicketSeal
from station.store.names import names_of
from station.store.retained import provisional_among
from station.store.tables import DeliveryNote, PrintJob, RetainedSample, Shipment, Ticket
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


def paper_of(tx: Session, desk: Desk, job: PrintJob, language: str) -> Paper | Labels:
    if job.kind == LABEL:  # of a bag there is no original
        return labels_of(tx, desk, tx.get_one(RetainedSample, job.document_id), translator(language))
    duplicate = None
    if job.is_duplicate:
        name = names_of(tx, [job.asked_by]).get(job.asked_by) or job.asked_by
        duplicate = Duplicate(job.asked_at, name)
    if job.kind == TICKET:
        return _ticket(tx, desk, tx.get_one(Ticket, job.document_id), language, duplicate)
    if job.kind == DELIVERY:
        return _delivery(desk, tx.get_one(DeliveryNote, job.document_id), language, duplicate)
    return _shipment(desk, tx.get_one(Shipment, job.document_id), translator(language), duplicate)


def _ticket(tx: Session, desk: Desk, row: Ticket, language: str, duplicate: Duplicate | None) -> Paper:
    provisional = row.load_id in provisional_among(tx, [row.load_id])
    title = translator(language).gettext("Ticket {number}").format(number=row.number)
    sections = ticket_sections(completed(tx, row), language, provisional=provisional, duplicate=duplicate)
    return Paper(title, sections, _code(desk, row, provisional=provisional))


def _code(desk: Desk, row: Ticket, *, provisional: bool) -> str:
    """Made anew for each print, and the same as long as the station has its key."""
    key, name = _key(desk)
    language = desk.policy.language
    return sealed(TicketSeal.of(row.site, row.document, name, language, provisional=provisional), key)


def _delivery(desk: Desk, row: DeliveryNote, language: str, duplicate: Duplicate | None) -> Paper:
    title = translator(language).gettext("Delivery note {number}").format(number=row.number)
    returned = None
    if row.back_kg is not None:
        returned = Returned(row.state == "cancelled", row.back_kg, row.reason)
    key, name = _key(desk)
    code = sealed(DeliverySeal.of(row.site, row.document, name, desk.policy.language), key)
    sections = delivery_sections(row.document, language, duplicate=duplicate, returned=returned)
    return Paper(title, sections, code)


def _key(desk: Desk) -> tuple[Ed25519PrivateKey | None, str]:
    """The key that signs papers, and its name."""
    key = identity.paper_key(desk.ledger)
    return key, public_key(key).name if key else ""


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
