"""Where grain came from and where it went; a recall drill puts it on paper."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from station.cli.counter import LONG_S, ask
from station.cli.errors import end_with_file
from station.cli.options import ConfigOption, JsonOption
from station.cli.say import LANGUAGE, _, now, out, show, tell
from ui.words.i18n import translator
from ui.words.traces import Told, lines_of, note_of, on_sheet, supposed_of, tables_of, title_of


def register(app: typer.Typer) -> None:
    app.command("trace", help=_("Where grain came from, and where it went."))(trace)


Kind = Literal["ticket", "cell", "lot"]
SoughtArgument = Annotated[
    str, typer.Argument(metavar="TICKET|CELL|LOT", help=_("2026/12, a cell's id, a paper's number."))
]
KindOption = Annotated[Kind | None, typer.Option(help=_("What it is, where it may be several."))]
DrillOption = Annotated[bool, typer.Option("--drill", help=_("A recall drill: all of it on paper."))]
PdfOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("The paper's file; else recall-….pdf, here."))
]


def trace(
    sought: SoughtArgument, config: ConfigOption, kind: KindOption = None, drill: DrillOption = False,
    pdf: PdfOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    params = {"sought": sought, **({"kind": kind} if kind else {})}
    found = ask(config, "GET", "/trace", params=params, timeout=LONG_S)
    if as_json:
        out(found)
    told_or_drawn(found, as_json, _name_of(config), file_of(found, drill, pdf))


def _name_of(config: Path) -> str:
    from station.site.read import load_settings

    return load_settings(config).site.name


def told_or_drawn(
    found: dict[str, Any], as_json: bool, site: str, file: Path | None,
    silo: Callable[[str], str] | None = None,
) -> None:  # fmt: skip
    """Shows a trace in words unless it was handed out already, and draws it on `file` where there is one."""
    t = translator(LANGUAGE)
    title, tables = title_of(found, t), tables_of(found, t, silo)
    supposed = supposed_of(found, t)
    for line in [] if as_json else [title, *lines_of(tables), *supposed]:
        show(line)
    if file is not None:
        _draw(file, title, tables, [*supposed, note_of(site, now(), t)])


def file_of(found: dict[str, Any], drill: bool, pdf: Path | None) -> Path | None:
    """Return where a drill is drawn."""
    return pdf or (Path(f"recall-{_file_part(found['subject'])}.pdf") if drill else None)


def _file_part(subject: dict[str, Any]) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", subject["id"] if subject["kind"] == "cell" else subject["name"])


def _draw(file: Path, title: str, tables: Sequence[Told], notes: Sequence[str]) -> None:
    from station.export.table_sheet import SheetTable, tables_pdf

    sheets = [SheetTable(*on_sheet(one)) for one in tables]
    try:
        file.write_bytes(tables_pdf(title, sheets, notes))
    except OSError as error:
        end_with_file(file, error)
    tell(_("{file} is written.").format(file=file))
