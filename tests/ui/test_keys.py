"""One key means one thing on every screen; what is typed where a plate may be typed does nothing."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlmodel import select
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

import ui.tui
from station.receival.arrivals.visits import NewLoad
from station.store.tables import AuditEvent
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, terminal
from ui.tui.app import SCREENS, StationApp
from ui.tui.keys import KEYS, help_text
from ui.words.i18n import LANGUAGES, translator

OPTIONS = {
    "queue": "file",
    "arrival": "arrivée",
    "exceptions": "exceptions",
    "devices": "appareils",
    "cells": "cellules",
    "tickets": "bons",
    "ended": "terminés",
    "movements": "mouvements",
    "retained": "échantillons conservés",
    "morning": "ouverture",
    "closing": "clôture",
}
MEANINGS = {pressed: action for action, key in KEYS.items() for pressed in key.pressed.split(",")}
# Textual's own: the focus goes from field to field, text is copied, and Ctrl+C says how to quit.
TEXTUAL = {"tab": "app.focus_next", "shift+tab": "app.focus_previous", "super+c": "screen.copy_text"}


def classes() -> list[type[DOMNode]]:
    """Everything of the terminal that may bind keys."""
    for module in pkgutil.walk_packages(ui.tui.__path__, "ui.tui."):
        importlib.import_module(module.name)
    found = list(_below(DOMNode))
    return [one for one in found if one.__module__.startswith("ui.tui.")]


def _below(parent: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)


def own_bindings(kind: type[DOMNode]) -> list[tuple[str, str]]:
    bindings = [one for one in vars(kind).get("BINDINGS", []) if isinstance(one, Binding)]
    return [(key, one.action) for one in bindings for key in one.key.split(",")]


def test_no_key_stands_twice_in_the_table_and_none_but_space_is_printable() -> None:
    pressed = [key for one in KEYS.values() for key in one.pressed.split(",")]
    assert len(pressed) == len(set(pressed)) == len(MEANINGS)
    assert [key for key in pressed if len(key) == 1] == []
    signs = {"space", "minus", "plus", "comma", "full_stop", "slash", "underscore"}
    assert signs & set(pressed) == {"space"}


def test_every_binding_of_every_screen_dialog_and_list_is_the_tables() -> None:
    kinds = classes()
    assert {StationApp, *SCREENS.values()} <= set(kinds)
    bound = [(kind, key, action) for kind in kinds for key, action in own_bindings(kind)]
    assert len(bound) > 30
    for kind, key, action in bound:
        assert MEANINGS.get(key) == action, (kind.__name__, key, action)
        name = action.partition("(")[0]
        assert hasattr(kind, f"action_{name}"), (kind.__name__, action)


def test_a_screen_that_has_an_action_of_the_table_has_its_key() -> None:
    for kind in classes():
        if not issubclass(kind, Screen | App):
            continue
        keys = {action.partition("(")[0] for base in kind.__mro__ for action in _actions(base)}
        for action in {one.partition("(")[0] for one in KEYS} - {"choose", "quit"}:
            if f"action_{action}" in vars(kind):
                assert action in keys, (kind.__name__, action)


def _actions(kind: type) -> list[str]:
    return [action for _, action in own_bindings(kind)] if issubclass(kind, DOMNode) else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_keys_names_every_key(language: str) -> None:
    t = translator(language)
    text = help_text(t)
    for action, key in KEYS.items():
        if not action.startswith("move"):
            assert f"{t.gettext(key.shown)}: {t.gettext(key.meaning)}" in text.replace(" :", ":")


async def test_on_every_screen_what_a_key_would_do_is_what_the_table_says(station: Station) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    async with terminal(station) as t:
        for name, option in OPTIONS.items():
            await t.open(option)
            await t.at(SCREENS[name])
            check_active(t)
        await t.press("f2", "f5")
        await t.see("éch. S1")
        check_active(t)
        for key in ("f1", "f10", "f7", "f8"):
            await t.press(key)
            check_active(t)
            await t.press("escape")


def check_active(t: Terminal) -> None:
    """What Textual itself finds for every key here, fields apart, in which keys edit the text."""
    active = t.app.screen.active_bindings
    assert active
    for key, found in active.items():
        action = found.binding.action
        if not isinstance(found.node, Input) and action not in ("screen.copy_text", "help_quit"):
            assert action == (MEANINGS.get(key) or TEXTUAL.get(key)), key


# --- what is typed ------------------------------------------------------------------------------------
def acts(station: Station) -> list[str]:
    with station.silo.desk.ledger.read() as tx:
        return list(tx.exec(select(AuditEvent.kind)))


PLATES = ("xb101vx", "XB-101-VX", "ab 123 cd", "weq-vopz 7", "S1", "12345.6")


FEW = ("queue", "exceptions", "load")
MORE = [pytest.param(name, marks=pytest.mark.long) for name in OPTIONS if name not in (*FEW, "arrival")]


@pytest.mark.parametrize("screen", [*FEW, *MORE])
async def test_a_plate_that_is_typed_outside_of_a_field_does_nothing_and_says_so(
    station: Station, screen: str
) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.measure("gac", {"moisture": 13.0}, "X1")
    silo.weigh(9_000)
    async with terminal(station) as t:
        if screen == "load":
            await t.press("down", "f5")  # the weight that no visit fits has the first line
        else:
            await t.open(OPTIONS[screen])
        await t.at(SCREENS[screen])
        await t.until(lambda: t.app.board.exceptions, "what waits")
        before, shown = acts(station), t.app.screen
        for plate in PLATES:
            await t.write(plate)
            await t.hear("Les lettres ne font rien ici : F3 pour saisir une arrivée")
            await t.press("backspace", plate[-1], "enter")
            await t.hear("Entrée après des lettres ne répond à rien")
            assert t.app.screen is shown
        assert acts(station) == before


async def test_a_plate_typed_on_the_arrival_goes_into_its_field_whole(station: Station) -> None:
    async with terminal(station) as t:
        await t.press("f3")
        await t.write("xb101vx")
        await t.see("xb101vx")
        await t.press("escape", "f3")
        await t.see("xb101vx")


@pytest.mark.parametrize(
    "typed",
    ["AB-123-CD", "12", *(pytest.param(text, marks=pytest.mark.long) for text in ("b101vx", "S0001"))],
)
async def test_a_plate_or_a_barcode_is_no_reason(station: Station, typed: str) -> None:
    station.silo.weigh(9_000)
    async with terminal(station) as t:
        await t.see("9 000 kg")
        await t.press("f8")
        await t.write(typed)
        await t.press("enter")
        await t.hear(f"« {typed} » n'est pas un motif : rien n'est fait")
        assert "weighing_dismissed" not in acts(station)
        await t.press("f8")
        await t.write("tracteur du voisin")
        await t.press("enter")
        await t.hear("Pesée de 9 000 kg écartée.")
