"""`silo revision`: what late values make of closed loads, and what a manager makes of that."""

from typing import Annotated, Any, Literal

import typer

from station.cli.counter import ask, ask_all, counter, in_name_of
from station.cli.options import ConfigOption, ManagerOption, PinOption, ReasonOption
from station.cli.say import _, out

IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help=_("Revisions' ids, as listed."))]


def register(app: typer.Typer) -> None:
    revision = typer.Typer(
        no_args_is_help=True, help=_("What late values make of closed loads: provisional and final.")
    )
    revision.command("list", help=_("Revisions as JSON lines, newest first."))(show_all)
    revision.command("apply", help=_("Cells and tickets say what is known now."))(apply)
    revision.command("dismiss", help=_("The loads stay what they were."))(dismiss)
    app.add_typer(revision, name="revision")


def show_all(
    config: ConfigOption,
    state: Annotated[
        Literal["all", "proposed", "applied", "dismissed", "withdrawn"],
        typer.Option(help=_("all, proposed, applied, dismissed or withdrawn.")),
    ] = "proposed",
) -> None:
    with counter(config) as asking:
        asking("POST", "/revisions/look")
        for row in ask_all(asking, "/revisions", {"state": state}):
            out(row)


def apply(
    revisions: IdsArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("apply", revisions, config, by, why, pin)


def dismiss(
    revisions: IdsArgument, config: ConfigOption, by: ManagerOption, why: ReasonOption, pin: PinOption = None
) -> None:
    _decide("dismiss", revisions, config, by, why, pin)


def _decide(act: str, ids: list[str], config: Any, by: str, why: str, pin: str | None) -> None:
    body = {"ids": ids, "reason": why}
    for row in ask(config, "POST", f"/revisions/{act}", body, headers=in_name_of(by, pin)):
        out(row)
