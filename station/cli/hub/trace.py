"""`silo hub trace`: where grain came from and where it went, over all silos."""

from typing import Annotated

import typer

from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import Exit, _, fail, out
from station.cli.trace import DrillOption, KindOption, PdfOption, SoughtArgument, file_of, told_or_drawn


def register(hub: typer.Typer) -> None:
    hub.command("trace", help=_("Where grain came from, and where it went, over all silos."))(trace)


def trace(
    sought: SoughtArgument,
    config: HubConfigOption,
    silo: Annotated[str | None, typer.Option(help=_("The silo's id, where it may be several."))] = None,
    kind: KindOption = None,
    drill: DrillOption = False,
    pdf: PdfOption = None,
    as_json: JsonOption = False,
) -> None:
    from station.api.views.traces import trace as trace_view
    from station.hub.database import TABLES
    from station.store import traced
    from station.store.books import Books

    settings = hub_settings(config)
    with hub_database(settings) as engine, engine.connect() as connection:
        books = Books(connection, TABLES)
        found = [
            one
            for one in traced.subjects(books, sought)
            if kind in (None, one.kind) and silo in (None, one.site)
        ]
        if not found:
            fail(_("no ticket, cell or lot is called {sought} here").format(sought=sought), Exit.NEGATIVE)
        if len(found) > 1:
            names = ", ".join(f"{one.site} {one.kind} {one.name}" for one in found)
            told = _("{sought} may be several: {names}").format(sought=sought, names=names)
            fail(
                f"{told}. " + _("Say which: --silo, --kind, or the campaign before the number."),
                Exit.NEGATIVE,
            )
        answer = trace_view(traced.trace(books, found[0])).model_dump(mode="json")
    if as_json:
        out(answer)
    told_or_drawn(answer, as_json, settings.name, file_of(answer, drill, pdf), silo=str)
