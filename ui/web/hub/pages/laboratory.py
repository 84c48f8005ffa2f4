"""Laboratories' files for all silos: taken in here; what waits for a person, and what went to the silos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from drivers.errors import SettingError
from drivers.text import LONGEST_NAME, clean_text
from station.acts.refusals import Fault, NotAllowed
from station.headquarters import lab
from station.headquarters.lab import Result
from station.headquarters.lab_desk import match_by_hand, stations, take_in
from station.headquarters.lab_importing import RowTaken, Taken
from station.lab.importing import profile_of
from ui.web.hub.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.hub_lab import lab_state
from ui.words.i18n import N_
from ui.words.lab_files import lab_file_problem

MOST_BYTES, PROFILE_BYTES = 33_000_000, 200_000
MOST_SHOWN = 500
MARKS = {"sent": "quiet", "judged": "good", "known": "quiet", "waiting": "warn", "refused": "bad"}
TAKEN = {"sent": N_("goes to the silo"), "known": N_("known already"), "waiting": N_("waits")}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Open:
    """A result that waits, and the stations among which a person chooses."""

    id: str
    title: str
    reason: str
    stations: Sequence[str]
    sought: str


@dataclass(frozen=True, slots=True)
class LaboratoryPage:
    """`may_act`: the person sees all silos, so that a file of all of them is theirs to bring."""

    may_act: bool
    waiting: Sequence[Open]
    sent: Table
    wrong: str = ""
    told: str = ""
    taken: Table | None = None
    refused: Sequence[str] = ()


@router.get("/laboratory")
def laboratory(reader: Reading) -> Response:
    page = _page(reader)
    return reader.page("hub/laboratory.html", page, [page.sent])


@router.post("/laboratory", max_body_size=MOST_BYTES)
def take(
    reader: Reading, file: Annotated[UploadFile, File()], profile: Annotated[UploadFile, File()],
    dry_run: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Take a laboratory's file in; what became of each row is shown."""
    _check_may_act(reader)
    name = clean_text(profile.filename or "profile", LONGEST_NAME)
    try:
        read_as = profile_of(profile.file.read(PROFILE_BYTES + 1).decode(), name)
    except (SettingError, UnicodeDecodeError) as error:
        page = _page(reader, wrong=str(error))
        return reader.page("hub/laboratory.html", page, status=422)
    title = clean_text(file.filename or "", LONGEST_NAME)
    data, by = file.file.read(), reader.person.name
    taken = take_in(reader.unlimited, data, read_as, title, by, dry_run=dry_run)
    page = _page(reader, taken=taken, dry_run=dry_run)
    return reader.page("hub/laboratory.html", page, status=422 if taken.rejected and not taken.rows else 200)


@router.post("/laboratory/{result_id}/match")
def match(
    reader: Reading, result_id: str, to: Annotated[str, Form(max_length=120)],
    sample: Annotated[str, Form(max_length=120)],
) -> Response:  # fmt: skip
    """A person says whose sample it is."""
    _check_may_act(reader)
    _, number = reader.t.gettext, clean_text(sample, LONGEST_NAME)
    try:
        match_by_hand(reader.unlimited, result_id, to, number, reader.person.name)
    except lab.ResultUnknown:
        wrong = _("This result waits no more.")
    except lab.SampleUnknown:
        wrong = _("{station} has no sample {number}.").format(station=to, number=number)
    else:
        return RedirectResponse("/laboratory", 303)
    return reader.page("hub/laboratory.html", _page(reader, wrong=wrong), status=422)


def _check_may_act(reader: Reader) -> None:
    """A file speaks of all silos. Raises NotAllowed(not_allowed)."""
    if reader.stations is not None:
        raise NotAllowed(Fault.NOT_ALLOWED)


def _page(
    reader: Reader, *, wrong: str = "", taken: Taken | None = None, dry_run: bool = False
) -> LaboratoryPage:
    quarters = reader.quarters
    with quarters.engine.connect() as connection:
        waiting = lab.waiting(connection, quarters.tables, reader.now())
        sent = lab.newest(connection, quarters.tables)
    among = stations(quarters)
    return LaboratoryPage(
        reader.stations is None, [_open(reader, one, among) for one in waiting], _sent(reader, sent),
        wrong, _told(reader, taken, dry_run=dry_run) if taken else "", _taken(reader, taken),
        [lab_file_problem(one.line, one.code, one.params, reader.t.language) for one in taken.rejected]
        if taken else (),
    )  # fmt: skip


def _open(reader: Reader, one: Result, among: Sequence[str]) -> Open:
    title = f"{one.sought} · {_analyte(reader, one.analyte)} {_value(reader, one)} · {one.laboratory}"
    reason = lab_state(one.state, one.why, one.stations, reader.t.language)
    return Open(one.id, title, reason, one.stations or among, one.sought)


def _sent(reader: Reader, rows: Sequence[Result]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Station")), Column(_("Sample")), Column(_("Analyte")), Column(_("Value"), is_number=True),
        Column(_("Laboratory")), Column(_("Report")), Column(_("Taken in")), Column(_("State")),
    ]  # fmt: skip
    cells = [
        [
            reader.text(one.station), reader.text(one.sought),
            Cell(_analyte(reader, one.analyte), one.analyte), Cell(_value(reader, one), one.value),
            reader.text(one.laboratory), reader.text(one.report), reader.moment(one.at),
            Cell(lab_state(one.state, one.why, (), reader.t.language), one.state, mark=MARKS[one.state]),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("sent", _("Newest results"), columns, cells, _("No result has come in yet."))


def _taken(reader: Reader, taken: Taken | None) -> Table | None:
    if taken is None or not taken.rows:
        return None
    _ = reader.t.gettext
    columns = [
        Column(_("Line"), is_number=True), Column(_("Sample")), Column(_("Analyte")),
        Column(_("Value"), is_number=True), Column(_("Was"), is_number=True), Column(_("State")),
        Column(_("Station")),
    ]  # fmt: skip
    cells = [
        [
            reader.whole(one.line), reader.text(one.sought),
            Cell(_analyte(reader, one.analyte), one.analyte), Cell(_value(reader, one), one.value),
            reader.number(one.was, 2), _status(reader, one), reader.text(one.station),
        ]
        for one in taken.rows[:MOST_SHOWN]
    ]  # fmt: skip
    return Table("taken", _("What became of the file"), columns, cells)


def _status(reader: Reader, one: RowTaken) -> Cell:
    said = reader.t.gettext(TAKEN[one.status])
    why = lab_state("waiting", one.why, one.stations, reader.t.language) if one.status == "waiting" else said
    return Cell(why, one.status, mark=MARKS[one.status])


def _told(reader: Reader, taken: Taken, *, dry_run: bool) -> str:
    _ = reader.t.gettext
    if taken.is_repeated:
        return _("This file was taken in before: nothing changed.")
    said = _("for the silos: {sent}, waiting: {waiting}, known already: {known}, rejected: {rejected}")
    counted = said.format(**taken.counts)
    return _("Nothing was recorded. {counted}").format(counted=counted) if dry_run else counted


def _analyte(reader: Reader, analyte: str) -> str:
    return vocabulary.analyte_name(analyte, reader.t.language)


def _value(reader: Reader, one: Result | RowTaken) -> str:
    basis = vocabulary.basis_name(one.basis, reader.t.language)
    return " ".join(filter(None, (one.comparator, reader.t.plain(one.value, 6), basis)))
