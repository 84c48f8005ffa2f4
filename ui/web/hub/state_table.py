"""The monthly state of stocks as a table, on a page and in a file."""

from collections.abc import Sequence

from station.headquarters.state import Line
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.i18n import Translator


def state_table(t: Translator, month: str, lines: Sequence[Line]) -> Table:
    """Kilograms are written whole; a line with corrections says so."""
    _ = t.gettext
    columns = [
        Column(_("Month")), Column(_("Silo")), Column(_("Species")), Column(_("Regime")),
        Column(_("Organisation")), Column(_("Opening stock"), "kg", is_number=True),
        Column(_("Receipts"), "kg", is_number=True), Column(_("Departures"), "kg", is_number=True),
        Column(_("Transfers"), "kg", is_number=True), Column(_("Drying"), "kg", is_number=True),
        Column(_("Waste"), "kg", is_number=True), Column(_("Corrections"), "kg", is_number=True),
        Column(_("Closing stock"), "kg", is_number=True), Column(_("Corrected")),
    ]  # fmt: skip
    title = _("State of stocks, {month}").format(month=month)
    rows = [_line(t, month, line) for line in lines]
    return Table("state", title, columns, rows, _("Nothing lies in any silo, and nothing moved that month."))


def totals_table(t: Translator, month: str, lines: Sequence[Line]) -> Table:
    """The sums of all silos."""
    made = state_table(t, month, lines)
    return Table("totals", t.gettext("All silos together"), made.columns, made.rows, made.empty)


def _line(t: Translator, month: str, line: Line) -> list[Cell]:
    moved = (line.in_kg, line.out_kg, line.transfers, line.drying, line.waste, line.corrections)
    kg = (line.opening, *moved, line.closing)
    species = vocabulary.species_name(line.species, t.language) if line.species else t.gettext("not said")
    regime = vocabulary.word(vocabulary.REGIMES, line.regime, t.language) if line.regime else ""
    return [
        Cell(month, month), Cell(line.name, line.station), Cell(species, line.species),
        Cell(regime, line.regime), Cell(line.organisation, line.organisation),
        *(Cell(t.number(one, 0) if one else "0", one) for one in kg), _corrected(t, line),
    ]  # fmt: skip


def _corrected(t: Translator, line: Line) -> Cell:
    if not line.corrected:
        return Cell("", "")
    told = t.ngettext("{count} correction", "{count} corrections", line.corrected)
    told = told.format(count=line.corrected)
    if line.declared:
        told += t.gettext(", of these {kg} declared at set-up").format(kg=t.kg(line.declared))
    return Cell(told, told, mark="warn")
