"""`silo correction`: what the station proposes to take off an instrument's or a phone's values."""

from typing import Annotated, Any, Literal

import typer

from station.cli.counter import ask, in_name_of, segment
from station.cli.options import ConfigOption, ManagerOption, PinOption, ReasonOption
from station.cli.say import LANGUAGE, _, out, tell
from ui.words.i18n import translator
from ui.words.vocabulary import analyte_name

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=_("The correction's id, as listed."))]


def register(app: typer.Typer) -> None:
    correction = typer.Typer(no_args_is_help=True, help=_("What is known of a method's bias and taken off."))
    correction.command("list", help=_("Corrections as JSON lines, newest first."))(show_all)
    correction.command("approve", help=_("Values are judged without this bias from now on."))(approve)
    correction.command("decline", help=_("Nothing is taken off; new evidence may propose it again."))(decline)
    correction.command("end", help=_("Values are judged as they are measured again."))(end)
    app.add_typer(correction, name="correction")


def show_all(
    config: ConfigOption,
    state: Annotated[
        Literal["all", "proposed", "approved", "declined", "ended"],
        typer.Option(help=_("all, proposed, approved, declined or ended.")),
    ] = "all",
) -> None:
    for row in ask(config, "GET", "/corrections", params={"state": state, "limit": 500}):
        out(row)


def approve(
    correction: IdArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    row = _decide("approve", correction, config, by, why, pin)
    t = translator(LANGUAGE)
    said = _("{source}, {analyte}: {bias} is taken off from now on.").format(
        source=row["source_name"], analyte=analyte_name(row["analyte"], LANGUAGE), bias=t.plain(row["bias"])
    )
    tell(said)


def decline(
    correction: IdArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("decline", correction, config, by, why, pin)


def end(
    correction: IdArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("end", correction, config, by, why, pin)


def _decide(
    act: str, correction: str, config: ConfigOption, by: str, why: str, pin: str | None
) -> dict[str, Any]:
    path = f"/corrections/{segment(correction)}/{act}"
    row: dict[str, Any] = ask(config, "POST", path, {"reason": why}, headers=in_name_of(by, pin))
    out(row)
    return row
