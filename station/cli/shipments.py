"""`silo shipment`: transfers between own silos, as they leave and as they come. `silo cell out … --to` begins
one."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask, ask_all, counter, in_name_of, segment
from station.cli.file_words import end_of
from station.cli.options import ConfigOption, DespiteOption, PinOption, kg_or_none, typed_number
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell
from ui.words.i18n import translator
from ui.words.vocabulary import claim_name, species_name

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help=_("The shipment's number."))]
ByOption = Annotated[str, typer.Option(help=_("The operator or manager who does it; the PIN is asked."))]
ReasonOption = Annotated[str, typer.Option(help=_("Why, as it will be read later."))]
SpeciesOption = Annotated[
    str | None, typer.Option(help=_("The species, of a shipment of which only the number is known."))
]


def register(app: typer.Typer) -> None:
    shipment = typer.Typer(no_args_is_help=True, help=_("Transfers between own silos."))
    shipment.command("list", help=_("What is under way from here and to here, as JSON lines."))(show_all)
    shipment.command("paper", help=_("The paper that travels with a shipment: its text, or a QR code."))(
        paper
    )
    shipment.command("take", help=_("Reads a shipment's paper in, scanned or typed."))(take)
    shipment.command("arrive", help=_("The truck of a shipment is here."))(arrive)
    shipment.command("cancel", help=_("The truck never left: the grain is in its cell."))(cancel)
    shipment.command("returned", help=_("The truck came back with the grain."))(returned)
    app.add_typer(shipment, name="shipment")


def ship(config: Path, body: dict[str, Any], by: str, pin: str | None) -> None:
    """Grain leaves a cell for another own silo."""
    row = ask(config, "POST", "/shipments", body, headers=in_name_of(by, pin, "Silo-Operator"))
    tonnes = translator(LANGUAGE).tonnes(row["kg"] / 1000)
    said = _("Shipment {number}: {tonnes} to {site}. Its paper: silo shipment paper {number}")
    tell(said.format(number=row["number"], tonnes=tonnes, site=row["to_name"]))
    out(row)


def show_all(
    config: ConfigOption,
    ended: Annotated[
        bool, typer.Option("--ended", help=_("What has arrived, come back or been cancelled."))
    ] = False,
    over: Annotated[
        bool, typer.Option("--over", help=_("Only what lost more than the site allows."))
    ] = False,
) -> None:
    asked = {"ended": "true" if ended or over else "false"}
    with counter(config) as asking:
        for way in ("left", "expected"):
            for row in ask_all(asking, f"/shipments/{way}", asked):
                if not over or row.get("is_over_limit"):
                    out({"way": way, **row})


def paper(
    number: NumberArgument, config: ConfigOption,
    pdf: Annotated[Path | None, typer.Option(help=_("Draws it here, with its QR code."))] = None,
) -> None:  # fmt: skip
    with counter(config) as asking:
        row = next((one for one in ask_all(asking, "/shipments/left", {}) if one["number"] == number), None)
    if row is None:
        fail(_("No shipment {number} is under way from here.").format(number=number), Exit.NEGATIVE)
    if pdf is None:
        show(row["text"])
        return
    try:
        pdf.write_bytes(_drawn(row))
    except OSError as error:
        end_of(pdf, error, Exit.CONFIGURATION)


def _drawn(row: dict[str, Any]) -> bytes:
    from station.export.shipment_sheet import shipment_pdf

    t = translator(LANGUAGE)
    lines = [
        (_("To"), row["to_name"]), (_("Plate"), row["plate"]), (_("Driver"), row["driver"]),
        (_("Species"), species_name(row["species"], LANGUAGE)),
        (_("Weight"), t.tonnes(row["kg"] / 1000) if row["kg"] is not None else ""),
        (_("Claims"), ", ".join(claim_name(one, LANGUAGE) for one in row["claims"])),
        (_("Treated with"), ", ".join(row["treated"])),
        (_("Beware"), _("never to be blended") if row["never_blend"] else ""),
        (_("Left"), t.moment(datetime.fromisoformat(row["left_at"]))),
    ]  # fmt: skip
    title = _("Transfer between silos {number}").format(number=row["number"])
    return shipment_pdf(title, [line for line in lines if line[1]], row["text"])


def take(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help=_("What the QR code says; blanks are nothing."))
    ],
    config: ConfigOption,
    by: ByOption,
    despite: Annotated[bool, typer.Option("--despite", help=_("It was sent on from another silo."))] = False,
    pin: PinOption = None,
) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    body = {"text": text, "despite_site": despite}
    row = ask(config, "POST", "/shipments/expected", body, headers=headers)
    if not row["verified"]:
        tell(_("Not verified: the key of {site} is not known here.").format(site=row["from_name"]))
    out(row)


def arrive(
    number: NumberArgument,
    config: ConfigOption,
    by: ByOption,
    plate: Annotated[str, typer.Option(help=_("The plate that was seen, where it is another."))] = "",
    species: SpeciesOption = None,
    again: Annotated[bool, typer.Option("--again", help=_("The vehicle has another open visit."))] = False,
    pin: PinOption = None,
) -> None:
    body = {"plate": plate, "species": species, "comes_again": again}
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/shipments/expected/{segment(number)}/arrive", body, headers=headers))


def cancel(
    number: NumberArgument, config: ConfigOption, reason: ReasonOption, by: ByOption, pin: PinOption = None
) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/shipments/left/{segment(number)}/cancel", {"reason": reason}, headers=headers))


def returned(
    number: NumberArgument,
    config: ConfigOption,
    reason: ReasonOption,
    by: ByOption,
    tonnes: Annotated[
        float | None, typer.Option(parser=typed_number, help=_("As it was weighed now; else as it left."))
    ] = None,
    cell: Annotated[str | None, typer.Option(help=_("The cell that takes it; else where it was."))] = None,
    despite: DespiteOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "reason": reason, "cell": cell, "kg": kg_or_none(tonnes), "despite_kg": kg_or_none(despite),
        "despite_remarks": despite is not None,
    }  # fmt: skip
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/shipments/left/{segment(number)}/returned", body, headers=headers))
