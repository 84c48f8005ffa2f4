"""Another instrument at a port: through the running station, else on its closed data folder."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.people import act_on, valid
from station.cli.say import _, now, out, tell

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]


def register(app: typer.Typer) -> None:
    instrument = typer.Typer(no_args_is_help=True, help=_("The instruments of the site."))
    instrument.command("swap", help=_("Another instrument of the same kind measures at a port."))(swap)
    instrument.command("list", help=_("Every instrument that the site has known, as JSON lines."))(show)
    app.add_typer(instrument, name="instrument")


def swap(
    port_id: Annotated[str, typer.Argument(help=_("The instrument's id in the site file."))],
    config: ConfigOption,
    name: Annotated[str, typer.Option(help=_("Name of the instrument that measures from now on."))],
    serial: Annotated[str, typer.Option(help=_("Its serial number."))],
    verified_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help=_("Day its verification ends."))
    ] = None,
    asset_tag: Annotated[str | None, typer.Option(help=_("The site's own number on it."))] = None,
    note: Annotated[str, typer.Option(help=_("Why it was swapped."))] = "",
) -> None:
    from station.api.schemas import SwapIn
    from station.receival import instruments
    from station.receival.desk import Actor

    day = verified_until.date() if verified_until else None
    values = {"name": name, "serial_number": serial, "asset_tag": asset_tag, "note": note}
    body = valid(SwapIn, {**values, "verified_until": day})
    new = instruments.Described(body.name, body.serial_number, body.asset_tag, body.verified_until)
    act_on(
        config,
        lambda call: call("POST", f"/admin/instruments/{port_id}/swap", body.model_dump(mode="json")),
        lambda desk: instruments.swap(desk, port_id, new, body.note, Actor("installer"), now()),
    )
    tell(_("{name} (serial no. {number}) measures here from now on.").format(name=name, number=serial))


def show(config: ConfigOption) -> None:
    for row in act_on(config, lambda call: call("GET", "/admin/instruments", None), _rows):
        out(row)


def _rows(desk: Any) -> list[dict[str, Any]]:
    from station.api.views.instruments import instruments
    from station.api.views.view import View

    with desk.ledger.read() as tx:
        view = View(tx, desk.policy, desk.policy.language, now())
        return [row.model_dump(mode="json") for row in instruments(view)]
