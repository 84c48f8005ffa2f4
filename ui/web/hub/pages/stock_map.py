"""The map of all silos and farm stores, and the same as lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response
from markupsafe import Markup

from station.headquarters.map import Place, places
from station.headquarters.road import Shipment, on_the_road
from ui.web.charts.map import Mark, draw_map
from ui.web.hub.reader import Reader, Reading
from ui.web.hub.stock_words import (
    grade_of,
    known_of,
    mean_quality,
    quality_of,
    species_named,
    sure_of,
)
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import Translator

WIDE, NARROW = 1000.0, 360.0
router = APIRouter()


@dataclass(frozen=True, slots=True)
class MapPage:
    """`wide` and `narrow` are one map in two sizes; `unplaced` names silos that told no place."""

    wide: Markup
    narrow: Markup
    unplaced: str
    places: Table
    cells: Table
    road: Table


@router.get("/map")
def show_map(reader: Reading) -> Response:
    found, now = places(reader.quarters), reader.now()
    marks = _marks(reader.t, found, now)
    wide, narrow = (
        Markup(draw_map(reader.t, marks, width, kind)) for width, kind in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    unplaced = ", ".join(one.name for one in found if one.latitude is None)
    road = on_the_road(reader.quarters, now)
    page = MapPage(
        wide, narrow, unplaced, _places(reader, found, now), _cells(reader, found, now),
        _road(reader, road, {one.id: one.name for one in found}),
    )  # fmt: skip
    return reader.page("hub/map.html", page, [page.places, page.cells, page.road])


def href_of(place: Place) -> str:
    return f"/farms/{place.id}" if place.is_farm else f"/sites/{place.id}"


def _marks(t: Translator, found: Sequence[Place], now: datetime) -> list[Mark]:
    return [
        Mark(
            number, one.name, one.latitude, one.longitude, one.by_species, one.capacity_kg, one.is_farm,
            one.is_stale(now), href_of(one), _told(t, one, now), _note(t, one, now),
        )
        for number, one in enumerate(found, 1)
        if one.latitude is not None and one.longitude is not None
    ]  # fmt: skip


def _told(t: Translator, one: Place, now: datetime) -> str:
    parts = [f"{species_named(t, name)} {t.tonnes(kg / 1000, 0)}" for name, kg in one.by_species.items()]
    free = t.gettext("{tonnes} free").format(tonnes=t.tonnes(one.free_kg / 1000, 0))
    return " · ".join((one.name, *parts, free, known_of(t, one, now)))


def _note(t: Translator, one: Place, now: datetime) -> str:
    if one.is_stale(now):
        return known_of(t, one, now)
    return t.tonnes(one.kg / 1000, 0)


def _places(reader: Reader, found: Sequence[Place], now: datetime) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("No"), is_number=True), Column(_("Site")), Column(_("Holds"), "t", is_number=True),
        Column(_("Room"), "t", is_number=True), Column(_("Free"), "t", is_number=True), Column(_("Species")),
        Column(_("Mean of what it holds")), Column(_("Known")),
    ]  # fmt: skip
    rows = [_place(reader, number, one, now) for number, one in enumerate(found, 1)]
    return Table("places", _("Silos and farm stores"), columns, rows, _("No silo is known yet."))


def _place(reader: Reader, number: int, one: Place, now: datetime) -> list[Cell]:
    t, held = reader.t, one.by_species
    species = " · ".join(f"{species_named(t, name)} {t.tonnes(kg / 1000, 0)}" for name, kg in held.items())
    quality = mean_quality(t, one, next(iter(held))) if len(held) == 1 else ""  # else every cell says it
    kind = f" ({t.gettext('farm store')})" if one.is_farm else ""
    return [
        reader.whole(number), Cell(one.name + kind, one.id, href_of(one)), reader.tonnes(one.kg, 1),
        reader.tonnes(one.capacity_kg, 0), reader.tonnes(one.free_kg, 0), reader.text(species),
        reader.text(quality), known(reader, one, now),
    ]  # fmt: skip


def known(reader: Reader, one: Place, now: datetime) -> Cell:
    """From where and how old, and for the file the moment."""
    mark = "warn" if one.is_stale(now) else ""
    return Cell(known_of(reader.t, one, now), one.known_at, mark=mark)


def _cells(reader: Reader, found: Sequence[Place], now: datetime) -> Table:
    _ = reader.t.gettext
    columns = [Column(_("Site")), *cell_columns(reader), Column(_("Known"))]
    rows = [
        [Cell(one.name, one.id, href_of(one)), *cell_row(reader, one, at, now), known(reader, one, now)]
        for one in found
        for at in range(len(one.cells))
    ]
    return Table("cells", _("Cells"), columns, rows, _("No cell is known yet."))


def cell_columns(reader: Reader) -> list[Column]:
    _ = reader.t.gettext
    return [
        Column(_("Cell")), Column(_("Species")), Column(_("Quality")),
        Column(_("Content"), "t", is_number=True),
        Column(_("Reserved"), "t", is_number=True), Column(_("Free"), "t", is_number=True),
        Column(_("Mean of what it holds")), Column(_("How sure")),
    ]  # fmt: skip


def cell_row(reader: Reader, place: Place, at: int, now: datetime) -> list[Cell]:
    one = place.cells[at]
    href = "" if place.is_farm else f"/sites/{place.id}?cell={one.id}"
    return [
        Cell(one.name, one.id, href), reader.species(one.species), Cell(grade_of(reader.t, one), one.grade),
        reader.tonnes(one.kg, 1), reader.tonnes(one.reserved_kg or None, 1), reader.tonnes(one.free_kg, 1),
        reader.text(quality_of(reader.t, one.quality)), reader.text(sure_of(reader.t, one, now)),
    ]  # fmt: skip


def _road(reader: Reader, found: Sequence[Shipment], names: dict[str, str]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Shipment")), Column(_("From")), Column(_("To")), Column(_("Species")),
        Column(_("Weight"), "t", is_number=True), Column(_("Plate")), Column(_("Under way for")),
    ]  # fmt: skip
    rows = [
        [
            reader.text(one.number), Cell(names.get(one.from_site, one.from_site), one.from_site),
            Cell(names.get(one.to_site, one.to_site), one.to_site), reader.species(one.species),
            reader.tonnes(one.kg, 1), reader.text(one.plate),
            Cell(reader.t.age(one.age.total_seconds()), one.left_at, mark="warn" if one.is_overdue else ""),
        ]
        for one in found
    ]  # fmt: skip
    return Table("road", _("On the road between own silos"), columns, rows, _("Nothing is on the road."))
