"""`silo restore`: a backup becomes the ledger of a closed data folder."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.errors import end_with, end_with_file, settings_of
from station.cli.options import ConfigOption
from station.cli.say import Exit, _, fail, now, tell

if TYPE_CHECKING:
    from station.site.file import SiteSettings


def register(app: typer.Typer) -> None:
    app.command("restore", help=_("Puts a backup in the ledger's place; the station must be stopped."))(
        restore
    )


LastTicketOption = Annotated[
    list[str] | None,
    typer.Option(
        "--last-ticket",
        help=_("The number on the last ticket on paper; of another campaign than the current: CAMPAIGN=N."),
    ),
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help=_("Also in the place of a ledger that is whole."))
]


TakeOverOption = Annotated[
    bool,
    typer.Option(
        "--take-over",
        help=_("From a second disk: this box takes the place of another; sets up its site file too."),
    ),
]


def restore(
    file: Annotated[Path, typer.Argument(help=_("The backup: a file, or the folder of a second disk."))],
    config: ConfigOption,
    last_ticket: LastTicketOption = None,
    replace: ReplaceOption = False,
    take_over: TakeOverOption = False,
) -> None:
    from station.store import restoring
    from station.store.errors import LedgerError

    if file.is_dir():
        _restore_from_disk(file, config, last_ticket or [], replace=replace, is_new_box=take_over)
        return
    if take_over:
        fail(_("--take-over needs the folder of a second disk, not {file}").format(file=file), Exit.USAGE)
    settings = settings_of(config)
    if not file.is_file():
        fail(_("{file} is no file").format(file=file), Exit.USAGE)
    folder = config.parent / settings.site.data
    try:
        restoring.check_backup(file, settings.site.id)
        last = last_tickets(file, settings, last_ticket or [])
        kept = restoring.restore(file, folder, settings.site.id, now(), last_tickets=last, replace=replace)
    except LedgerError as error:
        end_with(error)
    except OSError as error:
        end_with_file(file, error)
    tell(_("{file} is the ledger now. What was recorded after it was made is not in it.").format(file=file))
    if kept is not None:
        tell(_("The ledger that was there is kept as {file}.").format(file=kept))
    tell_next_tickets(folder, settings.site.id, last)


def _restore_from_disk(
    folder: Path, config: Path, last_ticket: list[str], *, replace: bool, is_new_box: bool
) -> None:
    import os

    from station.backup import taking_over
    from station.backup.disk import Disk
    from station.store.errors import LedgerError

    disk, at = Disk(folder), now()
    try:
        manifest = disk.manifest()
        settings = settings_of(taking_over.stored_site_file(disk, manifest) if is_new_box else config)
        data = config.parent / settings.site.data
        ledger = taking_over.check_ledger(disk, manifest, settings.site.id, _no_rest)
        last = last_tickets(ledger, settings, last_ticket)
        wanted = taking_over.TakeOver(
            config, data, settings.site.id, os.uname().nodename, last, is_new_box, replace
        )
        taken = taking_over.take_over(disk, wanted, at, _no_rest)
    except LedgerError as error:
        end_with(error)
    except OSError as error:
        end_with_file(folder, error)
    for path in taken.replaced:
        tell(_("{file} was another: it is kept beside the new one.").format(file=path))
    made_at = f"{manifest.copies[0].made_at:%Y-%m-%d %H:%M} UTC"
    tell(_("The backup of {made_at} by {box} is the ledger now.").format(made_at=made_at, box=manifest.box))
    if taken.kept is not None:
        tell(_("The ledger that was there is kept as {file}.").format(file=taken.kept))
    if is_new_box:
        tell(_("This box is the station now: {box} accepts nothing any more.").format(box=manifest.box))
    tell_next_tickets(data, settings.site.id, last)


def _no_rest() -> None:
    """A restore has the box for itself."""


def last_tickets(backup: Path, settings: "SiteSettings", given: list[str]) -> Mapping[str, int]:
    """The last number on paper of each campaign that goes on: as given, else as answered. Without a terminal
    to ask at the command ends, and nothing is changed."""
    from station.store import restoring

    known = restoring.tickets_in(backup, settings.site.id)
    open_campaigns = {settings.site.campaign, *settings.site.open_campaigns, *restoring.campaigns_in(backup)}
    last = dict(_given(text, settings.site.campaign, open_campaigns) for text in given)
    for campaign in sorted(open_campaigns - set(last)):
        last[campaign] = _asked(campaign, known.get(campaign, 0))
    return last


def tell_next_tickets(folder: Path, site: str, campaigns: Mapping[str, int]) -> None:
    from station.store import restoring
    from station.store.folder import LEDGER

    known = restoring.tickets_in(folder / LEDGER, site)
    for campaign in sorted(campaigns):
        text = _("Campaign {campaign}: the next ticket is No. {number}.")
        tell(text.format(campaign=campaign, number=known.get(campaign, 0) + 1))
    if restoring.has_headquarters(folder / LEDGER):
        tell(_("Before the first truck: silo post reconcile brings back what headquarters knows."))


def _given(text: str, current: str, known: set[str]) -> tuple[str, int]:
    campaign, _sign, number = text.rpartition("=")
    campaign = campaign or current
    if not number.isdecimal() or campaign not in known:
        said = _("--last-ticket {text}: write a whole number, or CAMPAIGN=N with one of: {known}")
        fail(said.format(text=text, known=", ".join(sorted(known))), Exit.USAGE)
    return campaign, int(number)


def _asked(campaign: str, known: int) -> int:
    if not sys.stdin.isatty():
        said = _(
            "campaign {campaign}: say the number on the last paper with --last-ticket; nothing was changed"
        )
        fail(said.format(campaign=campaign), Exit.USAGE)
    text = _("Campaign {campaign}: the number on the last ticket on paper (the backup knows {known})")
    number = -1
    while number < 0:
        number = typer.prompt(text.format(campaign=campaign, known=known), type=int, err=True)
    return number
