"""What the commands of the hub share: its file, its database, a station that it knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.say import Exit, _, fail, tell

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from station.hub.settings import HubSettings

HubConfigOption = Annotated[Path, typer.Option("--config", help=_("The hub's file (TOML)."))]
StationArgument = Annotated[str, typer.Argument(help=_("The station's id, as its site file has it."))]
WhoOption = Annotated[str, typer.Option("--by", help=_("Who does it, for whoever asks later."))]


def hub_settings(config: Path) -> "HubSettings":
    from station.hub.settings import HubSettingsError, load_hub_settings

    try:
        return load_hub_settings(config)
    except HubSettingsError as error:
        for problem in error.problems:
            tell(f"silo: {problem}")
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
