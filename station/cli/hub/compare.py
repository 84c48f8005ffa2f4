"""`silo hub compare`: what the pages of comparisons say, worked out on demand."""

from typing import Annotated

import typer

from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import _, now, out, show


def register(hub: typer.Typer) -> None:
    hub.command("compare", help=_("Works out what the pages of comparisons say; workers do so each hour."))(
        compare
    )


def compare(
    config: HubConfigOption,
    later: Annotated[bool, typer.Option("--later", help=_("Leave it to a worker (silo hub work)."))] = False,
    as_json: JsonOption = False,
) -> None:
    from station.headquarters.comparisons import Comparing
    from station.headquarters.silos import measured
    from station.hub.database import TABLES, bring_up_to_date
    from station.hub.queue import Queue

    with hub_database(hub_settings(config)) as engine:
        bring_up_to_date(engine)
        if later:
            with Queue.opened(engine) as queue:
                queue.compare()
            return
        found = {one: Comparing(engine, TABLES, one, now()).run() for one in measured(engine, TABLES)}
    if as_json:
        out({one: {"questions": told.questions, "renewed": told.renewed} for one, told in found.items()})
        return
    for one, told in found.items():
        show(
            _("{analyte}: {count} answers, {new} of them new").format(
                analyte=one, count=told.questions, new=told.renewed
            )
        )
