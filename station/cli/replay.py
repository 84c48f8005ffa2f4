"""Decisions made again from their records, by the engine that is here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask_all, counter
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
    equal = count = 0
    for row in _replayed(config, params):
        count, equal = count + 1, equal + row["is_equal"]
        if as_json:
            out(row)
        elif row["lost"]:
            tell(f"{row['load_id']}  " + _("cannot be made again: {lost}").format(**row))
        elif not row["is_equal"]:
            tell(f"{row['load_id']}  " + _("decided by {engine}, differs by {engine_now}:").format(**row))
            for one in row["differences"]:
                tell(f"    {one['path']}: {one['recorded']} -> {one['replayed']}")
    tell(_("{equal} of {count} decisions are the same to the byte").format(equal=equal, count=count))
    raise typer.Exit(Exit.DONE if equal == count and count else Exit.NEGATIVE)


def _replayed(config: Path, params: dict[str, str]) -> Iterator[dict[str, Any]]:
    with counter(config) as asking:
        yield from ask_all(asking, "/replay", params)
