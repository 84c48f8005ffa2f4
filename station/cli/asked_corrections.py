"""`silo corrections`: what headquarters asks this silo to correct."""

from typing import Annotated

import typer

from station.cli.counter import ask, in_name_of, segment
from station.cli.options import ConfigOption, JsonOption, PinOption, ReasonOption
from station.cli.say import LANGUAGE, _, out, show, tell
from ui.words.asked_corrections import field_name, request_state

RequestArgument = Annotated[str, typer.Argument(metavar="ID", help=_("The request's id, as listed."))]
PersonOption = Annotated[
    str, typer.Option("--by", help=_("The operator or manager who does it; the PIN is asked."))
]


def register(app: typer.Typer) -> None:
    asked = typer.Typer(no_args_is_help=True, help=_("What headquarters asks this silo to correct."))
    asked.command("requests", help=_("What is asked, and waits for a person here."))(requests)
    asked.command("accept", help=_("The load is corrected as asked."))(accept)
    asked.command("refuse", help=_("The load stays as it is; headquarters reads why."))(refuse)
    app.add_typer(asked, name="corrections")


def requests(
    config: ConfigOption,
    everything: Annotated[bool, typer.Option("--all", help=_("With those that are answered."))] = False,
    as_json: JsonOption = False,
) -> None:
    params = {"state": "all" if everything else "open", "limit": 500}
    for row in ask(config, "GET", "/correction-requests", params=params):
        if as_json:
            out(row)
            continue
        what = f"{field_name(row['field'], LANGUAGE)}: {row['was']} → {row['wanted']}"
        crossed = _(", is now {now}").format(now=row["now"]) if row["crosses"] else ""
        state = request_state(row["state"], LANGUAGE)
        show(f"{row['id']}  {row['load_id']}  {what}{crossed} ({row['asked_by']}: {row['reason']}): {state}")


def accept(
    request: RequestArgument, config: ConfigOption, by: PersonOption,
    sure: Annotated[
        bool, typer.Option("--sure", help=_("It is right though the load has changed since."))
    ] = False,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    pin: PinOption = None,
) -> None:  # fmt: skip
    body = {"note": note, "despite_crossing": sure}
    ask(config, "POST", f"/correction-requests/{segment(request)}/accept", body, headers=in_name_of(by, pin))
    tell(_("The load is corrected; headquarters hears of it."))


def refuse(
    request: RequestArgument, config: ConfigOption, by: PersonOption, why: ReasonOption, pin: PinOption = None
) -> None:
    path = f"/correction-requests/{segment(request)}/refuse"
    ask(config, "POST", path, {"reason": why}, headers=in_name_of(by, pin))
    tell(_("The load stays as it is; headquarters reads why."))
