"""The list at the start of the day, as the station sees itself now: who begins the day signs here."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from station.api import schemas
from station.api.schemas.common import Key, Why
from station.api.views import day_list as views
from station.api.views.view import view_of
from station.receival.days import day_opening
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.days import STATES, TOPICS
from ui.words.vocabulary import word

router = APIRouter()
_MARKS = {"ok": "good", "asks": "warn", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class MorningPage:
    """`asked` are (topic, its name) of the lines that need a reason to be signed."""

    title: str
    signed: str
    asked: list[tuple[str, str]]
    table: Table


@router.get("/morning")
def morning(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        listed = views.day_list(view, reader.asked.context)
    page = MorningPage(
        title=reader.t.gettext("Start of the day of {day}").format(day=reader.t.day(listed.day)),
        signed=_signed(listed, reader),
        asked=[(one.topic, _topic(one.topic, reader)) for one in listed.lines if one.state != "ok"],
        table=_table(listed, reader),
    )
    return reader.page("morning.html", page, [page.table])


@router.post("/morning")
def sign(
    reader: Reading,
    topic: Annotated[list[Key] | None, Form()] = None,
    reason: Annotated[list[Why] | None, Form()] = None,
) -> Response:
    """Whoever is signed in on the page signs; `topic` and `reason` are of the lines that are not in order, in
    their order."""
    waved = dict(zip(topic or [], reason or [], strict=False))
    with view_of(reader.asked) as view:
        lines = views.lines_now(view, reader.asked.context)
    day_opening.open_day(reader.desk, lines, waved, reader.actor, reader.now())
    return RedirectResponse("/morning", 303)


def _signed(listed: schemas.DayList, reader: Reader) -> str:
    t = reader.t
    if listed.signed_at is None:
        return t.gettext("Nobody has signed it.")
    said = t.gettext("Signed by {name}, {time}.")
    return said.format(name=listed.signed_by or "?", time=t.time(listed.signed_at))


def _topic(topic: str, reader: Reader) -> str:
    return word(TOPICS, topic, reader.t.language)


def _table(listed: schemas.DayList, reader: Reader) -> Table:
    """`Reason` is that with which a line was waved on when it was signed."""
    _ = reader.t.gettext
    columns = (
        Column(_("Topic")), Column(_("State")), Column(_("What was seen")), Column(_("Reason")),
    )  # fmt: skip
    rows = [
        (
            Cell(_topic(one.topic, reader), one.topic),
            Cell(word(STATES, one.state, reader.t.language), one.state, mark=_MARKS[one.state]),
            reader.text(reader.t.listed(one.messages)),
            reader.text(listed.waved.get(one.topic, "")),
        )
        for one in listed.lines
    ]
    return Table("list", "", columns, rows)
