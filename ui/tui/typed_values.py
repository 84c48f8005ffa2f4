"""Ask for values that a person read: which analyte, on which basis, and the number that is meant."""

from collections.abc import Callable
from typing import Literal

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary
from ui.words.numbers import numbers_in

Basis = Literal["dm", "as_is"]
Take = Callable[[str, schemas.TypedValueIn], None]
_BASES: tuple[Basis, ...] = ("dm", "as_is")


def analyte_options(screen: StationScreen) -> list[Option]:
    """List the site's analytes, protein and oil by basis."""
    t, site, options = screen.t, screen.board.site, list[Option]()
    for analyte in site.analytes if site else []:
        name = vocabulary.analyte_name(analyte, t.language)
        if site and analyte in site.on_basis:
            options += [
                Option(f"{analyte}\n{basis}", f"{name} ({vocabulary.basis_name(basis, t.language)})")
                for basis in _BASES
            ]
        elif analyte != "weight":
            options.append(Option(f"{analyte}\n", name))
    return options


def ask_value(screen: StationScreen, asked: Choice, then: Take) -> None:
    """Ask for the number of one of `analyte_options`; `then` gets the analyte and the value."""
    t = screen.t
    analyte, _, typed_basis = asked.key.partition("\n")
    basis = next((basis for basis in _BASES if basis == typed_basis), None)

    def check(text: str) -> str | None:
        return None if numbers_in(text) else t.gettext("Type a number.")

    def take(value: float) -> None:
        then(analyte, schemas.TypedValueIn(value=value, basis=basis))

    def read(text: str) -> None:
        meant = {t.plain(number): number for number in numbers_in(text)}
        if len(meant) == 1:
            take(*meant.values())
            return
        title = t.gettext("{text}: which number is meant?").format(text=text)
        options = [Option(written, written) for written in meant]
        screen.choose(title, options, lambda choice: take(meant[choice.key]))

    screen.ask(asked.text, t.gettext("a number, for example 11,8"), check, read)


def ask_values(
    screen: StationScreen, then: Callable[[dict[str, schemas.TypedValueIn]], None],
    said: dict[str, schemas.TypedValueIn] | None = None,
) -> None:  # fmt: skip
    """Ask for one value after the other until the person says that this is all."""
    t, before = screen.t, said or {}
    options = [Option("", t.gettext("that is all"))]
    options += [one for one in analyte_options(screen) if one.key.partition("\n")[0] not in before]

    def go_on(choice: Choice) -> None:
        if not choice.key:
            then(before)
            return
        ask_value(screen, choice, lambda name, value: ask_values(screen, then, {**before, name: value}))

    screen.choose(t.gettext("Which value does the paper say?"), options, go_on, preselects=False)
