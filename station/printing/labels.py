"""Labels for the bags of a retained sample (échantillon conservé), one for each part, its number in bars.

They name no supplier and no buyer: the number leads to them.
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.export.sample_papers import labels_pdf
from station.printing.escpos import label
from station.store.retained import custody_of
from station.store.tables import DeliveryNote, OutboundSample, OutboundVisit, RetainedSample, Sample, Ticket
from ui.words import vocabulary
from ui.words.i18n import Translator


@dataclass(frozen=True, slots=True)
class Labels:
    """`parts` has the lines of each part's label."""

    title: str
    number: str
    parts: list[list[str]]

    def page(self, size: str) -> bytes:
        """As a PDF, sheets of labels."""
        return labels_pdf([(self.number, lines) for lines in self.parts], size)

    def receipt(self) -> bytes:
        """As ESC/POS, each label cut off."""
        return b"".join(label(self.number, lines) for lines in self.parts)


def labels_of(tx: Session, desk: Desk, row: RetainedSample, t: Translator) -> Labels:
    """As many labels as there were parts when it was sealed: a further print is for the same bags."""
    sample = tx.get_one(Sample, row.sample_id)
    sealed = next((act for act in custody_of(tx, [row.id]).get(row.id, []) if act.kind == "sealed"), None)
    count = sealed.parts if sealed else row.parts
    species = vocabulary.species_name(sample.species, t.language) if sample.species else ""
    seal = t.named(t.gettext("seal"), row.seal) if row.seal else ""
    what = [species, _lot(tx, sample, t), desk.policy.site_name]
    sealed_on = t.gettext("sealed {day}, keep until {until}").format(
        day=t.date(row.sealed_at), until=t.day(row.keep_until)
    )
    lines = [" · ".join(filter(None, what)), sealed_on]
    part = t.gettext("part {number} of {count}")
    parts = [
        [*lines, " · ".join(filter(None, (part.format(number=one, count=count), seal, sample.barcode)))]
        for one in range(1, count + 1)
    ]
    return Labels(t.gettext("Sample {number}").format(number=row.number), row.number, parts)


def _lot(tx: Session, sample: Sample, t: Translator) -> str:
    """The ticket of the load or the delivery note, once there is one; else the vehicle."""
    if sample.load_id is not None:
        tickets = select(Ticket).where(Ticket.load_id == sample.load_id).order_by(col(Ticket.number).desc())
        ticket = tx.exec(tickets.limit(1)).first()
        return t.gettext("ticket {number}").format(number=ticket.number) if ticket else ""
    of_it = select(OutboundVisit).join(OutboundSample, col(OutboundSample.outbound_id) == OutboundVisit.id)
    visit = tx.exec(of_it.where(OutboundSample.sample_id == sample.id)).first()
    if visit is None:
        return ""
    note = tx.exec(select(DeliveryNote).where(DeliveryNote.outbound_id == visit.id)).first()
    return note.paper_number if note else visit.plate
