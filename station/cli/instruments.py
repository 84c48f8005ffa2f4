"""Another instrument at a port: through the running station, else on its closed data folder."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.people import act_on, valid
from station.cli.say import Exit, _, fail, now, out, pairs, tell

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]


def register(app: typer.Typer) -> None:
    instrument = typer.Typer(no_args_is_help=True, help=_("The instruments of the site."))
    instrument.command("swap", help=_("Another instrument measures at a port, read in its own way."))(swap)
    instrument.command("describe", help=_("Something new is known of an instrument: verified again, say."))(
        describe
    )
    instrument.command("list", help=_("Every instrument that the site has known, as JSON lines."))(show)
    app.add_typer(instrument, name="instrument")


PortId = Annotated[str, typer.Argument(help=_("The instrument's id in the site file."))]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help=_("Day its verification ends."))
]
AssetTag = Annotated[str | None, typer.Option(help=_("The site's own number on it."))]
GrainTemperature = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="LOW HIGH", help=_("Grain temperatures for which it may be believed, °C.")),
]
UncertaintyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ANALYTE=VALUE", help=_("Its standard uncertainty; may be repeated.")),
]


def describe(
    port_id: PortId,
    config: ConfigOption,
    name: Annotated[str | None, typer.Option(help=_("Another name for it."))] = None,
    verified_until: Day = None,
    asset_tag: AssetTag = None,
    grain_temperature: GrainTemperature = None,
    uncertainty: UncertaintyOption = None,
    note: Annotated[str, typer.Option(help=_("Where this is known from."))] = "",
) -> None:
    from station.api.schemas import DescribeIn

    said = _said(verified_until, asset_tag, grain_temperature, uncertainty)
    body = valid(DescribeIn, {"name": name, "note": note, **said})
    act_on(
        config,
        lambda call: call("POST", f"/admin/instruments/{port_id}/describe", body.model_dump(mode="json")),
        lambda desk: _describe_here(desk, port_id, body),
    )
    tell(_("{port} is described anew.").format(port=port_id))


def swap(
    port_id: PortId,
    config: ConfigOption,
    name: Annotated[str, typer.Option(help=_("Name of the instrument that measures from now on."))],
    serial: Annotated[str, typer.Option(help=_("Its serial number."))],
    verified_until: Day = None,
    asset_tag: AssetTag = None,
    grain_temperature: GrainTemperature = None,
    uncertainty: UncertaintyOption = None,
    driver: Annotated[
        str | None, typer.Option(help=_("Kind of device, of: silo devices. Without it as before."))
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("A setting of the driver."))
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help=_("Profile of the device: a file, or the name of one that ships."))
    ] = None,
    address: Annotated[
        str | None, typer.Option(help=_("Where it is plugged in, as port in the site file."))
    ] = None,
    note: Annotated[str, typer.Option(help=_("Why it was swapped."))] = "",
) -> None:
    from station.api.schemas import SwapIn

    chosen = _settings(settings, profile)
    is_rewired = driver is not None or address is not None or chosen is not None
    wiring = {"driver": driver, "address": address, "settings": chosen} if is_rewired else None
    said = _said(verified_until, asset_tag, grain_temperature, uncertainty)
    body = valid(SwapIn, {"name": name, "serial_number": serial, "note": note, "wiring": wiring, **said})
    act_on(
        config,
        lambda call: call("POST", f"/admin/instruments/{port_id}/swap", body.model_dump(mode="json")),
        lambda desk: _swap_here(config, desk, port_id, body),
    )
    tell(_("{name} (serial no. {number}) measures here from now on.").format(name=name, number=serial))


def show(config: ConfigOption) -> None:
    for row in act_on(config, lambda call: call("GET", "/admin/instruments", None), _rows):
        out(row)


def _said(
    verified_until: datetime | None, asset_tag: str | None, grain_temperature: tuple[float, float] | None,
    uncertainty: list[str] | None,
) -> dict[str, Any]:  # fmt: skip
    """What any instrument is described by, as the API takes it."""
    return {
        "verified_until": verified_until.date() if verified_until else None,
        "asset_tag": asset_tag,
        "grain_temperature_c": grain_temperature,
        "uncertainty": _numbers(uncertainty or []),
    }


def _describe_here(desk: Any, port_id: str, body: Any) -> None:
    from station.acts.desk import Actor
    from station.api.routes.instruments import described
    from station.receival.instruments import describe_plugged

    describe_plugged(desk, port_id, described(body), body.note, Actor("installer"), now())


def _swap_here(config: Path, desk: Any, port_id: str, body: Any) -> None:
    """On the closed data folder, checked as the running station would."""
    from station.acts.desk import Actor
    from station.api.routes.instruments import described, wiring_asked
    from station.receival.instruments import swap
    from station.runtime.ports import Ports
    from station.site.read import load_settings

    ports = Ports(load_settings(config), config, desk.ledger, now)
    wiring = ports.check(port_id, wiring_asked(desk, port_id, body))
    swap(desk, port_id, described(body), body.note, Actor("installer"), now(), wiring=wiring)


def _settings(given: list[str] | None, profile: str | None) -> dict[str, str] | None:
    """None where nothing is said. A profile file is named so that the station finds it from anywhere."""
    if given is None and profile is None:
        return None
    said = pairs(given or [])
    if profile is not None:
        file = Path(profile)
        said["profile"] = str(file.resolve()) if file.is_file() else profile
    return said


def _numbers(given: list[str]) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in pairs(given).items()}
    except ValueError:
        fail(_("--uncertainty: write it as moisture=0.2"), Exit.USAGE)


def _rows(desk: Any) -> list[dict[str, Any]]:
    from station.api.views.instruments import instruments
    from station.api.views.view import View

    with desk.ledger.read() as tx:
        view = View(tx, desk.policy, desk.policy.language, now())
        return [row.model_dump(mode="json") for row in instruments(view)]
