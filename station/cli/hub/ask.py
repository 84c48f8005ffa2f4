"""`silo hub ask-correction`, `silo hub match-supplier`: what headquarters asks of one station."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from station.cli.hub.parts import (
    HubConfigOption,
    StationArgument,
    WhoOption,
    hub_database,
    hub_settings,
    of_known,
)
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.asked_corrections import field_name, request_state

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from station.headquarters.asking import Asker

Field = Literal["species", "claims", "regime", "supplier", "plate", "trailer"]
WhyOption = Annotated[str, typer.Option("--why", help=_("Why, for whoever asks later."))]
NameOption = Annotated[str, typer.Option("--name", help=_("What the co-operative calls the supplier."))]
SourceOption = Annotated[str, typer.Option("--source", help=_("Whose number it is."))]


def register(hub: typer.Typer) -> None:
    hub.command("ask-correction", help=_("Asks a silo to correct a load; a person there decides."))(correct)
    hub.command("corrections", help=_("What was asked, and what the silos answered."))(listed)
    hub.command("match-supplier", help=_("Says which known supplier one entered at a silo is."))(match)


def correct(
    station: StationArgument,
    load: Annotated[str, typer.Argument(help=_("The load's id, or its ticket's number."))],
    field: Annotated[Field, typer.Argument(help=_("What is wrong."))],
    wanted: Annotated[str, typer.Argument(help=_("What it should be; of a supplier: its number."))],
    config: HubConfigOption, by: WhoOption, why: WhyOption, name: NameOption = "",
    source: SourceOption = "erp", as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.headquarters import asking
    from station.hub.database import TABLES

    if field == "supplier" and not name:
        fail(_("Say by --name what the co-operative calls the supplier."), Exit.USAGE)
    to = asking.Known(wanted, name, source) if field == "supplier" else wanted
    try:
        with _asked(config, station, by) as (connection, asker):
            id_ = asking.ask_correction(connection, TABLES, asker, station, load, field, to, why)
    except asking.NothingToAsk as nothing:
        fail(_("It is so already: {value}").format(value=nothing), Exit.NEGATIVE)
    if as_json:
        out({"request": id_})
    else:
        tell(_("{station} is asked; see silo hub corrections.").format(station=station))


def match(
    station: StationArgument,
    supplier: Annotated[str, typer.Argument(help=_("Its name at the silo, or its id there."))],
    config: HubConfigOption, by: WhoOption, why: WhyOption,
    number: Annotated[str, typer.Option("--number", help=_("Its number at the co-operative."))],
    name: NameOption, source: SourceOption = "erp",
) -> None:  # fmt: skip
    from station.headquarters import asking
    from station.hub.database import TABLES

    known = asking.Known(number, name, source)
    with _asked(config, station, by) as (connection, asker):
        asking.match_supplier(connection, TABLES, asker, station, supplier, known, why)
    tell(_("{station} is told; tickets that are printed stay as they are.").format(station=station))


def listed(config: HubConfigOption, as_json: JsonOption = False) -> None:
    from station.headquarters import asking
    from station.hub.database import TABLES

    with hub_database(hub_settings(config)) as engine, engine.connect() as connection:
        rows = asking.requests(connection, TABLES)
    for row in rows:
        if as_json:
            out({**asdict(row), "at": row.at.isoformat()})
        else:
            state = request_state(row.state, LANGUAGE)
            answer = f" ({row.answer})" if row.answer else ""
            what = f"{field_name(row.field, LANGUAGE)}: {row.was} → {row.wanted}"
            show(f"{row.id}  {row.station}  {row.load}  {what}: {state}{answer}")


@contextmanager
def _asked(config: Path, station: str, by: str) -> "Iterator[tuple[Connection, Asker]]":
    from station.headquarters.asking import Asker, NotThere
    from station.hub.database import TABLES, bring_up_to_date
    from station.hub.identity import key_of

    try:
        with hub_database(hub_settings(config)) as engine, of_known(station):
            bring_up_to_date(engine)
            with engine.begin() as connection:
                yield connection, Asker(key_of(connection, TABLES), by, now())
    except NotThere as missing:
        fail(_("{station} has not exactly one {sought}.").format(station=station, sought=missing), Exit.USAGE)
