"""What a load is paid, line by line, for managers alone: the supplier stands beside the operator's screen."""

from collections.abc import Sequence

from station.api import schemas
from ui.web.reader import Reader
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_
from ui.words.vocabulary import analyte_name, site_name

ADJUSTMENTS = {"refaction": N_("Deduction"), "bonification": N_("Bonus"), "drying": N_("Drying charge")}
_UNITS = {"price": N_("% of the price"), "weight": N_("% of the weight"), "fee": N_("€/t")}


def pay_table(reader: Reader, pays: Sequence[schemas.Pay]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Quality")), Column(_("What")), Column(_("Analyte")), Column(_("Value"), is_number=True),
        Column(_("Limit"), is_number=True), Column(_("How much"), is_number=True), Column(_("Of")),
        Column(_("Weight"), "kg", is_number=True), Column(_("Amount"), "€", is_number=True),
        Column(_("Source")),
    ]  # fmt: skip
    rows = [row for pay in pays for row in _rows(reader, pay)]
    return Table("pay", _("What is paid"), columns, rows)


def _rows(reader: Reader, pay: schemas.Pay) -> list[list[Cell]]:
    """The price of the whole net, each thing that moves it, and what is paid for which weight."""
    _, t = reader.t.gettext, reader.t
    grade = reader.text(site_name("grade", pay.grade, t.language))
    price = [Cell("", None), Cell("", None), reader.number(pay.price, 2), reader.text(_("€/t"))]
    first = [grade, reader.text(_("Price")), reader.text(""), *price]
    rows = [[*first, reader.kg(pay.net_kg), _euros(reader, pay.base_cents), reader.text("")]]
    rows += [[grade, *_line(reader, one)] for one in pay.lines]
    if pay.unknown:
        names = ", ".join(analyte_name(one, t.language) for one in pay.unknown)
        rows.append([grade, reader.text(_("Not known")), reader.text(names), *[reader.text("")] * 7])
    total = [grade, reader.text(_("To pay")), *[reader.text("")] * 5, reader.kg(pay.paid_kg)]
    return [*rows, [*total, _euros(reader, pay.cents), reader.text("")]]


def _line(reader: Reader, one: schemas.PayLine) -> list[Cell]:
    t = reader.t
    return [
        Cell(t.gettext(ADJUSTMENTS[one.kind]), one.kind),
        reader.text(analyte_name(one.analyte, t.language)),
        Cell(t.plain(one.value), one.value),
        Cell(t.plain(one.limit), one.limit),
        Cell(t.plain(one.amount), one.amount),
        Cell(t.gettext(_UNITS[one.on]), one.on),
        reader.kg(one.kg or None),
        _euros(reader, one.cents),
        reader.text(one.source),
    ]


def _euros(reader: Reader, cents: int | None) -> Cell:
    return reader.number(None if cents is None else cents / 100, 2)
