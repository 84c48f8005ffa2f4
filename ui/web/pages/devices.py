"""Each instrument and phone: where it stands, until when it is verified, and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.views.devices import device as device_view
from station.api.views.instruments import instruments
from station.api.views.view import View, view_of
from station.store import watched
from station.store.corrections import with_newest_act
from station.store.tables import Terminal
from ui.web.pages import device_tables as tables
from ui.web.pages.printing import papers_table
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.vocabulary import word

MOST_CHECKS = 100
router = APIRouter()


@dataclass(frozen=True, slots=True)
class DevicesPage:
    instruments: Table
    phones: Table
    papers: Table


@dataclass(frozen=True, slots=True)
class DevicePage:
    """`instrument` None: it is a phone or an application."""

    name: str
    instrument: schemas.Instrument | None
    phone: Terminal | None
    state: Cell | None
    verified: Cell | None
    facts: list[tuple[str, str]]
    plugged: Table | None
    checks: Table
    adjustments: Table | None
    holds: Table
    corrections: Table

    @property
    def tables(self) -> list[Table]:
        every = (self.plugged, self.checks, self.adjustments, self.holds, self.corrections)
        return [one for one in every if one is not None]


@router.get("/devices")
def devices(reader: Reading) -> Response:
    live = _live(reader)
    with view_of(reader.asked) as view:
        shown, phones = instruments(view), watched.phones(view.tx)
        papers = papers_table(reader, view)
    page = DevicesPage(_instruments(reader, shown, live), _phones(reader, phones), papers)
    return reader.page("devices.html", page, [page.instruments, page.phones, page.papers])


def _live(reader: Reader) -> dict[str, schemas.Device]:
    """By port, what only the running station knows."""
    return {one.id: device_view(one, reader.t.language) for one in reader.asked.context.live()}


def _instruments(
    reader: Reader, rows: Sequence[schemas.Instrument], live: Mapping[str, schemas.Device]
) -> Table:
    _ = reader.t.gettext
    titles = (
        _("Instrument"),
        _("Kind"),
        _("Serial number"),
        _("Where"),
        _("State"),
        _("Verified until"),
        _("Heard last"),
    )
    shown = [
        [
            reader.text(one.name, f"/devices/{one.id}"),
            reader.text(word(vocabulary.DEVICE_CATEGORIES, one.category, reader.t.language)),
            reader.text(one.serial_number),
            reader.text(one.port_id or _("not plugged in")),
            tables.state(reader, live.get(one.port_id or "")),
            tables.verified(reader, one),
            reader.moment(heard.last_heard if (heard := live.get(one.port_id or "")) else None),
        ]
        for one in rows
    ]
    columns = [Column(one) for one in titles]
    return Table("instruments", _("Instruments"), columns, shown, _("The site has no instruments."))


def _phones(reader: Reader, rows: Sequence[Terminal]) -> Table:
    _ = reader.t.gettext
    kinds = {"phone": _("phone"), "app": _("application")}
    shown = [
        [
            reader.text(one.name, f"/devices/{one.id}"),
            reader.text(kinds.get(one.kind, one.kind)),
            _token(reader, one),
        ]
        for one in rows
    ]
    columns = [Column(_("Phone")), Column(_("Kind")), Column(_("Token"))]
    return Table("phones", _("Phones and applications"), columns, shown, _("No phone has a token."))


def _token(reader: Reader, one: Terminal) -> Cell:
    _ = reader.t.gettext
    if one.revoked_at is None:
        return reader.text(_("good"), mark="good")
    return reader.text(_("revoked on {day}").format(day=reader.t.date(one.revoked_at)), mark="quiet")


@router.get("/devices/{device_id}")
def device(reader: Reading, device_id: str) -> Response:
    """An instrument by its id, a phone by its token's."""
    with view_of(reader.asked) as view:
        instrument = next((one for one in instruments(view) if one.id == device_id), None)
        phone = view.tx.get(Terminal, device_id) if instrument is None else None
        if instrument is None and (phone is None or phone.kind not in ("phone", "app")):
            raise NotFound(Fault.UNKNOWN_TERMINAL, name=device_id)
        page = _page(reader, view, device_id, instrument, phone)
    return reader.page("device.html", page, page.tables)


def _page(
    reader: Reader, view: View, device_id: str, instrument: schemas.Instrument | None, phone: Terminal | None
) -> DevicePage:
    tx = view.tx
    live = _live(reader).get(instrument.port_id or "") if instrument else None
    adjusted = watched.adjustments_of(tx, device_id)
    held = watched.holds_of(tx, device_id)
    corrected = [one for one in with_newest_act(tx) if one[0].source == device_id][::-1]
    view.names_of(one.by for one in adjusted)
    return DevicePage(
        name=instrument.name if instrument else phone.name if phone else "",
        instrument=instrument,
        phone=phone,
        state=tables.state(reader, live) if instrument else _token(reader, phone) if phone else None,
        verified=tables.verified(reader, instrument) if instrument else None,
        facts=tables.facts(reader, instrument, live) if instrument else [],
        plugged=tables.plugged(reader, instrument) if instrument else None,
        checks=tables.checks(reader, watched.checks_of(tx, device_id, MOST_CHECKS)),
        adjustments=tables.adjustments(reader, view, adjusted) if instrument else None,
        holds=tables.holds(reader, held),
        corrections=tables.corrections(reader, view, corrected),
    )
