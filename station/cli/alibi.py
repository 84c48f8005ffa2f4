"""`silo alibi`: the sealed memory of a weighing head (DSD) beside the tickets."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import LONG_S, ask
from station.cli.files import read_table
from station.cli.options import ConfigOption, JsonOption
from station.cli.say import Exit, _, out, show, tell


def register(app: typer.Typer) -> None:
    alibi = typer.Typer(no_args_is_help=True, help=_("A weighing head's sealed memory beside the tickets."))
    alibi.command(
        "check",
        help=_(
            "Compares the memory's export with the weights of tickets and lists what differs. No head's "
            "published protocol reads its memory over the line: it is exported at the head or by its program."
        ),
    )(check)
    app.add_typer(alibi, name="alibi")


def check(
    config: ConfigOption,
    file: Annotated[
        Path,
        typer.Option(
            metavar="CSV",
            help=_("The memory: its first line names the columns number, date and kg (numéro, date, poids)."),
        ),
    ],
    bridge: Annotated[
        str | None, typer.Option(metavar="PORT", help=_("Whose head it is, where there are several bridges."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    body = {"text": read_table(file), "bridge": bridge}
    found = ask(config, "POST", "/alibi/check", body, timeout=LONG_S)
    if as_json:
        out(found)
    else:
        _tell(found)
    wrong = found["differences"] or found["errors"] or not found["sealed"]
    raise typer.Exit(Exit.NEGATIVE if wrong else Exit.DONE)


def _tell(found: dict[str, Any]) -> None:
    for one in found["errors"]:
        tell(one["message"])
    for one in found["differences"]:
        show(one["message"])
    said = _("{checked} weights of tickets checked with {sealed} of the memory: {count} differences.")
    tell(said.format(**found, count=len(found["differences"])))
    if found["unsealed"]:
        said = _("{count} weights of tickets have no sealed number: the head gave none.")
        tell(said.format(count=found["unsealed"]))
