"""What a day's sheet says, as the tables that a page, a paper and the console show. It is given as JSON of
`/api/v1/days/sheet`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.traces import Column, Entry, Told
from ui.words.vocabulary import LOAD_STATES, MOVEMENT_KINDS, REGIMES, site_name, species_name, word

Sheet = Mapping[str, Any]
KG = "kg"
_LATE: Mapping[str, str] = {"ticket": N_("ticket"), "corrected": N_("correcting ticket")}


def title_of(sheet: Sheet, t: Translator) -> str:
    day = t.day(date.fromisoformat(sheet["day"]))
    return t.gettext("Closing of {day}").format(day=day)


def signed_by(sheet: Sheet, t: Translator) -> str:
    """Write who signed and by what the document is known; that nobody did where it is not closed."""
    if sheet["closed_at"] is None:
        return t.gettext("Not closed.")
    at = datetime.fromisoformat(sheet["closed_at"])
    said = t.gettext("Closed by {name}, {day} {time} (SHA-256 {sha256}).")
    return said.format(
        name=sheet["closed_by"] or "?", day=t.date(at), time=t.time(at), sha256=sheet["sha256"]
    )


def figures_of(sheet: Sheet, t: Translator) -> list[str]:
    """Write in lines how long trucks were on site, and what waits for tomorrow."""
    minutes, left = sheet["minutes"], sheet["left"]
    lines = []
    if minutes["trucks"]:
        said = t.gettext(
            "{trucks} trucks, from full weight to tare: {median} min in the middle, {worst} min the longest."
        )
        if minutes["trucks"] == 1:
            said = t.gettext("One truck, from full weight to tare: {median} min.")
        figures = {name: t.number(minutes[name], 0) for name in ("median", "worst")}
        lines.append(said.format(trucks=minutes["trucks"], **figures))
    said = t.gettext(
        "Left for tomorrow: {exceptions} exceptions, {weighings} weights that nobody used, {holds} holds."
    )
    return [*lines, said.format(**left)]


def tables_of(sheet: Sheet, t: Translator) -> dict[str, Told]:
    """Return the tables by name: first what does not agree or is not finished."""
    return {
        "found": _found(sheet, t),
        "tonnes": _tonnes(sheet, t),
        "owners": _owners(sheet, t),
        "cells": _cells(sheet, t),
        "numbers": _numbers(sheet, t),
        "late": _late(sheet, t),
    }


def _found(sheet: Sheet, t: Translator) -> Told:
    _ = t.gettext
    columns = Column(_("Found"), 10), Column(_("Reason"), 6)
    rows = tuple((_same(one["message"]), _same(one["reason"])) for one in sheet["findings"])
    return Told(_("To be explained"), columns, rows, _("Nothing: all agrees."))


def _tonnes(sheet: Sheet, t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Outcome"), 3), Column(_("Species"), 4), Column(_("Regime"), 4),
        Column(_("Organisation"), 4), Column(_("Loads"), 2), Column(_("Tickets"), 3, KG),
        Column(_("Into the cells"), 3, KG),
    )  # fmt: skip
    rows = tuple(
        (
            _coded(LOAD_STATES, one["outcome"], t),
            (species_name(one["species"], t.language), one["species"]),
            _coded(REGIMES, one["regime"], t),
            _same(one["organisation"]),
            (str(one["loads"]), one["loads"]),
            _kg(one["ticket_kg"], t),
            _kg(one["moved_kg"], t),
        )
        for one in sheet["tonnes"]
    )
    return Told(_("Tickets beside movements"), columns, rows, _("Nothing was received on this day."))


def _owners(sheet: Sheet, t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Owner"), 6), Column(_("Species"), 4), Column(_("Regime"), 4), Column(_("Net"), 3, KG)
    )  # fmt: skip
    rows = tuple(
        (
            _same(one["name"]),
            (species_name(one["species"], t.language), one["species"]),
            _coded(REGIMES, one["regime"], t),
            _kg(one["kg"], t),
        )
        for one in sheet["owners"]
    )
    return Told(_("By owner"), columns, rows, _("None."))


def _cells(sheet: Sheet, t: Translator) -> Told:
    """A line for each species or kind of movement of a cell; its content stands in the last one."""
    _ = t.gettext
    columns = (
        Column(_("Cell"), 4), Column(_("What"), 5), Column(_("Moved"), 3, KG), Column(_("Content"), 3, KG)
    )  # fmt: skip
    rows = tuple(row for one in sheet["cells"] for row in _cell(one, t))
    return Told(_("By cell"), columns, rows, _("Nothing moved."))


def _cell(one: Mapping[str, Any], t: Translator) -> list[tuple[Entry, ...]]:
    name = (site_name("cell", one["cell"], t.language), one["cell"])
    moved = [((species_name(key, t.language), key), kg) for key, kg in one["brought"].items()]
    moved += [(_coded(MOVEMENT_KINDS, key, t), kg) for key, kg in one["moved"].items()]
    last = len(moved) - 1
    return [
        (name, what, _kg(kg, t), _kg(one["content_kg"], t) if at == last else ("", None))
        for at, (what, kg) in enumerate(moved)
    ]


def _numbers(sheet: Sheet, t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Campaign"), 3), Column(_("From no."), 2), Column(_("To no."), 2), Column(_("Tickets"), 2),
        Column(_("On paper"), 3), Column(_("Missing"), 4),
    )  # fmt: skip
    rows = tuple(_number_row(one) for one in sheet["numbers"])
    return Told(_("Ticket numbers"), columns, rows, _("None."))


def _number_row(one: Mapping[str, Any]) -> tuple[Entry, ...]:
    missing = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in one["missing"])
    return (
        _same(one["campaign"]),
        (str(one["after"] + 1), one["after"] + 1),
        (str(one["last"]), one["last"]),
        (str(one["issued"]), one["issued"]),
        _same(", ".join(map(str, one["on_paper"]))),
        _same(missing),
    )


def _late(sheet: Sheet, t: Translator) -> Told:
    _ = t.gettext
    columns = (
        Column(_("Day"), 3), Column(_("What"), 5), Column(_("Ticket"), 3), Column(_("Cell"), 4),
        Column(_("Difference"), 3, KG),
    )  # fmt: skip
    rows = tuple(
        (
            (t.day(date.fromisoformat(one["day"])), one["day"]),
            _coded({**MOVEMENT_KINDS, **_LATE}, one["what"], t),
            _same(f"{one['campaign']}/{one['number']}" if one["number"] else ""),
            (site_name("cell", one["cell"], t.language), one["cell"]) if one["cell"] else ("", None),
            _kg(one["kg"], t),
        )
        for one in sheet["late"]
    )
    return Told(_("Recorded since of closed days"), columns, rows, _("None."))


def _coded(table: Mapping[str, str], code: str, t: Translator) -> Entry:
    return word(table, code, t.language), code


def _same(text: str) -> Entry:
    return text, text


def _kg(kg: float, t: Translator) -> Entry:
    return t.plain(round(kg, 3)), kg
