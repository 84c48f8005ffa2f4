"""Options that several commands share."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station.cli.say import LANGUAGE, Exit, _, fail
from ui.words.numbers import numbers_in

DAYS = ["%Y-%m-%d", "%d/%m/%Y"]

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]
JsonOption = Annotated[bool, typer.Option("--json", help=_("JSON lines on standard output."))]
SinceOption = Annotated[datetime | None, typer.Option("--from", formats=DAYS, help=_("First day."))]
UntilOption = Annotated[datetime | None, typer.Option("--to", formats=DAYS, help=_("Day after the last."))]
WhyOption = Annotated[str, typer.Option(help=_("Why, for whoever asks later."))]
ByOption = Annotated[
    str | None, typer.Option(help=_("The manager who decides it; the PIN is asked. Else: installer."))
]
ManagerOption = Annotated[str, typer.Option("--by", help=_("The manager who decides it; the PIN is asked."))]
ReasonOption = Annotated[str, typer.Option("--why", help=_("Why, for whoever asks later."))]
PinOption = Annotated[str | None, typer.Option(hidden=True)]


def span(since: datetime | None, until: datetime | None) -> dict[str, str]:
    """The days as the counter is asked for them."""
    check_days(since, until)
    given = {"since": since, "until": until}
    return {name: day.replace(tzinfo=UTC).isoformat() for name, day in given.items() if day}


def check_days(since: datetime | None, until: datetime | None) -> None:
    """Ends the command where nothing lies between the days."""
    from ui.words.problems import problem

    if since and until and until <= since:
        told = {"begins": f"{since:%d/%m/%Y}", "ends": f"{until:%d/%m/%Y}"}
        fail(". ".join(problem("period_reversed", told, LANGUAGE)), Exit.USAGE)


def utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def typed_number(text: str) -> float:
    """A number with a comma or a point before its decimals. "24,860" may be thousands: it is not guessed,
    but a point is what programs write before decimals."""
    meant = numbers_in(text)
    if len(meant) > 1 and "," in text:
        said = _("{text} may mean {one} or {other}: write one of these")
        fail(said.format(text=text, one=f"{meant[0]:g}", other=f"{meant[1]:g}"), Exit.USAGE)
    return meant[-1] if meant else float(text)


def numbers_by_name(texts: list[str], example: str) -> dict[str, float]:
    """Read what was given as NAME=NUMBER, once for each; ends the command with how to write it."""
    found: dict[str, float] = {}
    for text in texts:
        name, _sign, number = (part.strip() for part in text.partition("="))
        try:
            found[name] = typed_number(number)
        except ValueError:
            fail(_("write {text} as {example}").format(text=text, example=example), Exit.USAGE)
    return found


DespiteOption = Annotated[
    float | None,
    typer.Option(
        "--despite", metavar="TONNES", parser=typed_number,
        help=_("The same tonnes once more: they are right, though the station asks about them."),
    ),
]  # fmt: skip


def kg_of(tonnes: float) -> float:
    return round(tonnes * 1000, 3)


def kg_or_none(tonnes: float | None) -> float | None:
    return None if tonnes is None else kg_of(tonnes)
