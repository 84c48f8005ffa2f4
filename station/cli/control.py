"""`silo control`: control samples, what a failed one holds, adjustments, campaigns of standards."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import typer

from station.cli.counter import ask, ask_all, counter, in_name_of, segment
from station.cli.options import ConfigOption, ManagerOption, PinOption, typed_number
from station.cli.say import _, out

OperatorOption = Annotated[
    str, typer.Option("--by", help=_("The operator or manager who does it; the PIN is asked."))
]
ValueArgument = Annotated[float, typer.Argument(parser=typed_number)]
LineOption = Annotated[
    tuple[float, float] | None, typer.Option(metavar="SLOPE BIAS", help=_("Slope and bias, where known."))
]
Outcome = Literal["confirmed", "corrected", "released"]
TIMES = ["%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def register(app: typer.Typer) -> None:
    control = typer.Typer(no_args_is_help=True, help=_("Control samples, and what a failed one holds."))
    control.command("enter", help=_("Enters a control sample."))(enter)
    control.command("target", help=_("What a control sample is known to have."))(target)
    control.command("list", help=_("The control samples, or who is to measure one."))(show_all)
    control.command("holds", help=_("What is to be confirmed because a control failed."))(holds)
    control.command("end-hold", help=_("A manager confirms, corrects or releases what is held."))(end_hold)
    control.command("adjustment", help=_("An instrument itself was adjusted."))(adjustment)
    control.command("standards", help=_("What a campaign of standards says of each instrument."))(standards)
    app.add_typer(control, name="control")


def enter(
    barcode: str,
    config: ConfigOption,
    by: OperatorOption,
    species: Annotated[str | None, typer.Option(help=_("Which species, where it is known."))] = None,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    pin: PinOption = None,
) -> None:
    body = {"barcode": barcode, "kind": "control", "species": species, "note": note}
    out(ask(config, "POST", "/samples", body, headers=in_name_of(by, pin, "Silo-Operator")))


def target(
    barcode: str,
    analyte: str,
    value: ValueArgument,
    tolerance: ValueArgument,
    config: ConfigOption,
    by: ManagerOption,
    basis: Annotated[
        str | None, typer.Option(help=_("as_is, dm, m12 or m13_5; by_count or by_mass of kernels."))
    ] = None,
    uncertainty: Annotated[float | None, typer.Option(help=_("Its standard uncertainty."))] = None,
    citation: Annotated[str, typer.Option(help=_("Who says so: a report, a certificate."))] = "",
    campaign: Annotated[str, typer.Option(help=_("The campaign of standards it belongs to."))] = "",
    pin: PinOption = None,
) -> None:
    said = {
        "analyte": analyte, "value": value, "tolerance": tolerance, "basis": basis,
        "uncertainty": uncertainty, "citation": citation, "campaign": campaign,
    }  # fmt: skip
    path = f"/controls/{segment(barcode)}/targets"
    out(ask(config, "POST", path, {"targets": [said]}, headers=in_name_of(by, pin)))


def show_all(
    config: ConfigOption,
    due: Annotated[bool, typer.Option("--due", help=_("Who is to measure one, and when."))] = False,
) -> None:
    if due:
        out(ask(config, "GET", "/controls/due"))
        return
    for row in ask(config, "GET", "/controls"):
        out(row)


def holds(
    config: ConfigOption,
    hold: Annotated[str | None, typer.Argument(help=_("One of them, with its values."))] = None,
    every: Annotated[bool, typer.Option("--all", help=_("Also those that were ended."))] = False,
) -> None:
    if hold is not None:
        out(ask(config, "GET", f"/holds/{segment(hold)}"))
        return
    with counter(config) as asking:
        for row in ask_all(asking, "/holds", {"state": "all" if every else "open"}):
            out(row)


def end_hold(
    hold: str,
    act: Annotated[Outcome, typer.Argument(help=_("confirmed, corrected or released."))],
    config: ConfigOption,
    by: ManagerOption,
    why: Annotated[str, typer.Option(help=_("Why, for whoever asks later."))],
    correction: Annotated[str | None, typer.Option(help=_("The approved correction."))] = None,
    pin: PinOption = None,
) -> None:
    body = {"act": act, "reason": why, "correction_id": correction}
    out(ask(config, "POST", f"/holds/{segment(hold)}/end", body, headers=in_name_of(by, pin)))


def adjustment(
    instrument: Annotated[str, typer.Argument(help=_("The instrument's id in the site file, or its own."))],
    analyte: str,
    config: ConfigOption,
    by: ManagerOption,
    why: Annotated[str, typer.Option(help=_("Why, for whoever asks later."))],
    old: LineOption = None,
    new: LineOption = None,
    species: Annotated[str | None, typer.Option(help=_("For which species; else all."))] = None,
    network: Annotated[str, typer.Option(help=_("Who looks after its calibration."))] = "",
    done_by: Annotated[str, typer.Option(help=_("Who did it."))] = "",
    on: Annotated[datetime | None, typer.Option(formats=TIMES, help=_("When; else now. UTC."))] = None,
    pin: PinOption = None,
) -> None:
    before, after = old or (None, None), new or (None, None)
    body = {
        "analyte": analyte, "species": species, "old_slope": before[0], "old_bias": before[1],
        "new_slope": after[0], "new_bias": after[1], "network": network, "done_by": done_by,
        "done_at": on.replace(tzinfo=UTC).isoformat() if on else None, "reason": why,
    }  # fmt: skip
    headers = in_name_of(by, pin)
    with counter(config) as asking:
        named = {"instrument_id": _named(asking("GET", "/instruments"), instrument), **body}
        out(asking("POST", "/adjustments", named, headers=headers))


def standards(
    config: ConfigOption,
    campaign: Annotated[str | None, typer.Argument(help=_("Its name; else the newest."))] = None,
    every: Annotated[bool, typer.Option("--list", help=_("Every campaign, the newest first."))] = False,
) -> None:
    asked = {"campaign": campaign} if campaign else {}
    path = "/standards" if every else "/standards/verdicts"
    for row in ask(config, "GET", path, params={} if every else asked):
        out(row)


def _named(instruments: list[dict[str, Any]], name: str) -> str:
    """The instrument at this port, or with this identifier; what is neither the counter refuses."""
    here = next((row["id"] for row in instruments if row["port_id"] == name), None)
    return str(here or name)
