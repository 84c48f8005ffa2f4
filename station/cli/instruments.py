"""The instruments of the site: another one at a port, and what is known of each."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask, segment
from station.cli.options import DAYS, ConfigOption, numbers_by_name
from station.cli.say import Exit, _, fail, out, pairs, tell


def register(app: typer.Typer) -> None:
    instrument = typer.Typer(no_args_is_help=True, help=_("The instruments of the site."))
    instrument.command("swap", help=_("Another instrument measures at a port, read in its own way."))(swap)
    instrument.command("describe", help=_("Something new is known of an instrument: verified again, say."))(
        describe
    )
    instrument.command("settle", help=_("How large an instrument's numbers are, by a look at its display."))(
        settle
    )
    instrument.command("list", help=_("Every instrument that the site has known, as JSON lines."))(show)
    app.add_typer(instrument, name="instrument")


PortId = Annotated[str, typer.Argument(help=_("The instrument's id in the site file."))]
VerifiedOption = Annotated[datetime | None, typer.Option(formats=DAYS, help=_("Day its verification ends."))]
AssetTag = Annotated[str | None, typer.Option(help=_("The site's own number on it."))]
GrainTemperature = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="LOW HIGH", help=_("Grain temperatures for which it may be believed, °C.")),
]
PlateOption = Annotated[
    tuple[float, float, float] | None,
    typer.Option(metavar="MAX MIN DIVISION", help=_("What a weighbridge's verification plate says, in kg.")),
]
PrinterOption = Annotated[
    bool | None,
    typer.Option(
        "--own-printer/--no-own-printer", help=_("Does its indicator print a slip of each weighing?")
    ),
]
UncertaintyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ANALYTE=VALUE", help=_("Its standard uncertainty; may be repeated.")),
]

LegalOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ANALYTE",
        help=_("Of which analyte its value is the legal one; may be repeated. none: of no analyte."),
    ),
]


def describe(
    port_id: PortId,
    config: ConfigOption,
    name: Annotated[str | None, typer.Option(help=_("Another name for it."))] = None,
    verified_until: VerifiedOption = None,
    asset_tag: AssetTag = None,
    grain_temperature: GrainTemperature = None,
    uncertainty: UncertaintyOption = None,
    plate: PlateOption = None,
    own_printer: PrinterOption = None,
    legal_for: LegalOption = None,
    note: Annotated[str, typer.Option(help=_("Where this is known from."))] = "",
) -> None:
    description = _description(verified_until, asset_tag, grain_temperature, uncertainty, plate)
    description |= {"own_printer": own_printer, "legal_for": _analytes(legal_for)}
    ask(config, "POST", f"{_at(port_id)}/describe", {"name": name, "note": note, **description})
    tell(_("{port} is described anew.").format(port=port_id))


def swap(
    port_id: PortId,
    config: ConfigOption,
    name: Annotated[str, typer.Option(help=_("Name of the instrument that measures from now on."))],
    serial: Annotated[str, typer.Option(help=_("Its serial number."))],
    verified_until: VerifiedOption = None,
    asset_tag: AssetTag = None,
    grain_temperature: GrainTemperature = None,
    uncertainty: UncertaintyOption = None,
    plate: PlateOption = None,
    own_printer: PrinterOption = None,
    legal_for: LegalOption = None,
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
    wiring = {"driver": driver, "address": address, **_settings(settings, profile)}
    rewired = wiring if any(said is not None for said in wiring.values()) else None
    description = _description(verified_until, asset_tag, grain_temperature, uncertainty, plate)
    description |= {"own_printer": own_printer, "legal_for": _analytes(legal_for)}
    body = {"name": name, "serial_number": serial, "note": note, "wiring": rewired, **description}
    ask(config, "POST", f"{_at(port_id)}/swap", body)
    tell(_("{name} (serial no. {number}) measures here from now on.").format(name=name, number=serial))


def settle(
    port_id: PortId,
    config: ConfigOption,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help=_("A setting of the driver."))
    ],
    note: Annotated[str, typer.Option(help=_("Where this is known from."))] = "",
) -> None:
    body = {"settings": pairs(settings), "note": note}
    ask(config, "POST", f"{_at(port_id)}/settle", body)
    tell(_("{port} is read so from now on.").format(port=port_id))


def show(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/instruments"):
        out(row)


def _at(port_id: str) -> str:
    return f"/instruments/{segment(port_id)}"


def _description(
    verified_until: datetime | None, asset_tag: str | None, grain_temperature: tuple[float, float] | None,
    uncertainty: list[str] | None, plate: tuple[float, float, float] | None,
) -> dict[str, Any]:  # fmt: skip
    """What any instrument is described by, as the API takes it."""
    max_kg, min_kg, division_kg = plate or (None, None, None)
    return {
        "max_kg": max_kg,
        "min_kg": min_kg,
        "division_kg": division_kg,
        "verified_until": verified_until.date().isoformat() if verified_until else None,
        "asset_tag": asset_tag,
        "grain_temperature_c": grain_temperature,
        "uncertainty": numbers_by_name(uncertainty or [], "moisture=0.2"),
    }


def _analytes(given: list[str] | None) -> list[str] | None:
    return [] if given == ["none"] else given


def _settings(given: list[str] | None, profile: str | None) -> dict[str, Any]:
    """What the API is told of settings and profile; the station opens no file that it is told of, so that a
    profile's file goes there as text."""
    said = None if given is None else pairs(given)
    file = Path(profile) if profile is not None else None
    if file is None or not file.is_file():
        return {"settings": said if profile is None else {**(said or {}), "profile": profile}}
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}", Exit.USAGE)
    return {"settings": said, "profile": {"name": file.name, "text": text}}
