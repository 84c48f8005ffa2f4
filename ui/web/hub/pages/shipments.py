"""Transfers between own silos: what is on the road, and what arrived with what freinte."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from station.headquarters import shipments as seen
from station.headquarters.shipments import Shipment
from station.headquarters.stations import stations_seen
from ui.web.hub.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_

MOST = 200
STATES = {
    seen.IN_TRANSIT: (N_("in transit"), "quiet"),
    seen.ARRIVED: (N_("on site"), "quiet"),
    seen.REFUSED: (N_("refused there"), "warn"),
    seen.CLOSED: (N_("received"), "good"),
    seen.RETURNED: (N_("came back"), "warn"),
    seen.CANCELLED: (N_("cancelled"), "quiet"),
}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class ShipmentsPage:
    count: int
    tonnes: float
    limit_percent: float
    road: Table
    over: Table
    ended: Table


@router.get("/shipments")
def shipments(reader: Reading) -> Response:
    quarters, now = reader.quarters, reader.now()
    names = {one.station: one.name for one in stations_seen(quarters) if one.name}
    with quarters.engine.connect() as connection:
        on_road = seen.in_transit(connection, quarters.tables, now, overdue=quarters.overdue)
        limit = quarters.freinte_percent
        over, ended = (
            seen.ended(connection, quarters.tables, now, MOST, limit_percent=limit, only_over=only_over)
            for only_over in (True, False)
        )
    page = ShipmentsPage(
        len(on_road), sum(one.kg for one in on_road) / 1000, limit, _road(reader, on_road, names),
        _ended(reader, "over", over, names), _ended(reader, "ended", ended, names),
    )  # fmt: skip
    return reader.page("hub/shipments.html", page, [page.road, page.over, page.ended])


def _road(reader: Reader, rows: Sequence[Shipment], names: Mapping[str, str]) -> Table:
    _ = reader.t.gettext
    columns = [*_common(reader), Column(_("Left")), Column(_("Age")), Column(_("State"))]
    found = [
        [
            *_what(reader, one, names),
            reader.moment(one.left_at),
            Cell(
                reader.t.age(one.age.total_seconds()), round(one.age.total_seconds()),
                mark="warn" if one.is_overdue else "",
            ),
            _state(reader, one, names),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("road", _("In transit"), columns, found, _("Nothing is on the road."))


def _ended(reader: Reader, name: str, rows: Sequence[Shipment], names: Mapping[str, str]) -> Table:
    _ = reader.t.gettext
    columns = [
        *_common(reader), Column(_("Weighed"), "t", is_number=True),
        Column(_("Freinte"), "kg", is_number=True), Column(_("Freinte"), "%", is_number=True),
        Column(_("Ended")), Column(_("State")),
    ]  # fmt: skip
    found = [
        [
            *_what(reader, one, names),
            reader.tonnes(one.arrived_kg),
            reader.kg(one.freinte_kg),
            _percent(reader, one),
            reader.moment(one.ended_at),
            _state(reader, one, names),
        ]
        for one in rows
    ]
    if name == "over":
        return Table(name, _("Freinte over the limit"), columns, found, _("None."))
    return Table(name, _("Ended"), columns, found, _("No shipment has ended yet."))


def _common(reader: Reader) -> list[Column]:
    _ = reader.t.gettext
    return [
        Column(_("Shipment")), Column(_("From")), Column(_("To")), Column(_("Plate")), Column(_("Species")),
        Column(_("Weight"), "t", is_number=True),
    ]  # fmt: skip


def _what(reader: Reader, one: Shipment, names: Mapping[str, str]) -> list[Cell]:
    return [
        reader.text(one.number),
        _site(one.from_site, names),
        _site(one.to_site, names),
        reader.text(one.plate),
        reader.species(one.species),
        reader.tonnes(one.kg),
    ]


def _site(site: str, names: Mapping[str, str]) -> Cell:
    return Cell(names.get(site, site), site)


def _state(reader: Reader, one: Shipment, names: Mapping[str, str]) -> Cell:
    """Where it is, if that is not where it was sent; and a shipment that two silos say they have."""
    _ = reader.t.gettext
    said, mark = STATES[one.state]
    if one.is_twice:
        return Cell(_("in two places"), "twice", mark="bad")
    elsewhere = one.at_site not in (None, one.to_site, one.from_site)
    shown = _(said)
    if elsewhere:
        shown = _("{state}, at {site}").format(state=shown, site=names.get(one.at_site or "", one.at_site))
    return Cell(shown, one.state, mark="warn" if elsewhere else mark)


def _percent(reader: Reader, one: Shipment) -> Cell:
    cell = reader.number(one.freinte_percent, 2)
    return Cell(cell.shown, cell.value, mark="warn" if one.is_over_limit else "")
