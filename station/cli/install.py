"""`silo install`: the station of this box, from Debian's packages to accepting trucks; a second run changes
nothing."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from station.cli.errors import end_with_settings
from station.cli.options import JsonOption
from station.cli.say import Exit, _, fail, out, show, tell
from ui.words.i18n import N_

_STEPS = {
    "packages": N_("Debian packages"),
    "user": N_("the user silo"),
    "site": N_("the site file in /etc/silo, the data folder /var/lib/silo"),
    "passwords": N_("the passwords of the broker"),
    "broker": N_("the broker"),
    "release": N_("the release in /opt/silo"),
    "units": N_("the units of systemd"),
    "token": N_("the token of the terminal"),
    "service": N_("the service"),
    "accepting": N_("the station accepts trucks"),
}


def register(app: typer.Typer) -> None:
    app.command("install", help=_("Installs the station on this Debian box, as root."))(install)


def install(
    config: Annotated[Path | None, typer.Option(help=_("The site file."))] = None,
    packages: Annotated[
        Path | None, typer.Option("--from", help=_("Takes packages and wheels from this folder."))
    ] = None,
    collect: Annotated[
        Path | None,
        typer.Option(help=_("Makes such a folder, on a box with a network, and installs nothing.")),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    if collect is not None:
        _collect(collect)
    elif config is None:
        fail(_("name the site file: --config site.toml"), Exit.USAGE)
    elif os.geteuid() != 0:
        fail(_("only root installs: sudo ./silo install"), Exit.USAGE)
    else:
        _install(config, packages, as_json=as_json)


def _collect(folder: Path) -> None:
    from station.installation.collect import collect
    from station.installation.machine import StepFailed

    try:
        count = collect(folder)
    except StepFailed as error:
        fail(str(error), Exit.NETWORK)
    said = _("{folder}: {packages} Debian packages and {wheels} wheels, for silo install --from")
    tell(said.format(folder=folder, packages=count.packages, wheels=count.wheels))


def _install(config: Path, packages: Path | None, *, as_json: bool) -> None:
    from station.installation.machine import Machine, StepFailed
    from station.installation.steps import DiskTooSmall, Installation, checked, is_release, summary
    from station.setting_problems import SettingsError

    release = Path(__file__).resolve().parents[2]
    if not is_release(release):
        fail(_("start it as ./silo install, from the unpacked tree"), Exit.USAGE)
    machine = Machine()
    try:
        wanted = checked(config.resolve(), release, packages and packages.resolve(), machine)
    except SettingsError as error:
        end_with_settings(config, error)
    except DiskTooSmall as error:
        text = _(
            "the disk of {place} has {free} MB free and {needed} are needed: {missing} MB are missing. "
            "Nothing was changed."
        )
        missing = error.needed_mb - error.free_mb
        told = {"place": error.place, "free": error.free_mb, "needed": error.needed_mb, "missing": missing}
        fail(text.format(**told), Exit.NEGATIVE)
    installation = Installation(machine, wanted, lambda: secrets.token_urlsafe(18))
    words = {True: _("changed"), False: _("ok")}
    try:
        for step in installation.run():
            tell(f"{words[step.is_changed]:<8} {_(_STEPS[step.name])}")
            if step.name == "token" and installation.token and not as_json:
                tell(_("Keep this token; it is not shown again:"))
                show(installation.token)
    except (StepFailed, OSError) as error:
        if as_json:
            out(summary(installation))
        fail(str(error), Exit.NEGATIVE)
    if as_json:
        out(summary(installation))
