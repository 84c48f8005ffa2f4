"""Rows of stations that could not be taken: why, what is there, and trying again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from station.headquarters import quarantine as acts
from station.headquarters.quarantine import Beside, Held
from station.headquarters.stations import station_names
from ui.web.hub.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_, Translator

MOST_SHOWN = 4000
CODES = {
    "another_content": N_("another content under the same key"),
    "foreign_id": N_("the identifier is another station's"),
    "unknown_table": N_("a table that headquarters does not know"),
    "unreadable": N_("the line cannot be read"),
    "wrong_value": N_("a value that the column does not take"),
    "refused": N_("refused by the database"),
}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """`told` says what came of trying again."""

    held: Table
    told: str


@dataclass(frozen=True, slots=True)
class HeldPage:
    """`is_cut`: a text is longer than is shown."""

    held: Held
    facts: list[tuple[str, str]]
    line: str
    there: str
    is_cut: bool
    has_failed: bool


@router.get("/quarantine")
def list_held(reader: Reading) -> Response:
    return _listed(reader)


@router.post("/quarantine/retry")
def retry_all(reader: Reading) -> Response:
    """Each in a transaction of its own."""
    waiting = acts.held(reader.quarters)
    taken = sum(acts.retry(reader.unlimited, one.number) for one in waiting)
    told = reader.t.gettext("taken: {taken} of {count}").format(taken=taken, count=len(waiting))
    return _listed(reader, told)


@router.get("/quarantine/{number}")
def one_held(reader: Reading, number: int) -> Response:
    return _shown(reader, _found(reader, number))


@router.post("/quarantine/{number}/retry")
def retry(reader: Reading, number: int) -> Response:
    found = _found(reader, number)
    if acts.retry(reader.unlimited, found.held.number):
        return RedirectResponse("/quarantine", 303)
    return _shown(reader, found, has_failed=True)


def _found(reader: Reader, number: int) -> Beside:
    found = acts.one(reader.quarters, number)
    if found is None:
        raise HTTPException(404)
    return found


def _listed(reader: Reader, told: str = "") -> Response:
    page = QuarantinePage(_table(reader, acts.held(reader.quarters)), told)
    return reader.page("hub/quarantine.html", page, [page.held])


def _shown(reader: Reader, found: Beside, *, has_failed: bool = False) -> Response:
    held, there = found.held, found.there or ""
    page = HeldPage(
        held, _facts(reader.t, held), found.line[:MOST_SHOWN], there[:MOST_SHOWN],
        max(len(found.line), len(there)) > MOST_SHOWN, has_failed,
    )  # fmt: skip
    return reader.page("hub/held.html", page, status=409 if has_failed else 200)


def _table(reader: Reader, rows: Sequence[Held]) -> Table:
    _, names = reader.t.gettext, station_names(reader.quarters)
    columns = [
        Column(_("No."), is_number=True), Column(_("Station")), Column(_("Since")), Column(_("Table")),
        Column(_("Key")), Column(_("Why not")),
    ]  # fmt: skip
    shown = [
        [
            Cell(str(row.number), row.number, f"/quarantine/{row.number}"),
            Cell(names.get(row.station) or row.station, row.station),
            reader.moment(row.at),
            reader.text(row.table),
            Cell(_key(row.key), row.key),
            Cell(_code(reader.t, row.code), row.code, mark="warn"),
        ]
        for row in rows
    ]
    return Table("quarantine", "", columns, shown, _("Every row of the stations was taken."))


def _facts(t: Translator, held: Held) -> list[tuple[str, str]]:
    _ = t.gettext
    return [
        (_("Station"), held.station),
        (_("Table"), held.table),
        (_("Key"), _key(held.key)),
        (_("Since"), t.moment(held.at)),
        (_("Why not"), _code(t, held.code)),
        (_("In detail"), held.why),
    ]


def _code(t: Translator, code: str) -> str:
    return t.gettext(CODES[code]) if code in CODES else code


def _key(text: str) -> str:
    try:
        parts = json.loads(text)
    except ValueError:
        return text
    return ", ".join(map(str, parts)) if isinstance(parts, list) else text
