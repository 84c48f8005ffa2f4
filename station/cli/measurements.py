"""The flat record of values."""

import typer

from station.cli.counter import LONG_S, ask
from station.cli.options import ConfigOption
from station.cli.say import _, tell


def register(app: typer.Typer) -> None:
    measurements = typer.Typer(no_args_is_help=True, help=_("The flat record that comparisons stand on."))
    measurements.callback()(lambda: None)  # one command of a group keeps its name
    measurements.command("rebuild", help=_("Makes it again from the ledger, equal to the byte."))(rebuild)
    app.add_typer(measurements, name="measurements")


def rebuild(config: ConfigOption) -> None:
    made = ask(config, "POST", "/admin/measurements/rebuild", timeout=LONG_S)
    tell(_("The record has {rows} rows.").format(**made))
