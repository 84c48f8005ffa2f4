"""What is on its way to the stations: how far each document is, ring by ring, and what is done about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from station.api.schemas.common import Key, Why
from station.headquarters import roll_outs as acts
from station.headquarters.roll_outs import AtStation, Moved, RollOut, RollOutUnknown
from station.headquarters.stations import station_names
from ui.web.hub.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.down import KINDS, RINGS, ROLL_OUTS, at_station, reason_down
from ui.words.roll_outs import obstacle, reason, verdict
from ui.words.vocabulary import word

SHORT_HASH = 12
STATE_MARKS = {"running": "warn", "stopped": "bad", "done": "good", "back": "quiet"}
AT_STATION_MARKS = {"active": "good", "refused": "bad", "installed": "warn", "superseded": "quiet"}
VOTE_MARKS = {"yes": "good", "no": "bad", "abstain": "warn"}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class RollOutsPage:
    roll_outs: Table


@dataclass(frozen=True, slots=True)
class RollOutPage:
    """`has_moved`: what was asked for was not done, the roll-out is elsewhere by now. `may_act`: this person
    may steer it; `next_ring` is the one that opens next; `waits` says what it waits for, or
    was stopped by."""

    roll_out: RollOut
    title: str
    facts: list[tuple[str, str]]
    next_ring: str
    waits: list[str]
    rings: Table
    stations: Table
    may_act: bool
    has_moved: bool


@router.get("/roll-outs")
def list_roll_outs(reader: Reading) -> Response:
    """Newest first."""
    page = RollOutsPage(_table(reader, acts.roll_outs(reader.quarters)))
    return reader.page("hub/roll_outs.html", page, [page.roll_outs])


@router.get("/roll-outs/{number}")
def roll_out(reader: Reading, number: int) -> Response:
    return _shown(reader, number)


@router.post("/roll-outs/{number}/widen")
def widen(reader: Reading, number: int, ring: Annotated[Key, Form()]) -> Response:
    return _do(reader, number, lambda by: acts.widen(reader.unlimited, number, ring, by))


@router.post("/roll-outs/{number}/stop")
def stop(reader: Reading, number: int, reason: Annotated[Why, Form()]) -> Response:
    return _do(reader, number, lambda by: acts.stop(reader.unlimited, number, reason, by))


@router.post("/roll-outs/{number}/back")
def back(reader: Reading, number: int, reason: Annotated[Why, Form()]) -> Response:
    return _do(reader, number, lambda by: acts.back(reader.unlimited, number, reason, by))


def _do(reader: Reader, number: int, act: Callable[[str], None]) -> Response:
    """A roll-out is about every station."""
    reader.require_all_stations()
    try:
        act(reader.person.name)
    except Moved:
        return _shown(reader, number, has_moved=True)
    return RedirectResponse(f"/roll-outs/{number}", 303)


def _shown(reader: Reader, number: int, *, has_moved: bool = False) -> Response:
    try:
        known = acts.one(reader.quarters, number)
    except RollOutUnknown:
        raise HTTPException(404) from None
    found, language, names = known.roll_out, reader.t.language, station_names(reader.quarters)
    page = RollOutPage(
        roll_out=found,
        title=f"{word(KINDS, found.kind, language)} · {found.name}",
        facts=_facts(reader, found),
        next_ring=word(RINGS, found.next_ring, language) if found.next_ring else "",
        waits=[
            obstacle(it.code, names.get(it.station) or it.station, it.params, language)
            for it in known.obstacles
        ],
        rings=_rings(reader, found, known.stations),
        stations=_stations(reader, known.stations, names),
        may_act=reader.stations is None,
        has_moved=has_moved,
    )
    tables = [page.stations, page.rings]
    return reader.page("hub/roll_out.html", page, tables, 409 if has_moved else 200)


def _table(reader: Reader, found: Sequence[RollOut]) -> Table:
    _, language = reader.t.gettext, reader.t.language
    columns = [
        Column(_("No."), is_number=True), Column(_("What")), Column(_("Name")), Column(_("State")),
        Column(_("Up to the ring")), Column(_("Since")), Column(_("Begun")), Column(_("By")),
        Column(_("Why")),
    ]  # fmt: skip
    rows = [
        [
            Cell(str(row.number), row.number, f"/roll-outs/{row.number}"),
            reader.text(word(KINDS, row.kind, language)),
            reader.text(row.name),
            reader.text(word(ROLL_OUTS, row.state, language), mark=STATE_MARKS.get(row.state, "quiet")),
            reader.text(word(RINGS, row.ring, language)),
            reader.moment(row.opened_at),
            reader.moment(row.at),
            reader.text(row.by),
            reader.text(row.why),
        ]
        for row in found
    ]
    return Table("roll-outs", "", columns, rows, _("Nothing was sent to the stations yet: silo hub send."))


def _facts(reader: Reader, found: RollOut) -> list[tuple[str, str]]:
    _, t = reader.t.gettext, reader.t
    return [
        (_("State"), word(ROLL_OUTS, found.state, t.language)),
        (_("Up to the ring"), f"{word(RINGS, found.ring, t.language)}, {t.moment(found.opened_at)}"),
        (_("Each ring runs it first for"), f"{found.hours} h"),
        (_("Begun"), f"{t.moment(found.at)}, {found.by}"),
        (_("Why"), found.why),
        (_("SHA-256"), found.sha256[:SHORT_HASH]),
    ]


def _rings(reader: Reader, found: RollOut, stations: Sequence[AtStation]) -> Table:
    """Every ring, and how many of its stations are how far."""
    _, language = reader.t.gettext, reader.t.language
    columns = [Column(_("Ring")), Column(_("State"))]
    columns += [
        Column(title, is_number=True) for title in (_("Stations"), _("Offered"), _("Runs"), _("Refused"))
    ]
    rows, is_open = [], True
    for ring in RINGS:
        here = [one for one in stations if one.ring == ring]
        states = [one.state for one in here]
        refused = states.count("refused")
        rows.append(
            [
                reader.text(word(RINGS, ring, language)),
                reader.text(_("is open") if is_open else _("not yet"), mark="good" if is_open else "quiet"),
                reader.whole(len(here)),
                reader.whole(sum(one.number is not None for one in here)),
                reader.whole(states.count("active")),
                Cell(str(refused), refused, mark="bad" if refused else ""),
            ]
        )
        is_open = is_open and ring != found.ring
    return Table("rings", _("Ring by ring"), columns, rows)


def _stations(reader: Reader, stations: Sequence[AtStation], names: Mapping[str, str]) -> Table:
    _, language = reader.t.gettext, reader.t.language
    columns = [
        Column(_("Station")), Column(_("Ring")), Column(_("State")), Column(_("Why")),
        Column(_("Runs since")), Column(_("Vote")), Column(_("Why so")),
        Column(_("Loads tried"), is_number=True), Column(_("Another grade"), is_number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(names.get(one.station) or one.station, one.station),
            reader.text(word(RINGS, one.ring, language)),
            reader.text(
                at_station(one.number, one.state, language), mark=AT_STATION_MARKS.get(one.state, "quiet")
            ),
            reader.text(reason_down(one.code, one.params, language)),
            reader.moment(one.active_at),
            *_vote(reader, one),
        ]
        for one in stations
    ]
    return Table("stations", _("Station by station"), columns, rows, _("None."))


def _vote(reader: Reader, one: AtStation) -> list[Cell]:
    """Empty where it was not offered the document."""
    vote, language = one.vote, reader.t.language
    if one.number is None:
        return [reader.text("")] * 4
    why = reader.t.listed(reason(row["code"], row["params"], language) for row in vote.reasons)
    return [
        reader.text(verdict(vote.verdict, language), mark=VOTE_MARKS.get(vote.verdict, "quiet")),
        reader.text(why),
        reader.whole(vote.counts.get("loads")),
        reader.whole(vote.counts.get("regraded")),
    ]
