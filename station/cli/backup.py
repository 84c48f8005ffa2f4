"""`silo backup`: the ledger as one file on another disk."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.errors import end_with, end_with_file, settings_of
from station.cli.options import ConfigOption
from station.cli.say import LANGUAGE, Exit, _, fail, tell

if TYPE_CHECKING:
    from station.site.file import SiteSettings

COPY_S = 900.0  # the station copies its ledger before it sends the first byte
CHUNK = 1 << 20


def register(app: typer.Typer) -> None:
    app.command("backup", help=_("A copy of the ledger as one file, also while the station runs."))(backup)


def backup(
    file: Annotated[Path, typer.Argument(help=_("Where to; best on another disk."))], config: ConfigOption
) -> None:
    from station.store.condition import Depth, look
    from station.store.durable import arriving
    from station.store.errors import LedgerError
    from station.store.folder import LEDGER

    settings = settings_of(config)
    folder = config.parent / settings.site.data
    if file.is_dir() or folder.resolve() in file.resolve().parents:
        fail(
            _("{file} is a folder, or in the data folder: name a file elsewhere").format(file=file),
            Exit.USAGE,
        )
    _refuse_to_replace(file)
    try:
        with arriving(file) as part:
            _copy(folder, settings, part)
            look(part, Depth.INDEXES, called=folder / LEDGER)
            size = part.stat().st_size
    except LedgerError as error:
        end_with(error)
    except OSError as error:
        end_with_file(file, error)
    tell(
        _("{file}: the ledger, {megabytes:.1f} MB. Photos, frames and models are not in it.").format(
            file=file, megabytes=size / 1e6
        )
    )


def _refuse_to_replace(file: Path) -> None:
    """Only a backup or an empty file is replaced by another backup."""
    from station.store.copies import is_copy

    if not file.parent.is_dir():
        fail(_("there is no folder {folder}").format(folder=file.parent), Exit.USAGE)
    try:
        if file.exists() and not is_copy(file):
            text = _("{file} is there already and is no backup: name another file")
            fail(text.format(file=file), Exit.USAGE)
    except OSError as error:
        end_with_file(file, error)


def _copy(folder: Path, settings: "SiteSettings", part: Path) -> None:
    """Asks the running station; a closed data folder is copied here, as it is."""
    import sqlite3

    from station.store.condition import Depth, look
    from station.store.copies import copy_ledger
    from station.store.errors import LedgerHeld, meaning_at_start
    from station.store.folder import LEDGER, hold, refuse_lost_ledger

    ledger = folder / LEDGER
    try:
        with closing(hold(folder)):
            refuse_lost_ledger(folder)
            if not os.path.lexists(ledger):
                fail(_("{folder} has no ledger").format(folder=folder), Exit.USAGE)
            look(ledger, Depth.HEAD)
            copy_ledger(ledger, part)
    except LedgerHeld:
        _download(f"{settings.server.url}/api/v1/admin/backup", folder / "admin.token", part)
    except sqlite3.Error as error:
        raise meaning_at_start(error, ledger) or error from error


def _download(url: str, token_file: Path, part: Path) -> None:
    import httpx2

    try:
        headers = {"Authorization": f"Bearer {token_file.read_text()}", "Accept-Language": LANGUAGE}
        with httpx2.stream("POST", url, headers=headers, timeout=COPY_S) as answer, part.open("wb") as copy:
            if answer.is_error:
                answer.read()
                said = answer.json()
                fail(". ".join((said["detail"], said["action"])), _exit_of(said))
            for chunk in answer.iter_bytes(CHUNK):
                copy.write(chunk)
    except httpx2.HTTPError as error:
        text = _("the running station does not answer at {url}: {error}")
        fail(text.format(url=url, error=error), Exit.NETWORK)


def _exit_of(said: dict[str, Any]) -> Exit:
    """What a problem that the station answers means here."""
    if said["code"] == "ledger_damaged":
        return Exit.DATABASE
    return Exit.TRY_AGAIN if said["status"] in (503, 507) else Exit.NEGATIVE
