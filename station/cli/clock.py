"""`silo clock`: how the station's clock stands, and the repair of one that follows wrong records."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from station.cli.counter import ask
from station.cli.errors import settings_of
from station.cli.options import ConfigOption, JsonOption, WhyOption
from station.cli.say import LANGUAGE, Exit, _, out, tell
from ui.words.i18n import translator

_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]


def register(app: typer.Typer) -> None:
    clock = typer.Typer(no_args_is_help=True, help=_("The station's clock: how it stands, and its repair."))
    clock.command("show", help=_("What time it is, and whether that can be believed."))(show)
    clock.command("repair", help=_("Follows the machine's clock again although records lie in its future."))(
        repair
    )
    app.add_typer(clock, name="clock")


def show(config: ConfigOption, as_json: JsonOption = False) -> None:
    standing = ask(config, "GET", "/clock")
    if as_json:
        out(standing)
    else:
        _tell(standing, config)
    raise typer.Exit(Exit.DONE if standing["confirmed"] else Exit.NEGATIVE)


def repair(
    config: ConfigOption,
    time: Annotated[
        datetime | None,
        typer.Option(formats=_FORMATS, help=_("What a watch says at the site; else the machine is right.")),
    ] = None,
    why: WhyOption = "",
) -> None:
    zone = settings_of(config).site.timezone
    at = time.replace(tzinfo=ZoneInfo(zone)) if time and zone else time and time.astimezone()
    body = {"time": at.isoformat() if at else None, "why": why}
    _tell(ask(config, "POST", "/clock/repair", body), config)


def _tell(standing: dict[str, Any], config: Path) -> None:
    name = settings_of(config).site.timezone
    zone, t = ZoneInfo(name) if name else None, translator(LANGUAGE)

    def written(at: str | None) -> str:
        moment = datetime.fromisoformat(at) if at else None
        return f"{t.date(moment, zone)} {t.time(moment, zone)}" if moment else "?"

    kept = {True: _("kept right by a time service"), False: _("kept right by nobody"), None: _("unknown")}
    tell(_("Station time: {time}").format(time=written(standing["now"])))
    machine, how = written(standing["machine"]), kept[standing["synchronised"]]
    tell(_("Machine's clock: {time} ({how})").format(time=machine, how=how))
    if standing["confirmed"]:
        tell(_("The time is confirmed."))
        return
    stated = standing["stated"]
    tell(
        _("The time is not confirmed. Stated: {time}").format(time=written(stated))
        if stated
        else _("The time is not confirmed, and nobody stated it.")
    )
    if standing["doubt"] == "behind" or standing["needs_repair"]:
        tell(_("The records lie ahead of it. Where the machine is right, silo clock repair ends that."))
