"""`silo outbound`: vehicles that take grain away, and the delivery notes that they leave with."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from station.cli.counter import ask, ask_all, counter, in_name_of
from station.cli.handed_out import print_or_write
from station.cli.options import ConfigOption, JsonOption, PinOption
from station.cli.say import LANGUAGE, _, out, show, tell
from ui.words.i18n import translator
from ui.words.vocabulary import DELIVERY_STATES, OUTBOUND_STATES, species_name, word

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help=_("The delivery note's number."))]
ByOption = Annotated[str, typer.Option(help=_("The operator or manager who does it; the PIN is asked."))]
PrinterOption = Annotated[str | None, typer.Option(help=_("The printer, where there are several."))]
PdfOption = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help=_("Writes it here instead; that is a print too."))
]
PaperOption = Annotated[Literal["A4", "A5"], typer.Option(help=_("The size of the file's page."))]
EndedOption = Annotated[bool, typer.Option("--ended", help=_("Those that left, newest first."))]


def register(app: typer.Typer) -> None:
    outbound = typer.Typer(no_args_is_help=True, help=_("Vehicles that take grain away."))
    outbound.command("list", help=_("The vehicles on the site, and how each stands."))(show_visits)
    outbound.command("orders", help=_("The orders that are open, with what is left of each."))(show_orders)
    outbound.command("notes", help=_("The delivery notes, newest first."))(show_notes)
    outbound.command("show", help=_("A delivery note with its bulletin, as it is printed."))(show_note)
    outbound.command("print", help=_("Prints a delivery note; every further print is a duplicate."))(
        print_note
    )
    app.add_typer(outbound, name="outbound")


def show_visits(config: ConfigOption, ended: EndedOption = False, as_json: JsonOption = False) -> None:
    t = translator(LANGUAGE)
    for row in _all(config, "/outbound", {"ended": "true" if ended else "false"}):
        if as_json:
            out(row)
            continue
        kg = sum(one["kg"] for one in row["loaded"])
        _line(
            t.moment(datetime.fromisoformat(row["ended_at"] or row["arrived_at"])), row["plate"],
            row["buyer"], species_name(row["species"], LANGUAGE),
            word(OUTBOUND_STATES, row["state"], LANGUAGE), t.kg(kg) if kg else "", row["reason"],
        )  # fmt: skip


def show_orders(config: ConfigOption, as_json: JsonOption = False) -> None:
    t = translator(LANGUAGE)
    for row in _all(config, "/outbound/orders"):
        if as_json:
            out(row)
            continue
        left = ""
        if row["left_kg"] is not None:
            left = _("{tonnes} left").format(tonnes=t.tonnes(row["left_kg"] / 1000))
        _line(row["number"], row["campaign"], row["buyer"], species_name(row["species"], LANGUAGE), left)


def show_notes(config: ConfigOption, as_json: JsonOption = False) -> None:
    t = translator(LANGUAGE)
    for row in _all(config, "/outbound/notes"):
        if as_json:
            out(row)
            continue
        state = "" if row["state"] == "issued" else word(DELIVERY_STATES, row["state"], LANGUAGE)
        _line(
            str(row["number"]), t.moment(datetime.fromisoformat(row["at"])), row["plate"], row["buyer"],
            species_name(row["species"], LANGUAGE), t.kg(row["net_kg"]), state,
        )  # fmt: skip


def show_note(number: NumberArgument, config: ConfigOption, as_json: JsonOption = False) -> None:
    row = ask(config, "GET", f"/outbound/notes/{number}")
    if as_json:
        out(row)
    else:
        show(row["text"].rstrip())


def print_note(
    number: NumberArgument, config: ConfigOption, by: ByOption, printer: PrinterOption = None,
    pdf: PdfOption = None, paper: PaperOption = "A4", pin: PinOption = None,
) -> None:  # fmt: skip
    job = print_or_write(
        config, f"/outbound/notes/{number}", in_name_of(by, pin, "Silo-Operator"), pdf,
        to_print={"printer": printer}, to_write={"paper": paper},
    )  # fmt: skip
    if pdf is None:
        said = _("Delivery note {number} goes to the printer {printer}.")
        tell(said.format(number=number, printer=job["printer"]))
    else:
        tell(_("Delivery note {number} is written.").format(number=number))
    if job["is_duplicate"]:
        tell(_("It says DUPLICATA: this note was printed before."))
    out(job)


def _all(config: Path, path: str, params: dict[str, str] | None = None) -> list[dict[str, Any]]:
    with counter(config) as asking:
        return list(ask_all(asking, path, params or {}))


def _line(*texts: str) -> None:
    show("  ".join(filter(None, texts)))
