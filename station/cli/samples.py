"""`silo sample`: what is kept of samples, who has it, and what is sent to a laboratory."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from station.cli.counter import ask, ask_all, counter, in_name_of, segment
from station.cli.errors import end_with_file
from station.cli.handed_out import print_or_write
from station.cli.options import (
    DAYS,
    ConfigOption,
    JsonOption,
    ManagerOption,
    PinOption,
    SinceOption,
    UntilOption,
    WhyOption,
    span,
)
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell
from ui.words.i18n import translator
from ui.words.vocabulary import WHY_SENT, analyte_name, species_name, word

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help=_("The number on the bag."))]
ByOption = Annotated[str, typer.Option(help=_("The operator or manager who does it; the PIN is asked."))]
CsvOption = Annotated[Path | None, typer.Option(help=_("Write the list as CSV."))]
SheetOption = Annotated[Path | None, typer.Option(help=_("Write the list as a PDF, by place."))]
LabelsOption = Annotated[Path | None, typer.Option(help=_("Write labels for the bags as a PDF."))]
State = Literal["kept", "due", "out", "destroyed"]


def register(app: typer.Typer) -> None:
    sample = typer.Typer(no_args_is_help=True, help=_("What is kept of samples, and what is sent."))
    sample.command("list", help=_("What is kept, due (to be destroyed), out or destroyed."))(show_all)
    sample.command("keep", help=_("Keeps a part of a sample, on the next free place."))(keep)
    sample.command("label", help=_("Prints the labels of a retained sample, one for each part."))(label)
    sample.command("hand-over", help=_("Parts of a retained sample were given to somebody."))(hand_over)
    sample.command("received", help=_("Who was given a retained sample has received it."))(received)
    sample.command("destroy", help=_("Retained samples past their date were destroyed."))(destroy)
    sample.command("courtesy", help=_("Enters a farmer's bag, before harvest."))(courtesy)
    sample.command("today", help=_("Bring it today? What becomes of a load like a courtesy sample."))(today)
    sample.command("composite", help=_("Enters a composite sample of loads."))(composite)
    sample.command("loads-kept", help=_("What is kept of a composite's loads, and what is over."))(loads_kept)
    sample.command("to-send", help=_("Chooses what is sent today, or shows the last list again."))(to_send)
    sample.command("send-all", help=_("A wet year: all of a species and period is sent."))(send_all)
    sample.command("final-grade", help=_("A load's grade is provisional no more."))(final_grade)
    app.add_typer(sample, name="sample")


def show_all(
    config: ConfigOption,
    state: Annotated[State, typer.Option(help=_("kept, due, out or destroyed."))] = "kept",
) -> None:
    with counter(config) as asking:
        for row in ask_all(asking, "/retained", {"state": state}):
            out(row)


def keep(
    barcode: str,
    config: ConfigOption,
    by: ByOption,
    place: Annotated[str | None, typer.Option(help=_("Where it lies; else the next free place."))] = None,
    seal: Annotated[str, typer.Option(help=_("The number of its seal."))] = "",
    pin: PinOption = None,
) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    body = {"place": place, "seal": seal}
    out(ask(config, "POST", f"/samples/{segment(barcode)}/retained", body, headers=headers))


def label(
    number: NumberArgument,
    config: ConfigOption,
    by: ByOption,
    printer: Annotated[str | None, typer.Option(help=_("The printer, where there are several."))] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help=_("Draws them here instead."))
    ] = None,
    pin: PinOption = None,
) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    at, to_print = f"/retained/{segment(number)}", {"printer": printer}
    out(print_or_write(config, at, headers, pdf, to_print=to_print, to_write={}))


def hand_over(
    number: NumberArgument,
    whom: Annotated[str, typer.Argument(metavar="WHOM", help=_("Who was given it."))],
    config: ConfigOption,
    by: ByOption,
    parts: Annotated[int | None, typer.Option(help=_("How many parts; else all."))] = None,
    pin: PinOption = None,
) -> None:
    _act(config, number, "hand-over", {"whom": whom, "parts": parts}, by, pin)
    tell(_("{number} was handed to {whom}.").format(number=number, whom=whom))


def received(number: NumberArgument, config: ConfigOption, by: ByOption, pin: PinOption = None) -> None:
    _act(config, number, "received", {}, by, pin)
    tell(_("{number} was received.").format(number=number))


def destroy(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help=_("The numbers on the bags."))],
    config: ConfigOption,
    by: ByOption,
    pin: PinOption = None,
) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    for row in ask(config, "POST", "/retained/destroy", {"numbers": numbers}, headers=headers):
        out(row)


def courtesy(
    barcode: str,
    config: ConfigOption,
    by: ByOption,
    species: Annotated[str | None, typer.Option(help=_("Which species, where it is known."))] = None,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    pin: PinOption = None,
) -> None:
    body = {"barcode": barcode, "kind": "courtesy", "species": species, "note": note}
    out(ask(config, "POST", "/samples", body, headers=in_name_of(by, pin, "Silo-Operator")))


def today(
    barcode: str,
    config: ConfigOption,
    tonnes: Annotated[float, typer.Option(help=_("How much may come, in tonnes."))],
    species: Annotated[str | None, typer.Option(help=_("Where nobody said it of the sample."))] = None,
    claim: Annotated[list[str] | None, typer.Option(help=_("A claim of the load, several times."))] = None,
    as_json: JsonOption = False,
) -> None:
    body = {"barcode": barcode, "load_t": tonnes, "species": species, "claims": claim or []}
    answer = ask(config, "POST", "/courtesy", body)
    if as_json:
        out(answer)
        return
    for line in answer["text"]:
        show(line)


def composite(
    barcode: str,
    config: ConfigOption,
    by: ByOption,
    loads: Annotated[
        list[str] | None, typer.Option("--load", help=_("The id of a load, several times."))
    ] = None,
    cell: Annotated[str | None, typer.Option(help=_("All loads that went into this cell."))] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    pin: PinOption = None,
) -> None:
    body = {"barcode": barcode, "load_ids": loads or [], "cell": cell, "note": note, **span(since, until)}
    out(ask(config, "POST", "/composites", body, headers=in_name_of(by, pin, "Silo-Operator")))


def loads_kept(barcode: str, config: ConfigOption) -> None:
    out(ask(config, "GET", f"/samples/{segment(barcode)}/loads-kept"))


def to_send(
    config: ConfigOption,
    budget: Annotated[int | None, typer.Option(help=_("How many today; else the last list."))] = None,
    by: Annotated[
        str | None, typer.Option(help=_("The operator or manager who chooses; the PIN is asked."))
    ] = None,
    csv: CsvOption = None,
    sheet: SheetOption = None,
    labels: LabelsOption = None,
    pin: PinOption = None,
) -> None:
    """Without --budget nothing is chosen: the last list that has something on it is written again."""
    if budget is None:
        lists = ask(config, "GET", "/sendings", params={"limit": 20})
        if not lists:
            fail(_("nothing was chosen yet: say how many with --budget"), Exit.NEGATIVE)
        sending = next((one for one in lists if one["samples"]), lists[0])
    else:
        if by is None:
            fail(_("who chooses it? Say it with --by"), Exit.USAGE)
        headers = in_name_of(by, pin, "Silo-Operator")
        sending = ask(config, "POST", "/sendings", {"budget": budget}, headers=headers)
    _write(sending, csv, sheet, labels)
    for gain in sending["gains"]:
        tell(_gain_text(gain))
    if not sending["samples"]:
        tell(_("nothing is on this list: what lies there was chosen or drawn before"))
    for sample in sending["samples"]:
        out(sample)


def send_all(
    config: ConfigOption,
    by: ManagerOption,
    species: Annotated[str, typer.Option(help=_("Which species."))],
    since: Annotated[datetime, typer.Option("--from", formats=DAYS, help=_("First day."))],
    until: Annotated[datetime, typer.Option("--to", formats=DAYS, help=_("Day after the last."))],
    why: WhyOption,
    supplier: Annotated[list[str] | None, typer.Option(help=_("Only of this one, several times."))] = None,
    cell: Annotated[list[str] | None, typer.Option(help=_("Only for this cell, several times."))] = None,
    csv: CsvOption = None,
    sheet: SheetOption = None,
    labels: LabelsOption = None,
    pin: PinOption = None,
) -> None:
    """Their grade is provisional from then on."""
    terms = {"species": species, "suppliers": supplier or [], "cells": cell or [], "reason": why}
    headers = in_name_of(by, pin)
    sending = ask(config, "POST", "/sendings/all", {**terms, **span(since, until)}, headers=headers)
    _write(sending, csv, sheet, labels)
    for sample in sending["samples"]:
        out(sample)


def final_grade(
    load: str, config: ConfigOption, by: ManagerOption, why: WhyOption, pin: PinOption = None
) -> None:
    headers = in_name_of(by, pin)
    ask(config, "POST", f"/loads/{segment(load)}/final-grade", {"reason": why}, headers=headers)


def _gain_text(gain: dict[str, Any]) -> str:
    t = translator(LANGUAGE)
    if gain["half_width"] is None:
        text = _("{species}, {analyte}: too few samples with a laboratory's word yet ({n}).")
    else:
        text = _("{species}, {analyte}: bias known within ±{now} with {n}, within ±{then} with {more} more.")
    return text.format(
        species=species_name(gain["species"], LANGUAGE), analyte=analyte_name(gain["analyte"], LANGUAGE),
        n=gain["n"], more=gain["more"], now=t.plain(gain["half_width"] or 0, 2),
        then=t.plain(gain["half_width_then"] or 0, 2),
    )  # fmt: skip


def _write(sending: dict[str, Any], csv: Path | None, sheet: Path | None, labels: Path | None) -> None:
    from station.export.sample_papers import csv_text, labels_pdf
    from station.export.table_sheet import SheetTable, tables_pdf

    samples = sending["samples"]
    head = [_("Number"), _("Place"), _("Species"), _("Barcode"), _("Why")]
    rows = [_row(one, sending["id"]) for one in samples]
    papers: list[tuple[Path, bytes]] = []
    if csv is not None:
        separator = ";" if LANGUAGE == "fr" else ","
        papers.append((csv, csv_text([head, *rows], separator).encode("utf-8-sig")))
    if sheet is not None:
        title = _("Samples to send, {day}, lot {seed}").format(day=sending["at"][:10], seed=sending["seed"])
        by_place = sorted(rows, key=lambda row: row[1])
        papers.append((sheet, tables_pdf(title, [SheetTable(head, by_place, (3, 3, 3, 3, 8))])))
    if labels is not None:
        papers.append((labels, labels_pdf([(row[0], (row[2], row[3])) for row in rows])))
    for file, data in papers:
        try:
            file.write_bytes(data)
        except OSError as error:
            end_with_file(file, error)


def _row(sample: dict[str, Any], sending: str) -> list[str]:
    why = next(one for one in sample["why"] if one["sending_id"] == sending)
    reasons = "; ".join(reason["message"] for reason in why["reasons"])
    named = word(WHY_SENT, why["reason"], LANGUAGE)
    species = species_name(sample["species"], LANGUAGE) if sample["species"] else ""
    text = translator(LANGUAGE).named(named, reasons) if reasons else named
    return [sample["number"], sample["place"], species, sample["barcode"], text]


def _act(config: Path, number: str, act: str, body: dict[str, Any], by: str, pin: str | None) -> None:
    headers = in_name_of(by, pin, "Silo-Operator")
    out(ask(config, "POST", f"/retained/{segment(number)}/{act}", body, headers=headers))
