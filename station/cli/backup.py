"""`silo backup`: the ledger as one file, or all that a spare box needs in a folder of a second disk."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from station.cli.counter import address_of_station
from station.cli.errors import end_with, end_with_file, settings_of
from station.cli.options import ConfigOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, show, tell
from ui.words.reasons import message

if TYPE_CHECKING:
    from station.site.file import SiteSettings

COPY_S = 900.0  # the station copies its ledger before it sends the first byte
CHUNK = 1 << 20
MAKE = "make"


class _BackupCommands(TyperGroup):
    """`silo backup FILE` is `silo backup make FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [MAKE, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    commands = typer.Typer(
        cls=_BackupCommands, help=_("Backups, beside the running station or without it; their proof.")
    )
    commands.command(MAKE, help=_("A file: the ledger alone. A folder: all that a spare box needs."))(make)
    commands.command("prove", help=_("Restores it to a scratch folder and compares all that is there."))(
        prove
    )
    commands.command("page", help=_("The page for whoever takes over with a spare box."))(page)
    app.add_typer(commands, name="backup")


FolderArgument = Annotated[
    Path | None, typer.Argument(help=_("The folder on the second disk; without: [backup] folder."))
]


def prove(
    config: ConfigOption,
    folder: FolderArgument = None,
    scratch: Annotated[
        Path | None, typer.Option(help=_("Where there is room for the ledger; without: /var/tmp."))
    ] = None,
) -> None:
    import tempfile

    from station.backup.disk import Disk
    from station.backup.keeper import SCRATCH
    from station.backup.proving import prove as compare
    from station.store.errors import LedgerError

    settings = settings_of(config)
    disk = Disk(_folder(folder, settings))
    base = scratch or (SCRATCH if os.access(SCRATCH, os.W_OK) else None)
    try:
        with tempfile.TemporaryDirectory(prefix="silo-proof-", dir=base) as made:
            proof = compare(disk, Path(made), now(), lambda: None, repair=False)
    except LedgerError as error:
        end_with(error)
    except OSError as error:
        end_with_file(base or disk.folder, error)
    for found in proof.found:
        tell(message(found["code"], found["params"], LANGUAGE))
    made_at = f"{proof.copy_made_at:%Y-%m-%d %H:%M} UTC"
    if proof.found:
        fail(_("the backup of {made_at} is not what it must be").format(made_at=made_at), Exit.NEGATIVE)
    text = _("{folder}: the backup of {made_at} is whole: chain, counts and {photos} photos and models.")
    tell(text.format(folder=disk.folder, made_at=made_at, photos=proof.photos))


class Language(StrEnum):
    FR = "fr"
    EN = "en"


def page(
    config: ConfigOption,
    pdf: Annotated[Path | None, typer.Option(help=_("Where the PDF is written; without: as text."))] = None,
    language: Annotated[Language | None, typer.Option(help=_("Else the site's."))] = None,
) -> None:
    from station.backup.page import page_of, page_pdf
    from ui.words.i18n import translator

    settings = settings_of(config)
    words = translator(language or settings.site.language)
    made = page_of(settings, str(config.absolute()), words)
    if pdf is None:
        for line in made.text.splitlines():
            show(line)
        return
    try:
        pdf.write_bytes(page_pdf(made))
    except OSError as error:
        end_with_file(pdf, error)


def _folder(given: Path | None, settings: "SiteSettings") -> Path:
    folder = given or (settings.backup.folder if settings.backup else None)
    if folder is None:
        fail(_("name a folder, or [backup] folder in the site file"), Exit.USAGE)
    return folder


def make(
    config: ConfigOption,
    place: Annotated[
        Path | None,
        typer.Argument(help=_("A file or a folder on another disk; without: [backup] folder.")),
    ] = None,
) -> None:
    settings = settings_of(config)
    configured = settings.backup.folder if settings.backup else None
    target = place or configured
    if target is None:
        fail(_("name a file or a folder, or [backup] folder in the site file"), Exit.USAGE)
    data = config.parent / settings.site.data
    if data.resolve() in (target.resolve(), *target.resolve().parents):
        fail(_("{file} is in the data folder: name a place elsewhere").format(file=target), Exit.USAGE)
    if place is None or target.is_dir():
        _back_up_to_folder(config, settings, target, begin=place is not None)
    else:
        _back_up_to_file(data, settings, target)


def _back_up_to_folder(config: Path, settings: "SiteSettings", folder: Path, *, begin: bool) -> None:
    from station.backup.disk import Disk
    from station.backup.page import page_of
    from station.backup.standing import standing_of
    from station.backup.station_files import box_of
    from station.backup.writing import Order, make_backup
    from station.store.errors import LedgerError
    from station.store.folder import refuse_another_owner
    from ui.words.i18n import translator

    box = box_of(config, settings)
    page = page_of(settings, str(config.absolute()), translator(settings.site.language)).text
    keep = settings.backup.keep if settings.backup else 6
    epoch = standing_of(box.data).epoch
    try:
        if box.data.is_dir():  # what another user writes there the station could not go on with
            refuse_another_owner(box.data, tells_running=False)
        order = Order(box, lambda part: _copy(box.data, settings, part), epoch, keep, page, begin=begin)
        done = make_backup(Disk(folder), order, now(), lambda: None)
    except (LedgerError, OSError) as error:
        end_with(error)
    newest = done.copies[0]
    text = _(
        "{folder}: ledger ({megabytes:.1f} MB, {tickets} tickets), photos, frames, models and site files."
    )
    tell(text.format(folder=folder, megabytes=newest.size / 1e6, tickets=newest.counts.get("ticket", 0)))
    if done.unread:
        tell(_("These could not be read and are not in it: {names}").format(names=", ".join(done.unread)))
    if done.damaged:
        tell(_("{count} damaged files were left out: silo check names them").format(count=len(done.damaged)))


def _back_up_to_file(data: Path, settings: "SiteSettings", file: Path) -> None:
    from station.store.condition import Depth, look
    from station.store.durable import arriving
    from station.store.folder import LEDGER

    _refuse_to_replace(file)
    with _ending_at(file):
        _check_room(data / LEDGER, file)
        with arriving(file) as part:
            _copy(data, settings, part)
            look(part, Depth.INDEXES, called=data / LEDGER)
            size = part.stat().st_size
    tell(
        _("{file}: the ledger, {megabytes:.1f} MB. Photos, frames and models are not in it.").format(
            file=file, megabytes=size / 1e6
        )
    )


@contextmanager
def _ending_at(file: Path) -> Iterator[None]:
    from station.store.errors import LedgerError

    try:
        yield
    except LedgerError as error:
        end_with(error)
    except OSError as error:
        end_with_file(file, error)


def _check_room(ledger: Path, file: Path) -> None:
    from station.store.room import refuse_too_small

    parts = (ledger, ledger.with_name(f"{ledger.name}-wal"))
    refuse_too_small(file.parent, sum(part.stat().st_size for part in parts if part.exists()))


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
        _download(f"{address_of_station(settings, folder)}/api/v1/admin/backup", folder / "admin.token", part)
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
