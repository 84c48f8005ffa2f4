"""`silo observe`: the first days at a site, while the station issues nothing."""

from typing import Any

import typer

from station.cli.counter import ask
from station.cli.options import ConfigOption, JsonOption, SinceOption, UntilOption, span
from station.cli.say import LANGUAGE, _, out, show
from ui.words.i18n import translator
from ui.words.vocabulary import site_name, species_name


def register(app: typer.Typer) -> None:
    observe = typer.Typer(no_args_is_help=True, help=_("The first days, while the station issues nothing."))
    observe.command("report", help=_("What it would have proposed beside what was done."))(report)
    app.add_typer(observe, name="observe")


def report(
    config: ConfigOption, since: SinceOption = None, until: UntilOption = None, as_json: JsonOption = False
) -> None:
    rows = ask(config, "GET", "/observed", params=span(since, until))
    for row in rows:
        if as_json:
            out(row)
        else:
            show(_sentence(row))
    if not rows and not as_json:
        show(_("No load was observed in this time."))


def _sentence(row: dict[str, Any]) -> str:
    t = translator(LANGUAGE)
    said = _(
        "{species}, {cell}: {agreed} of {loads} loads as proposed ({low} to {high}), {none} without "
        "proposal; {told} by the co-operative's program"
    )
    return said.format(
        species=species_name(row["species"], LANGUAGE), cell=site_name("cell", row["cell"], LANGUAGE),
        agreed=row["agreed"], loads=row["loads"], low=t.percent(row["low"]), high=t.percent(row["high"]),
        none=row["not_proposed"], told=row["told"],
    )  # fmt: skip
