"""Values just inside a limit, re-tests and overrides that changed a grade, beside what chance alone gives."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from station.api.language import shown_name
from ui.web.charts.fairness import fairness_dots
from ui.web.charts.scales import drawable
from ui.web.comparing import ComparisonPage, Said, capital, nothing_yet, number_cell, picture, said_of
from ui.web.reader import Reading
from ui.web.results import ComparisonReader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

router = APIRouter()
PAGE = "fairness"
DIMENSIONS = ("operator", "instrument", "supplier")
Entry = Mapping[str, Any]


@router.get("/fairness")
def fairness(reader: Reading) -> Response:
    return show(reader)


def show(reader: ComparisonReader) -> Response:
    said, fields, chosen = said_of(reader, PAGE)
    title = reader.t.gettext("Fairness")
    if said is None or chosen is None:
        return reader.page("comparison.html", nothing_yet(title, reader.t, fields))
    refused = said.refusal()
    by = {} if refused else _named(said)
    flagged = list(_flagged(said, by))
    tables = [_table(reader, said, dimension, entries) for dimension, entries in by.items()]
    page = ComparisonPage(
        title,
        fields,
        refused or (flagged[0] if flagged else said.sentence("as_chance_gives")),
        "warn" if flagged else "quiet",
        told=[*flagged[1:], *_told(said)],
        facts=said.facts((reader.t.gettext("Judged by"), said.method("machine"))),
        charts=[
            picture(fairness_dots(entries, _name(said, dimension), said.t))
            for dimension, entries in by.items()
            if any(entry.get("ci") for entry in entries)
        ],
        tables=tables,
        is_nearest=chosen.is_nearest,
    )  # fmt: skip
    return reader.page("comparison.html", page, tables)


def _named(said: Said) -> dict[str, list[Entry]]:
    """Return the entries of each dimension with the names that their readers know."""
    by = said.result.get("by") or {}
    named: dict[str, list[Entry]] = {}
    for dimension in DIMENSIONS:
        entries = [dict(entry) for entry in by.get(dimension) or ()]
        for entry in entries:
            name = entry.get("name")
            key = str(entry.get("key"))
            entry["name"] = shown_name(key, name, said.t.language) if dimension == "operator" else name or key
        if entries:
            named[dimension] = [*entries]
    return named


def _flagged(said: Said, by: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    for dimension, entries in by.items():
        names = [str(entry["name"]) for entry in entries if entry.get("flagged")]
        if names:
            yield said.sentence("stand_out", what=_name(said, dimension), names=", ".join(names))


def _told(said: Said) -> Iterator[str]:
    window = said.result.get("window") or {}
    if (wide := drawable(window.get("wide"))) is not None:
        yield said.sentence("just_inside_means", wide=f"{said.t.plain(wide)} {said.unit}".strip())
    share = drawable(said.result.get("false_alarm_share"))
    if share is not None:
        yield said.sentence("chance_is_corrected", share=said.t.percent(share))


def _table(reader: ComparisonReader, said: Said, dimension: str, entries: Sequence[Entry]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(capital(_name(said, dimension))), Column(_("Loads"), "", True),
        Column(_("Near a limit"), "", True), Column(_("Just inside"), "", True),
        Column(_("By chance"), "", True), Column(_("Re-tests that changed the grade"), "", True),
        Column(_("Overrides that changed the grade"), "", True), Column(_("Chance"), "%", True),
        Column(_("Answer")),
    ]  # fmt: skip
    title = _("By {what}").format(what=_name(said, dimension))
    return Table(dimension, title, columns, [_row(reader, entry) for entry in entries])


def _row(reader: ComparisonReader, entry: Entry) -> list[Cell]:
    _ = reader.t.gettext
    chance = drawable(entry.get("chance"))
    flagged = bool(entry.get("flagged"))
    return [
        reader.text(str(entry["name"])),
        *(number_cell(reader, entry.get(key), 0) for key in ("n", "near", "just_inside")),
        number_cell(reader, entry.get("expected"), 1),
        *(number_cell(reader, entry.get(f"{key}_that_changed"), 0) for key in ("retests", "overrides")),
        number_cell(reader, None if chance is None else 100 * chance, 1),
        reader.text(
            _("look at it") if flagged else _("as chance gives"), mark="warn" if flagged else "quiet"
        ),
    ]


def _name(said: Said, dimension: str) -> str:
    return vocabulary.word(vocabulary.DIMENSIONS, dimension, said.t.language)
