"""`silo hub farm`: farm stores, where grain lies without a station."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.hub.parts import HubConfigOption, WhoOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.farms import farm_problem

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from station.headquarters.farms import Source

FarmArgument = Annotated[str, typer.Argument(help=_("The farm store's id."))]
CellArgument = Annotated[str, typer.Argument(help=_("The cell's id there."))]
NameOption = Annotated[str, typer.Option(help=_("What people call it."))]


def register(hub: typer.Typer) -> None:
    farm = typer.Typer(no_args_is_help=True, help=_("Farm stores, where grain lies without a station."))
    farm.command("add", help=_("Registers a farm store: whose it is, where, under which contract."))(add)
    farm.command("cell", help=_("Gives a farm store a cell."))(cell)
    farm.command(
        "move", help=_("Notes what came, went, was counted or declared; also from a silo's ticket.")
    )(move)
    farm.command("list", help=_("The farm stores and what lies there, with how sure that is."))(list_farms)
    hub.add_typer(farm, name="farm")


def add(
    farm: FarmArgument, config: HubConfigOption, by: WhoOption, name: NameOption,
    owner: Annotated[str, typer.Option(help=_("Whose store it is."))],
    contract: Annotated[str, typer.Option(help=_("The contract's number."))] = "",
    latitude: Annotated[float | None, typer.Option(help=_("Degrees north."))] = None,
    longitude: Annotated[float | None, typer.Option(help=_("Degrees east."))] = None,
) -> None:  # fmt: skip
    from station.headquarters.farms import Farm, add_farm
    from station.hub.database import TABLES

    with _writing(config) as connection:
        made = Farm(farm, name, owner, contract, latitude, longitude, ())
        add_farm(connection, TABLES, made, by, now())
    tell(_("{farm} is registered. Next: silo hub farm cell").format(farm=farm))


def cell(
    farm: FarmArgument, cell: CellArgument, config: HubConfigOption, by: WhoOption, name: NameOption,
    species: Annotated[str, typer.Option(help=_("What lies there."))],
    capacity: Annotated[float, typer.Option(help=_("Tonnes that it holds."))],
) -> None:  # fmt: skip
    from station.headquarters.farms import FarmCell, add_cell
    from station.hub.database import TABLES

    with _writing(config) as connection:
        made = FarmCell(cell, name, species, capacity * 1000, 0.0, "", None, None)
        add_cell(connection, TABLES, farm, made, by, now())


def move(
    farm: FarmArgument, cell: CellArgument,
    kind: Annotated[str, typer.Argument(help=_("in, out, counted or declared."))],
    config: HubConfigOption, by: WhoOption,
    why: Annotated[str, typer.Option("--why", help=_("Why, for whoever asks later."))],
    tonnes: Annotated[float, typer.Option(help=_("How much moved, or lies there."))] = 0.0,
    on: Annotated[datetime | None, typer.Option(help=_("When, by the local clock; none: now."))] = None,
    ticket: Annotated[
        str | None, typer.Option(help=_("A silo's ticket that it comes from: SILO/CAMPAIGN/NUMBER."))
    ] = None,
    movement: Annotated[
        str | None, typer.Option(help=_("A silo's movement that it comes from: SILO/ID."))
    ] = None,
) -> None:  # fmt: skip
    from station.headquarters.farms import Noted, note_move
    from station.hub.database import TABLES

    at = on.astimezone() if on is not None else None
    noted = Noted(kind, by, why, tonnes * 1000, at, _source(ticket, movement))
    with _writing(config) as connection:
        note_move(connection, TABLES, farm, cell, noted, now())


def list_farms(config: HubConfigOption, as_json: JsonOption = False) -> None:
    from station.headquarters.farms import farms
    from station.hub.database import TABLES, bring_up_to_date
    from ui.words.farms import sure_name

    with hub_database(hub_settings(config)) as engine:
        bring_up_to_date(engine)
        with engine.connect() as connection:
            found = farms(connection, TABLES)
    for one in found:
        if as_json:
            out(json.loads(json.dumps(asdict(one), default=str)))
            continue
        show(f"{one.id}  {one.name}  {one.owner}  {one.contract}")
        for held in one.cells:
            sure = sure_name(held.sure, LANGUAGE)
            show(f"  {held.id}  {held.name}  {held.species}  {held.kg / 1000:.1f} t  {sure}")


def _source(ticket: str | None, movement: str | None) -> "Source | None":
    from station.headquarters.farms import Source

    if ticket is not None:
        silo, _slash, rest = ticket.partition("/")
        campaign, _slash, number = rest.rpartition("/")
        if not (silo and campaign and number.isdecimal()):
            fail(_("Name a ticket as SILO/CAMPAIGN/NUMBER."), Exit.USAGE)
        return Source(silo, campaign, int(number))
    if movement is not None:
        silo, _slash, id_ = movement.partition("/")
        if not (silo and id_):
            fail(_("Name a movement as SILO/ID."), Exit.USAGE)
        return Source(silo, movement=id_)
    return None


@contextmanager
def _writing(config: Path) -> "Iterator[Connection]":
    """A transaction; what cannot be is said as a sentence, and nothing is written."""
    from station.headquarters.farms import FarmWrong
    from station.hub.database import bring_up_to_date

    with hub_database(hub_settings(config)) as engine:
        bring_up_to_date(engine)
        try:
            with engine.begin() as connection:
                yield connection
        except FarmWrong as wrong:
            fail(farm_problem(wrong.part, wrong.value, LANGUAGE), Exit.USAGE)
