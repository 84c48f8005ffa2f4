"""`silo hub import`: bags that came on a stick (`silo post export`)."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.i18n import translator


def take_in(
    folder: Annotated[Path, typer.Argument(help=_("Where silo post export left them: a stick."))],
    config: HubConfigOption, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """By the rules of the wire: signed, in their order, once. Files that are no bags are named and left."""
    from station.hub.database import TABLES
    from station.hub.stick import HAD, SKIPPED, TAKEN, take_all

    if not folder.is_dir():
        fail(_("{folder} is no folder").format(folder=folder), Exit.USAGE)
    counts = Counter[str]()
    with hub_database(hub_settings(config)) as engine:
        for carried in take_all(engine, TABLES, folder, now):
            counts[carried.outcome] += 1
            if carried.outcome == SKIPPED:
                why = _why(carried.reason, carried.detail)
                tell(_("skipped: {file}: {why}").format(file=carried.file, why=why))
    if as_json:
        out({name: counts[name] for name in (TAKEN, HAD, SKIPPED)})
    elif not counts:
        tell(_("There is no bag in {folder}.").format(folder=folder))
    else:
        t = translator(LANGUAGE)
        told = {name: t.number(counts[name], 0) for name in (TAKEN, HAD, SKIPPED)}
        show(_("Bags taken: {taken}; here already: {had}; skipped: {skipped}").format(**told))
    raise typer.Exit(Exit.NEGATIVE if counts[SKIPPED] or not counts else Exit.DONE)


def _why(reason: str, detail: str) -> str:
    """The code first: it is what the other side is told."""
    words = {
        "no_bag": _("it is no bag of a station: leave it"),
        "too_large": _("it is larger than a bag may be: leave it"),
        "not_read": _("it cannot be read: copy it again at the station"),
        "no_signature": _("its signature is missing: copy with silo post export at the station"),
        "unknown_station": _("no station of this id is known: silo hub station add"),
        "revoked": _("its station is revoked: a new code, then silo enrol there"),
        "wrong_signature": _("it is not as its station signed it: copy it again there"),
        "gap": _("bags before it are missing: import the stick that has them"),
        "fork": _("another machine sends as this station: silo hub settle"),
        "epoch": _("it belongs to another life of its station: silo post reconcile there"),
    }
    told = f"{reason}: {words[reason]}" if reason in words else reason
    return f"{told} ({detail})" if detail else told
