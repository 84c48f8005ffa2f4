"""How each station stands: what it owes, its clock, its release, what it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from station.headquarters.stations import Standing, stations_seen
from ui.web.hub.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_

SHORT_HASH = 12
STATES = {
    "new": (N_("not enrolled yet"), "quiet"),
    "ok": (N_("enrolled"), "good"),
    "revoked": (N_("revoked"), "bad"),
    "fork": (N_("two machines speak for it"), "bad"),
}
OLDER = {"station": N_("older than headquarters"), "hub": N_("newer than headquarters: its bags wait")}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class StationsPage:
    standing: Table
    running: Table


@router.get("/stations")
def stations(reader: Reading) -> Response:
    standings, now = stations_seen(reader.quarters), reader.now()
    page = StationsPage(_standing(reader, standings, now), _running(reader, standings))
    return reader.page("hub/stations.html", page, [page.standing, page.running])


def _standing(reader: Reader, standings: Sequence[Standing], now: datetime) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Station")), Column(_("State")), Column(_("Last heard")),
        Column(_("Bags owed"), is_number=True), Column(_("Oldest owed")),
        Column(_("Photos owed"), is_number=True),
        Column(_("Not applied"), is_number=True), Column(_("In quarantine"), is_number=True),
        Column(_("Clock ahead"), "s", is_number=True), Column(_("Last bag"), is_number=True),
    ]  # fmt: skip
    rows = [_row(reader, one, now) for one in standings]
    return Table("stations", "", columns, rows, _("No station is known: silo hub station add."))


def _row(reader: Reader, one: Standing, now: datetime) -> list[Cell]:
    _ = reader.t.gettext
    said, mark = STATES[one.state]
    return [
        _name(reader, one),
        reader.text(_(said), mark=mark),
        _heard(reader, one, now),
        reader.whole(one.owed),
        reader.moment(_moment(one.oldest_at)),
        reader.whole(one.photos_owed),
        Cell(reader.whole(one.lag).shown, one.lag, mark="warn" if one.lag else ""),
        Cell(reader.whole(one.waiting).shown, one.waiting, mark="warn" if one.waiting else ""),
        _clock(reader, one),
        reader.whole(one.bags),
    ]


def _name(reader: Reader, one: Standing) -> Cell:
    return Cell(one.name or one.station, one.station)


def _heard(reader: Reader, one: Standing, now: datetime) -> Cell:
    """How long ago, and for the file the moment."""
    _ = reader.t.gettext
    age = one.age_s(now)
    shown = _("never") if age is None else reader.t.age(age)
    return Cell(shown, one.heard_at, mark="warn" if one.is_silent(now) else "")


def _clock(reader: Reader, one: Standing) -> Cell:
    offset = one.clock_offset_s
    shown = "" if offset is None else reader.t.number(offset, 0)
    return Cell(shown, offset, mark="bad" if one.is_clock_wrong() else "")


def _moment(text: str | None) -> datetime | None:
    """A station's word may say anything."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _running(reader: Reader, standings: Sequence[Standing]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Station")),
        Column(_("Release")),
        Column(_("Compared with headquarters")),
        Column(_("Models")),
        Column(_("Rule pack")),
    ]
    rows = [
        [
            _name(reader, one),
            reader.text(one.release),
            reader.text(_(OLDER[one.older]) if one.older else "", mark="warn" if one.older else ""),
            _hashes(one.running.get("models", [])),
            _hashes([pack] if (pack := one.running.get("rule_pack")) else []),
        ]
        for one in standings
    ]
    return Table("running", _("What runs there"), columns, rows)


def _hashes(hashes: Sequence[str]) -> Cell:
    return Cell(", ".join(one[:SHORT_HASH] for one in hashes), " ".join(hashes))
