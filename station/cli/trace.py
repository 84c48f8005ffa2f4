"""Where grain came from and where it went; a recall drill puts it on paper."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import LONG_S, ask
from station.cli.errors import end_with_file
from station.cli.options import ConfigOption, JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.i18n import translator
from ui.words.traces import lines_of, tables_of, title_of


def register(app: typer.Typer) -> None:
    app.command("trace", help=_("Where grain came from, and where it went."))(trace)


def trace(
    sought: Annotated[
        str, typer.Argument(metavar="TICKET|CELL|LOT", help=_("2026/12, a cell's id, a paper's number."))
    ],
    config: ConfigOption,
    kind: Annotated[str | None, typer.Option(help=_("ticket, cell or lot, where it may be several."))] = None,
    drill: Annotated[bool, typer.Option("--drill", help=_("A recall drill: all of it on paper."))] = False,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("The paper's file; else recall-….pdf, here."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    if kind is not None and kind not in ("ticket", "cell", "lot"):
        fail(_("--kind is ticket, cell or lot, not {kind}").format(kind=kind), Exit.USAGE)
    params = {"sought": sought, **({"kind": kind} if kind else {})}
    found = ask(config, "GET", "/trace", params=params, timeout=LONG_S)
    if as_json:
        out(found)
    else:
        t = translator(LANGUAGE)
        show(title_of(found, t))
        for line in lines_of(tables_of(found, t)):
            show(line)
    if drill or pdf:
        _write(pdf or Path(f"recall-{_file_part(found['subject'])}.pdf"), found)


def _file_part(subject: dict[str, Any]) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", subject["name"] if subject["kind"] == "ticket" else subject["id"])


def _write(file: Path, found: dict[str, Any]) -> None:
    from station.export.table_sheet import SheetTable, tables_pdf

    t = translator(LANGUAGE)
    tables = [SheetTable(one.head, one.rows, one.widths, one.title) for one in tables_of(found, t)]
    note = _("Recall drill of {moment}. Shares are those of a perfect mixture in each cell; who is named may "
             "be concerned whatever his share.").format(moment=t.moment(now()))  # fmt: skip
    try:
        file.write_bytes(tables_pdf(title_of(found, t), tables, [note]))
    except OSError as error:
        end_with_file(file, error)
    tell(_("{file} is written.").format(file=file))
