"""Options that several commands share."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station.cli.say import _

DAYS = ["%Y-%m-%d", "%d/%m/%Y"]

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]
JsonOption = Annotated[bool, typer.Option("--json", help=_("JSON lines on standard output."))]
SinceOption = Annotated[datetime | None, typer.Option("--from", formats=DAYS, help=_("First day."))]
UntilOption = Annotated[datetime | None, typer.Option("--to", formats=DAYS, help=_("Day after the last."))]
WhyOption = Annotated[str, typer.Option(help=_("Why, for whoever asks later."))]
ByOption = Annotated[
    str | None, typer.Option(help=_("The manager who decides it; the PIN is asked. Else: installer."))
]
PinOption = Annotated[str | None, typer.Option(hidden=True)]


def span(since: datetime | None, until: datetime | None) -> dict[str, str]:
    """The days as the counter is asked for them."""
    given = {"since": since, "until": until}
    return {name: day.replace(tzinfo=UTC).isoformat() for name, day in given.items() if day}
