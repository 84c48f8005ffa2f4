"""What the commands of the hub share: its file, its database, a station that it knows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drivers.text import HiddenCharacter, checked_text
from station.cli.say import LANGUAGE, Exit, _, fail, tell

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from station.hub.settings import HubSettings

STATION_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}\Z")  # `station.site.file.Id`
MOST_NAME = 120
HubConfigOption = Annotated[Path, typer.Option("--config", help=_("The hub's file (TOML)."))]


def station_id(text: str) -> str:
    """An id as a site file may have it; ends the command for another."""
    if not STATION_ID.match(text):
        told = _("{text}: a station's id is that of its site file: 1 to 31 of a-z, 0-9, - and _")
        fail(told.format(text=text), Exit.USAGE)
    return text


def some_text(text: str) -> str:
    """A name, in one line; ends the command for one that cannot be kept."""
    try:
        text = checked_text(text).strip()
    except HiddenCharacter:
        text = ""
    if not 0 < len(text) <= MOST_NAME:
        told = _("a name has 1 to {most} characters, all to be seen")
        fail(told.format(most=MOST_NAME), Exit.USAGE)
    return text


StationArgument = Annotated[
    str, typer.Argument(help=_("The station's id, as its site file has it."), callback=station_id)
]
WhoOption = Annotated[
    str, typer.Option("--by", help=_("Who does it, for whoever asks later."), callback=some_text)
]


def hub_settings(config: Path) -> "HubSettings":
    from station.hub.settings import load_hub_settings
    from station.setting_problems import SettingsError

    try:
        return load_hub_settings(config)
    except SettingsError as error:
        for problem in error.problems:
            tell(f"silo: {problem.line(LANGUAGE)}")
        raise typer.Exit(Exit.CONFIGURATION) from None


@contextmanager
def hub_database(settings: "HubSettings") -> "Iterator[Engine]":
    """Ends the command with a sentence, whatever the database has against it."""
    from station.hub import database

    try:
        with database.connected(settings.address) as engine:
            yield engine
    except database.HubAddressWrong as error:
        told = _("database: this is no address of PostgreSQL ({error})")
        fail(told.format(error=error), Exit.CONFIGURATION)
    except database.HubDatabaseUnreachable as error:
        told = _("The hub's database does not answer: {error}. Start it, or correct its address.")
        fail(told.format(error=error), Exit.NETWORK)
    except database.HubNotMade:
        told = _("The hub's database is empty or older than this release: silo hub serve makes it.")
        fail(told, Exit.NEGATIVE)
    except database.HubDatabaseRefuses as error:
        told = _("The hub's database refuses: {error}")
        fail(told.format(error=error), Exit.TRY_AGAIN if error.passing else Exit.DATABASE)


@contextmanager
def of_known(station: str) -> Iterator[None]:
    from station.hub.stations import StationUnknown

    try:
        yield
    except StationUnknown:
        fail(_("No station {station} is known here.").format(station=station), Exit.USAGE)
