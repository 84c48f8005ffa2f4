"""`silo hub state`: the monthly state of stocks, as a table or as CSV."""

import re
from typing import Annotated

import typer

from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, hand_out, now, out, show

_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"


def register(hub: typer.Typer) -> None:
    hub.command("state", help=_("The monthly state of stocks, by silo, species and regime."))(state)


def state(
    config: HubConfigOption,
    month: Annotated[str, typer.Option(help=_("Which month, as 2026-07."))],
    silos: Annotated[
        list[str] | None, typer.Option("--station", help=_("Only this silo; may repeat."))
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("For a spreadsheet."))] = False,
    as_json: JsonOption = False,
) -> None:
    from station.headquarters.state import monthly_state, totals
    from station.headquarters.stock import refresh_all
    from station.hub.database import TABLES, bring_up_to_date
    from ui.web.hub.state_table import state_table
    from ui.web.tables import as_csv as written
    from ui.words.i18n import translator

    if not re.fullmatch(_MONTH, month):
        fail(_("{month} is no month: write it as 2026-07.").format(month=month), Exit.USAGE)
    with hub_database(hub_settings(config)) as engine:
        bring_up_to_date(engine)
        refresh_all(engine, TABLES, now())
        with engine.connect() as connection:
            lines = monthly_state(connection, TABLES, month, silos or None)
    table = state_table(translator(LANGUAGE), month, lines)
    if as_json:
        for line in lines:
            out(line.as_dict())
    elif as_csv:
        hand_out(written(table))
    else:
        for row in (*table.rows, *state_table(translator(LANGUAGE), month, list(totals(lines))).rows):
            show("  ".join(cell.shown for cell in row if cell.shown))
