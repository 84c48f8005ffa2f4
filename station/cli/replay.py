"""Decisions made again from their records, by the engine that is here."""

from typing import Annotated

import typer

from station.cli.counter import LONG_S, ask
from station.cli.options import ConfigOption, JsonOption, SinceOption, UntilOption, span
from station.cli.say import Exit, _, out, tell


def register(app: typer.Typer) -> None:
    app.command("replay", help=_("Makes recorded decisions again and tells every difference."))(replay)


def replay(
    config: ConfigOption,
    load: Annotated[str | None, typer.Option(help=_("Only this load."))] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
) -> None:
    params = {**({"load": load} if load else {}), **span(since, until)}
    rows = ask(config, "GET", "/replay", params=params, timeout=LONG_S)
    for row in rows:
        if as_json:
            out(row)
        elif row["lost"]:
            tell(f"{row['load_id']}  " + _("cannot be made again: {lost}").format(**row))
        elif not row["is_equal"]:
            tell(f"{row['load_id']}  " + _("decided by {engine}, differs by {engine_now}:").format(**row))
            for one in row["differences"]:
                tell(f"    {one['path']}: {one['recorded']} -> {one['replayed']}")
    equal = sum(row["is_equal"] for row in rows)
    tell(_("{equal} of {count} decisions are the same to the byte").format(equal=equal, count=len(rows)))
    raise typer.Exit(Exit.DONE if equal == len(rows) and rows else Exit.NEGATIVE)
