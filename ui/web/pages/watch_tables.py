"""The tables of the watch: holds, controls, verifications, and a campaign of standards."""

from collections.abc import Sequence

from sqlmodel import Session

from station.lab.controls import Due, Expiry, source_name
from station.lab.holds import extent
from station.lab.standards import FAILED, INCOMPLETE, PASSED, Campaign, Verdict
from station.store.tables import Hold
from ui.web.comparing import capital, signed_cell
from ui.web.reader import Reader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

_MARKS = {PASSED: "good", FAILED: "bad", INCOMPLETE: "quiet"}


def holds(reader: Reader, tx: Session, rows: Sequence[Hold]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Instrument or phone")), Column(_("What")), Column(_("Last good control")),
        Column(_("Failed control")), Column(_("Loads"), "", True), Column(_("Tickets"), "", True),
        Column(_("Grain"), "t", True), Column(_("Cells")),
    ]  # fmt: skip
    return Table(
        "holds",
        _("Held since a failed control: the values are to be confirmed, tickets stay valid"),
        columns,
        [_hold(reader, tx, row) for row in rows],
        _("Nothing is held."),
    )


def _hold(reader: Reader, tx: Session, row: Hold) -> list[Cell]:
    covered = extent(tx, row)
    cells = (vocabulary.site_name("cell", one, reader.asked.language) for one in covered.cells)
    return [
        reader.text(source_name(tx, row.method, row.source), f"/watch/holds/{row.id}", "warn"),
        reader.text(_analyte(reader, row.analyte)),
        reader.moment(row.since),
        reader.moment(row.at),
        reader.number(covered.loads, 0),
        reader.number(covered.tickets, 0),
        reader.number(covered.tonnes, 1),
        reader.text(", ".join(cells)),
    ]


def controls(reader: Reader, due: Sequence[Due]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Instrument or phone")), Column(_("What")), Column(_("Last control")), Column(_("Passed")),
        Column(_("Due")), Column(_("State")),
    ]  # fmt: skip
    rows = [
        [
            reader.text(one.name),
            reader.text(_analyte(reader, one.analyte)),
            reader.moment(one.checked_at),
            reader.text(_("passed") if one.passed else _("failed"), mark="good" if one.passed else "bad"),
            reader.moment(one.due_at),
            reader.text(
                _("overdue") if one.overdue else _("not yet due"), mark="warn" if one.overdue else "quiet"
            ),
        ]
        for one in due
    ]
    empty = _("No control sample was measured yet.")
    return Table("controls", _("Control samples, the longest overdue first"), columns, rows, empty)


def verifications(reader: Reader, ending: Sequence[Expiry]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Instrument")),
        Column(_("Verified until")),
        Column(_("Days left"), "", True),
        Column(_("State")),
    ]
    rows = [
        [
            reader.text(one.name),
            Cell(reader.t.day(one.until), one.until),
            reader.number(one.days, 0),
            reader.text(
                _("has ended") if one.expired else _("ends soon"), mark="bad" if one.expired else "warn"
            ),
        ]
        for one in ending
    ]
    days = reader.t.number(reader.desk.watching.expiry_warning_days, 0)
    empty = _("None ends within {days} days.").format(days=days)
    return Table("verifications", _("Verifications that end"), columns, rows, empty)


def standards(reader: Reader, campaign: Campaign, found: Sequence[Verdict]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Instrument or phone")), Column(_("What")), Column(_("Answer")),
        Column(_("Standards read"), "", True), Column(_("Still to read")), Column(_("Bias"), "", True),
        Column(_("from"), "", True), Column(_("to"), "", True), Column(_("Unit")),
    ]  # fmt: skip
    title = _("Campaign of standards {name}").format(name=campaign.name)
    rows = [_standard(reader, one) for one in found]
    return Table("standards", title, columns, rows, _("No standard was read yet."))


def _standard(reader: Reader, one: Verdict) -> list[Cell]:
    outcomes = {
        PASSED: reader.t.gettext("passed"),
        FAILED: reader.t.gettext("failed"),
        INCOMPLETE: reader.t.gettext("not all read"),
    }
    basis = vocabulary.basis_name(one.basis, reader.asked.language)
    return [
        reader.text(one.name),
        reader.text(_analyte(reader, one.analyte)),
        reader.text(outcomes.get(one.outcome, one.outcome), mark=_MARKS.get(one.outcome, "quiet")),
        reader.number(len(one.reads), 0),
        reader.text(", ".join(one.missing)),
        *(signed_cell(reader, value, 2) for value in (one.bias, one.bias_low, one.bias_high)),
        reader.text(f"{one.unit} {basis}".strip()),
    ]


def _analyte(reader: Reader, analyte: str) -> str:
    return capital(vocabulary.analyte_name(analyte, reader.asked.language))
