"""`silo day`: how a collecting day begins and ends."""

import csv
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import Asking, ask, counter, in_name_of
from station.cli.errors import end_with_file
from station.cli.options import DAYS, ConfigOption, JsonOption, PinOption
from station.cli.say import LANGUAGE, Exit, _, fail, out, pairs, show, tell
from ui.words.day_tables import figures_of, signed_by, tables_of, title_of
from ui.words.days import STATES, TOPICS
from ui.words.i18n import translator
from ui.words.traces import lines_of, on_sheet
from ui.words.vocabulary import word

DayOption = Annotated[
    datetime | None, typer.Option(formats=DAYS, help=_("The day; else the next one to close."))
]
SignOption = Annotated[str, typer.Option("--by", help=_("The person who signs; the PIN is asked."))]
PdfOption = Annotated[Path | None, typer.Option(metavar="FILE", help=_("Draws it on a PDF."))]
CsvOption = Annotated[
    Path | None, typer.Option("--csv", metavar="FOLDER", help=_("Writes a CSV file for each table."))
]


def register(app: typer.Typer) -> None:
    day = typer.Typer(no_args_is_help=True, help=_("How a collecting day begins and ends."))
    day.command("open", help=_("The list at the start of the day; with --by a person signs it."))(open_day)
    day.command("show", help=_("What its closing says, or would say now."))(show_day)
    day.command("close", help=_("A person signs what came in; what does not agree has its reason."))(close)
    day.command("list", help=_("The closed days, the last one first."))(list_closed)
    app.add_typer(day, name="day")


def open_day(
    config: ConfigOption,
    by: Annotated[str | None, typer.Option(help=_("The person who signs; the PIN is asked."))] = None,
    wave: Annotated[
        list[str] | None,
        typer.Option(metavar="TOPIC=REASON", help=_("Why the day begins though a line is not in order.")),
    ] = None,
    pin: PinOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    with counter(config) as asking:
        found = asking("GET", "/days/list")
        if not as_json:
            for line in found["lines"]:
                show(_line(line))
        if by is not None:
            headers = in_name_of(by, pin, "Silo-Operator")
            found = asking("POST", "/days/open", {"waved": pairs(wave or [])}, headers=headers)
            tell(_("Signed by {name}.").format(name=found["signed_by"]))
    if as_json:
        out(found)
    wrong = any(line["state"] != "ok" for line in found["lines"])
    raise typer.Exit(Exit.NEGATIVE if wrong and by is None else Exit.DONE)


def _line(line: dict[str, Any]) -> str:
    """As "Bridge [bridge]: in order · the bridge shows zero": the topic's id is what --wave names."""
    state = word(STATES, line["state"], LANGUAGE)
    topic = f"{word(TOPICS, line['topic'], LANGUAGE)} [{line['topic']}]"
    return translator(LANGUAGE).named(topic, " · ".join([state, *line["messages"]]))


def show_day(
    config: ConfigOption, day: DayOption = None, as_json: JsonOption = False, pdf: PdfOption = None,
    to_csv: CsvOption = None,
) -> None:  # fmt: skip
    with counter(config) as asking:
        sheet = _sheet(asking, day)
    if as_json:
        out(sheet)
    else:
        _show(sheet)
    _write(sheet, pdf, to_csv)


def close(
    config: ConfigOption, by: SignOption, day: DayOption = None,
    said: Annotated[
        list[str] | None, typer.Option(metavar="KEY=REASON", help=_("Why, for one line of what was found."))
    ] = None,
    carry_over: Annotated[
        str | None, typer.Option(metavar="REASON", help=_("Why visits that are still open go on tomorrow."))
    ] = None,
    pin: PinOption = None, as_json: JsonOption = False, pdf: PdfOption = None, to_csv: CsvOption = None,
) -> None:  # fmt: skip
    with counter(config) as asking:
        sheet = _sheet(asking, day)
        if sheet["closed_at"]:
            fail(signed_by(sheet, translator(LANGUAGE)), Exit.NEGATIVE)
        if not as_json:
            _show(sheet)
        body = {"day": sheet["day"], "said": _reasons(sheet, pairs(said or []), carry_over)}
        headers = in_name_of(by, pin, "Silo-Operator")
        signed = asking("POST", "/days/close", body, headers=headers)
    tell(signed_by(signed, translator(LANGUAGE)))
    if as_json:
        out(signed)
    _write(signed, pdf, to_csv)


def list_closed(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/days/closings"):
        out(row)


def _sheet(asking: Asking, day: datetime | None) -> dict[str, Any]:
    """The day as it was signed, else as it is now."""
    if day is not None:
        wanted = day.date().isoformat()
        if any(row["day"] == wanted for row in asking("GET", "/days/closings")):
            return dict(asking("GET", f"/days/closings/{wanted}"))
    params = {"day": day.date().isoformat()} if day else {}
    return dict(asking("GET", "/days/sheet", params=params))


def _reasons(sheet: dict[str, Any], said: dict[str, str], carry_over: str | None) -> dict[str, str]:
    """What was said beside the command, else what the person answers; without a terminal nobody answers."""
    found = {}
    for one in sheet["findings"]:
        reason = said.get(one["key"]) or (carry_over if one["code"] == "visit_open" else None)
        if reason is None and sys.stdin.isatty():
            reason = typer.prompt(_("{found}. Why?").format(found=one["message"]), err=True)
        if reason:
            found[one["key"]] = reason
    return found


def _show(sheet: dict[str, Any]) -> None:
    t = translator(LANGUAGE)
    show(title_of(sheet, t))
    for line in lines_of(list(tables_of(sheet, t).values())):
        show(line)
    show("")
    for line in figures_of(sheet, t):
        show(line)


def _write(sheet: dict[str, Any], pdf: Path | None, to_csv: Path | None) -> None:
    from station.export.table_sheet import SheetTable, tables_pdf

    t = translator(LANGUAGE)
    tables = tables_of(sheet, t)
    try:
        if pdf is not None:
            notes = [signed_by(sheet, t), *figures_of(sheet, t)]
            sheets = [SheetTable(*on_sheet(one)) for one in tables.values()]
            pdf.write_bytes(tables_pdf(title_of(sheet, t), sheets, notes))
            tell(_("{file} is written.").format(file=pdf))
        for name, table in tables.items():
            if to_csv is not None:
                _write_csv(to_csv / f"{sheet['day']}-{name}.csv", table)
    except OSError as error:
        end_with_file(pdf or to_csv or Path(), error)


def _write_csv(file: Path, table: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([column.head for column in table.columns])
        writer.writerows([[value for _shown, value in row] for row in table.entries])
    tell(_("{file} is written.").format(file=file))
