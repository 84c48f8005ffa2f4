"""Write how a collecting day begins and ends: the list of the morning, and what its closing says."""

from collections.abc import Mapping, Sequence

from station.api import schemas
from ui.tui.columns import Column, header_row, table_row, wrap
from ui.tui.lines.texts import WARNING
from ui.tui.widgets.rows import ListRow
from ui.words import day_tables
from ui.words.days import STATES, TOPICS
from ui.words.i18n import Translator
from ui.words.traces import Told
from ui.words.vocabulary import word

_NOTE = 41  # where the sentences of a line of the morning begin
_INDENT = 2
_LEAST = 6  # cells of a column of words
FOUND = "found "  # begins the key of a finding's row


def morning_columns(t: Translator) -> list[Column]:
    return [*_of_topic(t), Column(t.gettext("What was seen"), 20, flex=1)]


def _of_topic(t: Translator) -> list[Column]:
    return [Column(t.gettext("Topic"), 24), Column(t.gettext("State"), 15)]


def morning_lines(line: schemas.DayListLine, reason: str, t: Translator, width: int) -> tuple[str, ...]:
    """Write the line of a topic with what was seen beside it, and why the day begins all the same below."""
    state = word(STATES, line.state, t.language)
    marked = state if line.state == "ok" else WARNING + state
    topic = table_row([word(TOPICS, line.topic, t.language), marked], _of_topic(t), _NOTE)
    notes = [part for one in line.messages for part in wrap(one, width - _NOTE, indent=_INDENT)]
    notes += wrap("└ " + reason, width - _NOTE, indent=_INDENT) if reason else []
    first, *more = notes or [""]
    return (f"{topic:{_NOTE}}{first}".rstrip(), *(" " * _NOTE + note for note in more))


def sheet_rows(sheet: schemas.DaySheet, said: Mapping[str, str], t: Translator, width: int) -> list[ListRow]:
    """List what needs a reason, with those that were `said` by key, then the day's figures and tables."""
    told = sheet.model_dump(mode="json")
    tables = day_tables.tables_of(told, t)
    found = tables.pop("found")
    rows = [ListRow(None, (found.title,), "bold"), *_findings(sheet, said, width)]
    if not sheet.findings:
        rows.append(ListRow("none", (found.empty,)))
    figures = [part for line in day_tables.figures_of(told, t) for part in wrap(line, width, indent=_INDENT)]
    rows.append(ListRow("figures", ("", *figures)))
    for name, table in tables.items():
        rows += _table(name, table, width)
    return rows


def _findings(sheet: schemas.DaySheet, said: Mapping[str, str], width: int) -> list[ListRow]:
    rows = []
    for one in sheet.findings:
        reason = one.reason or said.get(one.key, "")
        lines = wrap(one.message if reason else WARNING + one.message, width, indent=_INDENT)
        lines += wrap("└ " + reason, width, indent=_INDENT) if reason else []
        rows.append(ListRow(FOUND + one.key, tuple(lines)))
    return rows


def _table(name: str, table: Told, width: int) -> list[ListRow]:
    """List a table under its title; a column that says nothing is left out."""
    if not table.rows:
        return [ListRow(name, ("", table.title, table.empty))]
    said = [place for place in range(len(table.columns)) if any(row[place] for row in table.rows)]
    cells = [[row[place] for place in said] for row in table.rows]
    columns = _columns(table, said, cells)
    units = {column.unit for column in table.columns if column.unit}
    title = f"{table.title} ({', '.join(units)})" if units else table.title
    head = ListRow(None, ("", title, header_row(columns, width)), "bold")
    return [
        head, *(ListRow(f"{name} {at}", (table_row(row, columns, width),)) for at, row in enumerate(cells))
    ]  # fmt: skip


def _columns(table: Told, said: Sequence[int], cells: Sequence[Sequence[str]]) -> list[Column]:
    return [
        Column(
            column.title, max(len(column.title), *(len(row[place]) for row in cells)),
            flex=0 if column.unit else column.width, right=bool(column.unit), least=_LEAST,
        )
        for place, column in enumerate(table.columns[at] for at in said)
    ]  # fmt: skip
