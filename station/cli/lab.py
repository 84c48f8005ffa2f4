"""Laboratory results by hand: through the running station, else on its closed data folder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.people import act_on, valid
from station.cli.say import LANGUAGE, Exit, _, fail, now, tell

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]


def register(app: typer.Typer) -> None:
    lab = typer.Typer(no_args_is_help=True, help=_("What laboratories say of samples."))
    lab.callback()(lambda: None)  # one command of a group keeps its name
    lab.command("add", help=_("Records a laboratory's value for a sample."))(add)
    app.add_typer(lab, name="lab")


def add(
    barcode: str,
    analyte: str,
    value: float,
    config: ConfigOption,
    laboratory: Annotated[str, typer.Option(help=_("Who measured it."))],
    basis: Annotated[str | None, typer.Option(help=_("as_is, dm, m12 or m13_5."))] = None,
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help=_("Day its word came."))
    ] = None,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
) -> None:
    from station.api.schemas import LabResultIn

    values = {"barcode": barcode, "analyte": analyte, "value": value, "basis": basis, "note": note}
    came = received.replace(tzinfo=UTC) if received else None
    body = valid(LabResultIn, {**values, "laboratory": laboratory, "received_at": came})
    act_on(
        config,
        lambda call: call("POST", "/admin/lab/results", body.model_dump(mode="json")),
        lambda desk: _record(desk, body),
    )
    tell(
        _("{barcode}: {analyte} {value} by {laboratory} is recorded.").format(**values, laboratory=laboratory)
    )


def _record(desk: Any, body: Any) -> None:
    from drivers.reading import Analyte, Basis
    from station.grain.reasons import Reason
    from station.lab.results import NewResult, record_result
    from ui.words.reasons import message

    try:
        analyte = Analyte(body.analyte)
    except ValueError:
        fail(_("{name} is not an analyte").format(name=body.analyte), Exit.USAGE)
    basis = Basis(body.basis) if body.basis else None
    new = NewResult(
        body.barcode, analyte, body.value, basis, body.laboratory, body.received_at or now(), body.note
    )
    found = record_result(desk.ledger, new, "installer", now())
    if isinstance(found, Reason):
        fail(message(found.code, found.params, LANGUAGE), Exit.NEGATIVE)
