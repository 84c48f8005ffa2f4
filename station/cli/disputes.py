"""`silo dispute`: a ticket is contested, and what is known of it goes on one paper."""

from typing import Annotated, Literal

import typer

from station.cli.counter import ask, ask_all, counter, in_name_of, segment
from station.cli.options import ConfigOption, JsonOption, ManagerOption, PinOption, ReasonOption
from station.cli.say import _, out
from station.cli.say import show as print_line

LoadArgument = Annotated[str, typer.Argument(metavar="LOAD", help=_("The id of the load."))]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help=_("The dispute's id, as listed."))]
ByOption = Annotated[str, typer.Option(help=_("The operator or manager who does it; the PIN is asked."))]


def register(app: typer.Typer) -> None:
    dispute = typer.Typer(no_args_is_help=True, help=_("Contested tickets."))
    dispute.command("open", help=_("A load's ticket is contested; its sample and photos stay."))(open_)
    dispute.command("list", help=_("Disputes as JSON lines, newest first."))(show_all)
    dispute.command("note", help=_("Adds what was said or done meanwhile."))(note)
    dispute.command("close", help=_("Ends a dispute; every value known of the load is kept."))(close)
    dispute.command("show", help=_("Prints all that is known of it: values, decision, custody."))(show)
    app.add_typer(dispute, name="dispute")


def open_(
    load: LoadArgument,
    config: ConfigOption,
    by: ByOption,
    why: ReasonOption,
    analyte: Annotated[
        list[str] | None, typer.Option(help=_("What is contested, several times; else the whole load."))
    ] = None,
    raised_by: Annotated[
        Literal["supplier", "silo", "customer"], typer.Option(help=_("Who contests."))
    ] = "supplier",
    pin: PinOption = None,
) -> None:
    body = {"analytes": analyte or [], "raised_by": raised_by, "reason": why}
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/loads/{segment(load)}/disputes", body, headers=headers))


def show_all(
    config: ConfigOption,
    state: Annotated[Literal["open", "closed", "all"], typer.Option(help=_("open, closed or all."))] = "open",
) -> None:
    with counter(config) as asking:
        for row in ask_all(asking, "/disputes", {"state": state}):
            out(row)


def note(
    dispute: IdArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=_("What was said or done."))],
    config: ConfigOption,
    by: ByOption,
    pin: PinOption = None,
) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/disputes/{segment(dispute)}/note", {"text": text}, headers=headers))


def close(
    dispute: IdArgument,
    outcome: Annotated[
        Literal["upheld", "changed", "withdrawn"],
        typer.Argument(help=_("upheld: the ticket stands; changed: settled otherwise; withdrawn.")),
    ],
    config: ConfigOption,
    by: ManagerOption,
    why: ReasonOption,
    pin: PinOption = None,
) -> None:
    body = {"outcome": outcome, "reason": why}
    path = f"/disputes/{segment(dispute)}/close"
    out(ask(config, "POST", path, body, headers=in_name_of(by, pin)))


def show(dispute: IdArgument, config: ConfigOption, as_json: JsonOption = False) -> None:
    paper = ask(config, "GET", f"/disputes/{segment(dispute)}")
    if as_json:
        out(paper)
    else:
        for line in paper["text"].splitlines():
            print_line(line)
