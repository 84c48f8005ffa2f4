"""The tables of a device's page."""

from collections.abc import Sequence

from station.api import schemas
from station.api.views.view import View
from station.store.tables import Adjustment, ControlCheck, ControlTarget, Correction, CorrectionAct, Hold
from ui.web.reader import Reader
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.quality import CORRECTION_STATES
from ui.words.vocabulary import word

_STATES = {"live": "good", "starting": "quiet"}


def state(reader: Reader, live: schemas.Device | None) -> Cell:
    if live is None:
        return Cell("", None)
    mark = _STATES.get(live.state, "bad")
    return Cell(word(vocabulary.DEVICE_STATES, live.state, reader.t.language), live.state, mark=mark)


def verified(reader: Reader, one: schemas.Instrument) -> Cell:
    if one.verified_until is None:
        return Cell(reader.t.gettext("not known"), None, mark="quiet")
    mark = "good" if one.is_verified else "bad"
    return Cell(reader.t.day(one.verified_until), one.verified_until, mark=mark)


def facts(reader: Reader, one: schemas.Instrument, live: schemas.Device | None) -> list[tuple[str, str]]:
    _, t = reader.t.gettext, reader.t
    low, high = one.grain_temperature_c
    grain = f"{t.plain(low)} – {t.plain(high)} °C" if low is not None and high is not None else ""
    known = {
        vocabulary.analyte_name(name, t.language): t.plain(value) for name, value in one.uncertainty.items()
    }
    return [
        (_("Kind"), word(vocabulary.DEVICE_CATEGORIES, one.category, t.language)),
        (_("Read as"), one.kind),
        (_("Serial number"), one.serial_number or ""),
        (_("Asset tag"), one.asset_tag or ""),
        (_("Where"), one.port_id or _("not plugged in")),
        (_("Heard last"), t.moment(live.last_heard) if live and live.last_heard else ""),
        (_("Trouble"), live.error.message if live and live.error else ""),
        (_("Grain temperature"), grain),
        (_("Standard uncertainty"), ", ".join(f"{name} ± {value}" for name, value in known.items())),
        (_("Legal for"), ", ".join(vocabulary.analyte_name(name, t.language) for name in one.legal_for)),
        (_("Max"), t.kg(one.max_kg) if one.max_kg else ""),
        (_("Min"), t.kg(one.min_kg) if one.min_kg else ""),
        (_("Division"), t.kg(one.division_kg) if one.division_kg else ""),
    ]


def plugged(reader: Reader, one: schemas.Instrument) -> Table:
    _ = reader.t.gettext
    titles = _("Since"), _("Until"), _("Where"), _("Address"), _("Read as"), _("By"), _("Note")
    shown = [
        [
            reader.moment(each.from_at),
            reader.moment(each.to_at),
            reader.text(each.port_id),
            reader.text(each.port),
            reader.text(each.kind),
            reader.text(each.by or _("the site file")),
            reader.text(each.note),
        ]
        for each in one.plugged[::-1]
    ]
    return Table(
        "plugged", _("Where it was plugged in"), [Column(one) for one in titles], shown, _("Nowhere.")
    )


def checks(reader: Reader, rows: Sequence[tuple[ControlCheck, ControlTarget]]) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Time")), Column(_("Analyte")), Column(_("Said"), is_number=True),
        Column(_("Known value"), is_number=True), Column(_("Tolerance"), is_number=True), Column(_("Unit")),
        Column(_("Check")),
    ]  # fmt: skip
    shown = [
        [
            reader.moment(check.at),
            reader.text(vocabulary.analyte_name(check.analyte, t.language)),
            reader.number(check.value, 2),
            reader.number(target.value, 2),
            reader.number(target.tolerance, 2),
            reader.text(target.unit),
            reader.text(_("passed") if check.passed else _("failed"), mark="good" if check.passed else "bad"),
        ]
        for check, target in rows
    ]
    return Table("checks", _("Control samples"), columns, shown, _("It has measured no control sample."))


def adjustments(reader: Reader, view: View, rows: Sequence[Adjustment]) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Done")), Column(_("Analyte")), Column(_("Species")),
        Column(_("Slope before"), is_number=True),
        Column(_("Slope after"), is_number=True), Column(_("Bias before"), is_number=True),
        Column(_("Bias after"), is_number=True), Column(_("Network")),
        Column(_("Reason")), Column(_("Recorded by")),
    ]  # fmt: skip
    shown = [
        [
            reader.moment(one.done_at),
            reader.text(vocabulary.analyte_name(one.analyte, t.language)),
            reader.species(one.species),
            reader.number(one.old_slope, 3),
            reader.number(one.new_slope, 3),
            reader.number(one.old_bias, 2),
            reader.number(one.new_bias, 2),
            reader.text(one.network),
            reader.text(one.reason),
            reader.text(view.name_of(one.by)),
        ]
        for one in rows
    ]
    title = _("Adjustments made in the instrument")
    return Table("adjustments", title, columns, shown, _("None is recorded."))


def holds(reader: Reader, rows: Sequence[Hold]) -> Table:
    _, t = reader.t.gettext, reader.t
    titles = _("Analyte"), _("Since"), _("Until"), _("State")
    shown = [
        [
            reader.text(vocabulary.analyte_name(one.analyte, t.language)),
            reader.moment(one.since),
            reader.moment(one.until),
            reader.text(
                _("ended") if one.ended else _("to be confirmed"), mark="quiet" if one.ended else "warn"
            ),
        ]
        for one in rows
    ]
    title = _("Values held after a failed control")
    return Table("holds", title, [Column(one) for one in titles], shown, _("None."))


def corrections(reader: Reader, view: View, rows: Sequence[tuple[Correction, CorrectionAct]]) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Since")), Column(_("Analyte")), Column(_("Species")), Column(_("Bias"), is_number=True),
        Column(_("±"), is_number=True), Column(_("Unit")), Column(_("State")),
        Column(_("By")), Column(_("Reason")),
    ]  # fmt: skip
    shown = [
        [
            reader.moment(act.at),
            reader.text(vocabulary.analyte_name(one.analyte, t.language)),
            reader.species(one.species),
            reader.number(one.bias, 2),
            reader.number(one.u, 2),
            reader.text(one.unit),
            correction_state(reader, act.act),
            reader.text(view.name_of(act.by) or _("the station")),
            reader.text(act.reason),
        ]
        for one, act in rows
    ]
    return Table("corrections", _("Corrections"), columns, shown, _("None."))


def correction_state(reader: Reader, state: str) -> Cell:
    mark = {"approved": "good", "proposed": "warn"}.get(state, "quiet")
    return Cell(word(CORRECTION_STATES, state, reader.t.language), state, mark=mark)
