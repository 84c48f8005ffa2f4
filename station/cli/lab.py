"""Laboratory results by hand."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from station.cli.counter import ask
from station.cli.options import DAYS, ConfigOption, typed_number
from station.cli.say import _, tell


def register(app: typer.Typer) -> None:
    lab = typer.Typer(no_args_is_help=True, help=_("What laboratories say of samples."))
    lab.callback()(lambda: None)  # one command of a group keeps its name
    lab.command("add", help=_("Records a laboratory's value for a sample."))(add)
    app.add_typer(lab, name="lab")


def add(
    barcode: str,
    analyte: str,
    value: Annotated[float, typer.Argument(parser=typed_number)],
    config: ConfigOption,
    laboratory: Annotated[str, typer.Option(help=_("Who measured it."))],
    basis: Annotated[str | None, typer.Option(help=_("as_is, dm, m12 or m13_5."))] = None,
    received: Annotated[datetime | None, typer.Option(formats=DAYS, help=_("Day its word came."))] = None,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    sure: Annotated[bool, typer.Option("--sure", help=_("The value is right though it is unusual."))] = False,
) -> None:
    body = {
        "barcode": barcode, "analyte": analyte, "value": value, "basis": basis, "laboratory": laboratory,
        "received_at": received.replace(tzinfo=UTC).isoformat() if received else None, "note": note,
        "despite_remarks": sure,
    }  # fmt: skip
    ask(config, "POST", "/lab/results", body)
    tell(_("{barcode}: {analyte} {value} by {laboratory} is recorded.").format(**body))
