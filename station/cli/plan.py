"""`silo plan`: what each cell is for, and how it fills."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask, in_name_of, segment
from station.cli.files import end_taken, read_table
from station.cli.options import (
    ConfigOption,
    JsonOption,
    ManagerOption,
    PinOption,
    ReasonOption,
    numbers_by_name,
    typed_number,
)
from station.cli.say import LANGUAGE, _, out, show, tell
from ui.words.i18n import translator
from ui.words.plan import plan_sentence


def register(app: typer.Typer) -> None:
    plan = typer.Typer(no_args_is_help=True, help=_("The storage plan: what each cell is for."))
    plan.command("show", help=_("Every cell: plan, content, pace, and when it is full."))(show_all)
    plan.command("set", help=_("A manager plans a cell; what is not said stays."))(plan_cell)
    plan.command("import", help=_("Takes a plan out of a CSV file: a line for each cell."))(take)
    app.add_typer(plan, name="plan")


def show_all(config: ConfigOption, as_json: JsonOption = False) -> None:
    for line in ask(config, "GET", "/plan"):
        if as_json:
            out(line)
        else:
            show(_sentence(line))


def plan_cell(
    cell: Annotated[str, typer.Argument(metavar="CELL", help=_("The cell's id in the site file."))],
    config: ConfigOption,
    by: ManagerOption,
    why: ReasonOption,
    species: Annotated[str | None, typer.Option(help=_("The species it takes."))] = None,
    grade: Annotated[str | None, typer.Option(help=_("The quality it takes, by its id."))] = None,
    claim: Annotated[list[str] | None, typer.Option(help=_("A claim it honours; once for each."))] = None,
    no_claims: Annotated[bool, typer.Option("--no-claims", help=_("It honours no claim."))] = False,
    target: Annotated[
        float | None, typer.Option(metavar="TONNES", parser=typed_number, help=_("How much is wanted in it."))
    ] = None,
    expect: Annotated[
        list[str] | None, typer.Option(metavar="WEEK=TONNES", help=_("As 2026-W29=400; once for each week."))
    ] = None,
    pin: PinOption = None,
) -> None:
    body: dict[str, Any] = {"species": species, "grade": grade, "target_t": target, "why": why}
    if claim or no_claims:
        body["claims"] = claim or []
    if expect:
        body["expected"] = numbers_by_name(expect, "2026-W29=400")
    line = ask(config, "POST", f"/plan/cells/{segment(cell)}", body, headers=in_name_of(by, pin))
    tell(_sentence(line))
    out(line)


def take(
    file: Annotated[Path, typer.Argument(help=_("CSV: cell, species, grade, claims, target, weeks."))],
    config: ConfigOption,
    by: ManagerOption,
    why: ReasonOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Says only what would become of it."))] = False,
    pin: PinOption = None,
    as_json: JsonOption = False,
) -> None:
    body = {"text": read_table(file), "why": why, "dry_run": dry_run}
    taken = ask(config, "POST", "/plan/file", body, headers=in_name_of(by, pin))
    said = _("would be planned: {cells}") if dry_run else _("planned: {cells}")
    end_taken(taken, said.format(cells=", ".join(taken["cells"]) or "-"), as_json=as_json)


def _sentence(line: dict[str, Any]) -> str:
    full_at = line["full_at"] and datetime.fromisoformat(line["full_at"]).astimezone()
    return plan_sentence({**line, "full_at": full_at}, translator(LANGUAGE))
