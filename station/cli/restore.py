"""`silo restore`: a backup becomes the ledger of a closed data folder."""

from pathlib import Path
from typing import Annotated

import typer

from station.cli.errors import end_with, end_with_file, settings_of
from station.cli.options import ConfigOption
from station.cli.say import Exit, _, fail, now, tell


def register(app: typer.Typer) -> None:
    app.command("restore", help=_("Puts a backup in the ledger's place; the station must be stopped."))(
        restore
    )


def restore(
    file: Annotated[Path, typer.Argument(help=_("The backup."))],
    config: ConfigOption,
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Also in the place of a ledger that is whole."))
    ] = False,
) -> None:
    from station.store import restoring
    from station.store.errors import LedgerError

    settings = settings_of(config)
    if not file.is_file():
        fail(_("{file} is no file").format(file=file), Exit.USAGE)
    folder = config.parent / settings.site.data
    try:
        kept = restoring.restore(file, folder, settings.site.id, now(), replace=replace)
    except LedgerError as error:
        end_with(error)
    except OSError as error:
        end_with_file(file, error)
    tell(_("{file} is the ledger now. What was recorded after it was made is not in it.").format(file=file))
    if kept is not None:
        tell(_("The ledger that was there is kept as {file}.").format(file=kept))
