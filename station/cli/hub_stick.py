"""`silo hub import`: bags that came on a stick (`silo post export`)."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from station.cli.hub_parts import HubConfigOption, hub_database, hub_settings
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
                why = f"{carried.reason} {carried.detail}".strip()
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
