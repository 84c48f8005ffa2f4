"""The tables of a load's page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from station.api import schemas
from station.api.views.view import View
from station.store.tables import DisputeAct
from ui.web.measured import measured, told
from ui.web.reader import Reader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.events import CUSTODY, EVENTS, RULES
from ui.words.i18n import Translator
from ui.words.odds import odds_texts
from ui.words.quality import DISPUTES
from ui.words.vocabulary import word

DECIMALS = 2
Euros = Mapping[tuple[str, str], float | None]  # by cell and pit


def weighings(reader: Reader, rows: Sequence[schemas.ChainWeighing]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Weighing")), Column(_("Weight"), "kg", is_number=True), Column(_("Time")),
        Column(_("Sealed number")), Column(_("Instrument")), Column(_("Taken by")), Column(_("Confirmed by")),
        Column(_("Remarks")),
    ]  # fmt: skip
    return Table(
        "weighings", _("Weighings"), columns, [_weighing(reader, one) for one in rows], _("None yet.")
    )


def _weighing(reader: Reader, one: schemas.ChainWeighing) -> list[Cell]:
    language = reader.t.language
    taken = one.typed_by or word(RULES, one.rule, language)
    return [
        reader.text(word(vocabulary.WEIGHING_ROLES, one.role, language)),
        reader.kg(one.kg),
        reader.moment(one.at),
        reader.text(one.sealed_number),
        reader.text(one.instrument_name or one.instrument),
        reader.text(taken),
        reader.text(one.confirmed_by),
        reader.text(told(one.remarks)),
    ]


def values(reader: Reader, rows: Sequence[schemas.UsedValue], released: Collection[str]) -> Table:
    """What the proposal stands on; a manager has released those of these analytes."""
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Analyte")), Column(_("Value"), is_number=True), Column(_("±"), is_number=True),
        Column(_("Unit")), Column(_("Basis")), Column(_("Measured by")),
        Column(_("Measurements"), is_number=True), Column(_("Check")), Column(_("Why this value")),
    ]  # fmt: skip
    shown = [
        [
            reader.text(vocabulary.analyte_name(one.analyte, t.language)),
            reader.number(one.value, DECIMALS),
            reader.number(one.u, DECIMALS),
            reader.text(one.unit),
            reader.text(vocabulary.basis_name(one.basis, t.language)),
            reader.text(one.typed_by or _sources(one, t)),
            reader.whole(one.n),
            _check(reader, one, released),
            reader.text(told(one.reasons)),
        ]
        for one in rows
    ]
    return Table("values", _("Values that count"), columns, shown, _("Nothing is measured yet."))


def _sources(one: schemas.UsedValue, t: Translator) -> str:
    """The instrument, or each source of what was combined, with its own value and how well it is known."""
    if not one.parts:
        return vocabulary.site_name("instrument", one.device or "", t.language)
    return ", ".join(
        f"{_source(part, t)} {t.plain(part.value, DECIMALS)} ± {t.plain(part.u, DECIMALS)}"
        for part in one.parts
    )


def _source(part: schemas.ValuePart, t: Translator) -> str:
    if part.kind == "photo":
        return t.gettext("photo")
    return vocabulary.site_name("instrument", part.name, t.language)


def _check(reader: Reader, one: schemas.UsedValue, released: Collection[str]) -> Cell:
    _ = reader.t.gettext
    if one.to_confirm:
        return reader.text(_("to be confirmed"), mark="warn")
    return reader.text(_("released: no comparison uses it") if one.analyte in released else "", mark="warn")


def readings(reader: Reader, rows: Sequence[schemas.Reading]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Time")), Column(_("Instrument")), Column(_("Values")), Column(_("Product")),
        Column(_("Remarks")),
    ]  # fmt: skip
    shown = [
        [
            reader.moment(one.at),
            reader.text(one.typed_by or one.instrument_name or one.device),
            reader.text(measured(reader.t, one.values, one.to_confirm)),
            reader.text(one.product),
            reader.text(told(one.remarks)),
        ]
        for one in rows
    ]
    return Table("readings", _("Every measurement"), columns, shown, _("None."))


def laboratory(reader: Reader, rows: Sequence[schemas.LabResult]) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Analyte")), Column(_("Value"), is_number=True), Column(_("Unit")), Column(_("Basis")),
        Column(_("Laboratory")), Column(_("Method")),
        Column(_("Report")), Column(_("Received")), Column(_("By")),
    ]  # fmt: skip
    shown = [
        [
            reader.text(vocabulary.analyte_name(one.analyte, t.language)),
            Cell(f"{one.comparator}{t.number(one.value, DECIMALS)}", one.value),
            reader.text(one.unit),
            reader.text(vocabulary.basis_name(one.basis, t.language)),
            reader.text(one.laboratory),
            reader.text(one.method),
            reader.text(one.report),
            reader.moment(one.received_at),
            reader.text(one.by),
        ]
        for one in rows
    ]
    return Table("laboratory", _("Laboratory"), columns, shown, _("No result yet."))


def ranked(reader: Reader, rows: Sequence[schemas.Ranked], euros: Euros | None) -> Table:
    """The cells with their odds; `euros`, for managers alone, what a choice is worth more than others."""
    _ = reader.t.gettext
    columns = [Column(_("Pit")), Column(_("Cell")), Column(_("Odds")), Column(_("Why"))]
    if euros is not None:
        columns.append(Column(_("Against the next best"), "€", is_number=True))
    shown = [
        [
            reader.place("pit", one.pit),
            reader.place("cell", one.cell),
            reader.text(", ".join(_odds(reader, one))),
            reader.text(told(one.reasons)),
            *([] if euros is None else [reader.number(euros.get((one.cell, one.pit)), DECIMALS)]),
        ]
        for one in rows
    ]
    return Table("ranked", _("Cells that fit, the best first"), columns, shown, _("No cell fits."))


def _odds(reader: Reader, one: schemas.Ranked) -> list[str]:
    after = None if one.after is None else {"t": one.after.t, **one.after.model_dump()["content"]}
    codes = [reason.code for reason in one.reasons]
    return odds_texts(one.p_load_ok, one.p_cell_ok, after, codes, reader.t)


def refused(reader: Reader, rows: Sequence[schemas.Refused]) -> Table:
    _ = reader.t.gettext
    columns = [Column(_("Cell")), Column(_("Why not"))]
    shown = [[reader.place("cell", one.cell), reader.text(told(one.reasons))] for one in rows]
    return Table("refused", _("Cells that do not"), columns, shown, _("None."))


def tipped(reader: Reader, ticket: schemas.Ticket) -> Table:
    _ = reader.t.gettext
    columns = [Column(_("Pit")), Column(_("Cell")), Column(_("Net"), "kg", is_number=True)]
    shown = [
        [
            reader.place("pit", one.pit),
            reader.place("cell", one.cell, f"/cells/{one.cell}"),
            reader.kg(round(one.share * ticket.net_kg)),
        ]
        for one in ticket.tipped
    ]
    return Table("tipped", _("Tipped"), columns, shown)


@dataclass(frozen=True, slots=True)
class CaptureShown:
    capture: schemas.Capture
    state: Cell
    inspections: list[tuple[schemas.Inspection, Table]]


def capture_shown(reader: Reader, one: schemas.Capture) -> CaptureShown:
    state = word(vocabulary.CAPTURE_STATES, one.state, reader.t.language)
    mark = {"inspected": "good", "refused": "bad", "no_model": "warn"}.get(one.state, "quiet")
    inspected = [(each, _classes(reader, each)) for each in one.inspections]
    return CaptureShown(one, Cell(state, one.state, mark=mark), inspected)


def _classes(reader: Reader, one: schemas.Inspection) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Kernels")), Column(_("Called so"), is_number=True), Column(_("Share"), "%", is_number=True),
        Column(_("95 % limits"), is_number=True),
    ]  # fmt: skip
    shown = [
        [
            reader.text(word(vocabulary.KERNEL_CLASSES, name, t.language)),
            reader.whole(share.count),
            reader.number(100 * share.share),
            reader.text(f"{t.number(100 * share.low)} – {t.number(100 * share.high)}"),
        ]
        for name, share in one.classes.items()
    ]
    return Table(f"classes-{one.id}", "", columns, shown, "")


def custody(reader: Reader, kept: Sequence[schemas.Retained]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Kept sample")), Column(_("Time")), Column(_("What")), Column(_("Parts"), is_number=True),
        Column(_("Place")), Column(_("Whom")), Column(_("Reason")), Column(_("By")),
    ]  # fmt: skip
    shown = [
        [
            reader.text(one.number),
            reader.moment(act.at),
            reader.text(word(CUSTODY, act.kind, reader.t.language)),
            reader.whole(act.parts or None),
            reader.text(act.place),
            reader.text(act.whom),
            reader.text(act.reason),
            reader.text(act.by),
        ]
        for one in kept
        for act in one.custody
    ]
    return Table("custody", _("Custody of the kept sample"), columns, shown, _("Nothing is kept."))


def dispute(reader: Reader, view: View, dispute_id: str, acts: Sequence[DisputeAct]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Time")),
        Column(_("What")),
        Column(_("Outcome")),
        Column(_("Reason")),
        Column(_("By")),
    ]
    shown = [
        [
            reader.moment(act.at),
            reader.text(word(DISPUTES, act.act, reader.t.language)),
            reader.text(word(DISPUTES, act.outcome, reader.t.language) if act.outcome else ""),
            reader.text(act.reason),
            reader.text(view.name_of(act.by)),
        ]
        for act in acts
    ]
    return Table(f"dispute-{dispute_id}", "", columns, shown)


def events(reader: Reader, rows: Sequence[schemas.Event]) -> Table:
    _ = reader.t.gettext
    columns = [Column(_("No."), is_number=True), Column(_("Time")), Column(_("What")), Column(_("By"))]
    shown = [
        [
            reader.whole(one.seq),
            reader.moment(one.at),
            reader.text(word(EVENTS, one.kind, reader.t.language)),
            reader.text(one.by or _("the station")),
        ]
        for one in rows
    ]
    return Table("events", "", columns, shown)
