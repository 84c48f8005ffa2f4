"""One load's evidence at headquarters, as its silo sent it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from station.api.language import shown_name
from station.headquarters.compared import silos_seen
from station.headquarters.evidence import Evidence, evidence_of, photo_of
from ui.web.hub.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

DECIMALS = 2
router = APIRouter()


@dataclass(frozen=True, slots=True)
class EvidencePage:
    title: str
    facts: Sequence[tuple[str, str]]
    decided: str
    tables: Sequence[Table]
    photos: Sequence[str]
    on_their_way: int


@router.get("/sites/{station}/loads/{load_id}")
def load(reader: Reading, station: str, load_id: str) -> Response:
    found = _found(reader, station, load_id)
    here = f"/sites/{quote(station, safe='')}/loads/{quote(load_id, safe='')}"
    photos = [f"{here}/photos/{row['sha256']}" for row in found.photos if row["sha256"] in found.here]
    tables = [_readings(reader, found), _laboratory(reader, found)]
    page = EvidencePage(
        f"{found.visit['plate']} · {found.supplier}", _facts(reader, station, found), _decided(reader, found),
        tables, photos if reader.unlimited.photo else [], len(found.photos) - len(photos),
    )  # fmt: skip
    return reader.page("hub/evidence.html", page, tables)


@router.get("/sites/{station}/loads/{load_id}/photos/{sha256}")
def photo(reader: Reading, station: str, load_id: str, sha256: str) -> Response:
    """The photo as it came."""
    row, read = photo_of(_found(reader, station, load_id), sha256), reader.unlimited.photo
    data = read(sha256) if row is not None and read is not None else None
    if row is None or data is None:
        raise HTTPException(404)
    return Response(data, media_type=row["media_type"])


def _found(reader: Reader, station: str, load_id: str) -> Evidence:
    found = evidence_of(reader.quarters, reader.unlimited, station, load_id)
    if found is None:
        raise HTTPException(404)
    return found


def _facts(reader: Reader, station: str, found: Evidence) -> list[tuple[str, str]]:
    _, t = reader.t.gettext, reader.t
    ticket = found.ticket
    return [
        (_("Silo"), dict(silos_seen(reader.quarters)).get(station, station)),
        (_("Species"), vocabulary.species_name(found.load["species"], t.language)),
        (_("Arrived"), t.moment(found.visit["arrived_at"])),
        (_("Entered by"), _person(reader, found, found.visit["entered_by"])),
        (_("Ticket"), str(ticket["number"]) if ticket else ""),
        (_("Net"), t.kg(ticket["net_kg"]) if ticket else ""),
        (_("Campaign"), found.load["campaign"] or ""),
        (_("Variety declared"), found.load["declared_variety"] or ""),
    ]


def _decided(reader: Reader, found: Evidence) -> str:
    one, t = found.decision, reader.t
    if one is None:
        return t.gettext("Nothing is decided.")
    words = t.gettext("Decided on {at} by {name}: {pit} → {cell}").format(
        at=t.moment(one["at"]), name=_person(reader, found, one["by"]),
        pit=vocabulary.site_name("pit", one["pit"], t.language),
        cell=vocabulary.site_name("cell", one["cell"], t.language),
    )  # fmt: skip
    how = t.gettext("not as proposed") if one["overridden"] else t.gettext("as proposed")
    return " · ".join(part for part in (words, how, one["reason"]) if part)


def _readings(reader: Reader, found: Evidence) -> Table:
    _ = reader.t.gettext
    columns = [Column(_("Time")), Column(_("Instrument")), Column(_("Values"))]
    rows = [
        [
            reader.moment(one["at"]),
            reader.text(_source(reader, found, one)),
            reader.text(_values(reader, one["values"] or {})),
        ]
        for one in found.readings
    ]
    return Table("readings", _("Every measurement"), columns, rows, _("None."))


def _source(reader: Reader, found: Evidence, one: Mapping[str, Any]) -> str:
    if one["typed_by"]:
        return _person(reader, found, one["typed_by"])
    return found.names.get(one["instrument_id"] or "", one["instrument_id"] or "")


def _values(reader: Reader, values: Mapping[str, Mapping[str, Any]]) -> str:
    t = reader.t
    return ", ".join(
        f"{vocabulary.analyte_name(name, t.language)} {t.number(told['value'], DECIMALS)} {told['unit']}"
        for name, told in values.items()
        if told.get("value") is not None
    )


def _laboratory(reader: Reader, found: Evidence) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Analyte")), Column(_("Value"), is_number=True), Column(_("Unit")), Column(_("Basis")),
        Column(_("Laboratory")), Column(_("Report")), Column(_("Received")), Column(_("By")),
    ]  # fmt: skip
    rows = [
        [
            reader.text(vocabulary.analyte_name(one["analyte"], t.language)),
            Cell(f"{one['comparator']}{t.number(one['value'], DECIMALS)}", one["value"]),
            reader.text(one["unit"]),
            reader.text(vocabulary.basis_name(one["basis"], t.language)),
            reader.text(one["laboratory"]),
            reader.text(one["report"]),
            reader.moment(one["received_at"]),
            reader.text(_person(reader, found, one["by"])),
        ]
        for one in found.laboratory
    ]
    return Table("laboratory", _("Laboratory"), columns, rows, _("No result yet."))


def _person(reader: Reader, found: Evidence, who: str | None) -> str:
    return shown_name(who, found.names.get(who), reader.t.language) if who else ""
