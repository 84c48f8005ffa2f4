"""`silo spread`: how far a phone's class shares may be off at this site."""

from typing import Annotated

import typer

from station.cli.counter import ask, in_name_of, segment
from station.cli.options import ConfigOption, ManagerOption, PinOption, ReasonOption
from station.cli.say import _, out

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=_("The spread's id, as listed."))]


def register(app: typer.Typer) -> None:
    spread = typer.Typer(no_args_is_help=True, help=_("How far a phone's class shares may be off here."))
    spread.command("list", help=_("Spreads as JSON lines, newest first."))(show_all)
    spread.command("approve", help=_("These limits hold here in the place of the model's own."))(approve)
    declined = _("The model's own limits stay; new evidence may propose it again.")
    spread.command("decline", help=declined)(decline)
    spread.command("end", help=_("The model's own limits hold again."))(end)
    app.add_typer(spread, name="spread")


def show_all(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/spreads"):
        out(row)


def approve(
    spread: IdArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("approve", spread, config, by, why, pin)


def decline(
    spread: IdArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("decline", spread, config, by, why, pin)


def end(
    spread: IdArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("end", spread, config, by, why, pin)


def _decide(act: str, spread: str, config: ConfigOption, by: str, why: str, pin: str | None) -> None:
    path = f"/spreads/{segment(spread)}/{act}"
    out(ask(config, "POST", path, {"reason": why}, headers=in_name_of(by, pin)))
