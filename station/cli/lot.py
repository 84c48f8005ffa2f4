"""`silo lot passport`: what a lot is, for its buyer, and what the buyer found in it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask
from station.cli.files import read_text
from station.cli.options import ConfigOption, JsonOption
from station.cli.say import LANGUAGE, _, out, show
from ui.words.i18n import translator
from ui.words.traces import lines_of, passport_table, passport_title, past_text, treatments_table


def register(app: typer.Typer) -> None:
    lot = typer.Typer(no_args_is_help=True, help=_("What left the site."))
    told = _(
        "How likely a lot meets its buyer's contract, and what the buyer found: the buyer's analysis comes "
        "in with silo lab import --customer."
    )
    lot.command("passport", help=told)(passport)
    app.add_typer(lot, name="lot")


def passport(
    sought: Annotated[str, typer.Argument(metavar="LOT", help=_("The number of its paper, or its id."))],
    config: ConfigOption,
    grade: Annotated[
        str | None, typer.Option(help=_("The quality that the contract asks for; else its cell's."))
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help=_("A rule pack with that quality; else those of its day."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    text = read_text(rules) if rules else None
    body: dict[str, Any] = {"sought": sought, "grade": grade, "text": text}
    found = ask(config, "POST", "/passport", body)
    if as_json:
        out(found)
        return
    t = translator(LANGUAGE)
    tables = [passport_table(found, t), treatments_table(found, t)]
    for line in filter(None, (passport_title(found, t), past_text(found["past"], t), *lines_of(tables))):
        show(line)
