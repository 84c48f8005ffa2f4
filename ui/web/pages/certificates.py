"""Which supplier is certified for what, and what runs out soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Response
from sqlmodel import col, select

from station.api import schemas
from station.api.views.certificates import certificates as certificates_view
from station.api.views.view import view_of
from station.store.tables import Certificate
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

SOON = timedelta(days=30)
MOST = 2000
router = APIRouter()


@dataclass(frozen=True, slots=True)
class CertificatesPage:
    soon: Table
    every: Table
    more: bool


@router.get("/certificates")
def certificates(reader: Reading) -> Response:
    """Those that hold now or later, the first to run out first."""
    today = reader.desk.policy.collecting_day(reader.now())
    query = select(Certificate).where(
        col(Certificate.valid_until) >= today, col(Certificate.withdrawn_at).is_(None)
    )
    with view_of(reader.asked) as view:
        rows = view.tx.exec(query.order_by(col(Certificate.valid_until)).limit(MOST + 1)).all()
        shown = certificates_view(view, rows[:MOST])
    _ = reader.t.gettext
    soon = [one for one in shown if one.valid_until <= today + SOON]
    page = CertificatesPage(
        _table(reader, "soon", _("Run out within 30 days"), soon, today, _("None.")),
        _table(reader, "certificates", _("In force"), shown, today, _("No certificate is entered yet.")),
        len(rows) > MOST,
    )
    return reader.page("certificates.html", page, [page.every, page.soon])


def _table(
    reader: Reader, name: str, title: str, rows: Sequence[schemas.Certificate], today: date, empty: str
) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Supplier")), Column(_("Claim")), Column(_("Certificate")), Column(_("Certified by")),
        Column(_("Valid from")), Column(_("Valid until")), Column(_("Entered by")),
    ]  # fmt: skip
    return Table(name, title, columns, [_row(reader, one, today) for one in rows], empty)


def _row(reader: Reader, one: schemas.Certificate, today: date) -> list[Cell]:
    t = reader.t
    return [
        reader.text(one.supplier),
        Cell(vocabulary.claim_name(one.claim, t.language), one.claim),
        reader.text(one.number),
        reader.text(one.body),
        Cell(t.day(one.valid_from), one.valid_from),
        Cell(t.day(one.valid_until), one.valid_until, mark="warn" if one.valid_until <= today + SOON else ""),
        reader.text(one.by or t.gettext("the site file")),
    ]
