"""`silo reference`: the lists of suppliers, vehicles, varieties, contracts, carriers, buyers and orders."""

from pathlib import Path
from typing import Annotated

import typer

from station.cli.counter import LONG_S, ask, in_name_of, segment
from station.cli.files import end_taken, read_table, write_bytes
from station.cli.options import ConfigOption, JsonOption, ManagerOption, PinOption
from station.cli.say import _, show

ListArgument = Annotated[
    str,
    typer.Argument(
        metavar="LIST",
        help=_("suppliers, vehicles, varieties, contracts, carriers, buyers or orders."),
    ),
]


def register(app: typer.Typer) -> None:
    reference = typer.Typer(no_args_is_help=True, help=_("Lists of suppliers, contracts, vehicles and more."))
    reference.command("import", help=_("Takes a list out of a CSV file; twice changes nothing."))(take)
    reference.command("export", help=_("The list as a CSV file that can be taken again."))(export)
    reference.command("retire", help=_("An entry is offered no more."))(retire)
    app.add_typer(reference, name="reference")


def take(
    name: ListArgument,
    file: Annotated[Path, typer.Argument(help=_("CSV; its first line names the columns."))],
    config: ConfigOption,
    by: ManagerOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Says only what would become of it."))] = False,
    pin: PinOption = None,
    as_json: JsonOption = False,
) -> None:
    body = {"text": read_table(file), "dry_run": dry_run}
    path = f"/reference/{segment(name)}/file"
    taken = ask(config, "POST", path, body, headers=in_name_of(by, pin), timeout=LONG_S)
    said = (
        _("would be new: {added}, changed: {changed}, as before: {known}, not taken: {wrong}")
        if dry_run
        else _("new: {added}, changed: {changed}, as before: {known}, not taken: {wrong}")
    )
    end_taken(taken, said.format(**taken, wrong=len(taken["errors"])), as_json=as_json)


def export(
    name: ListArgument,
    config: ConfigOption,
    file: Annotated[Path | None, typer.Argument(help=_("Where to; shown without it."))] = None,
) -> None:
    text = ask(config, "GET", f"/reference/{segment(name)}")["text"]
    if file is None:
        show(text.rstrip("\r\n"))
        return
    write_bytes(file, text.encode("utf-8-sig"))


def retire(
    name: ListArgument,
    entry: Annotated[str, typer.Argument(help=_("Its number, or its name; a variety's identifier."))],
    config: ConfigOption,
    by: ManagerOption,
    campaign: Annotated[
        str, typer.Option(help=_("Of a contract or order: the current one without it."))
    ] = "",
    pin: PinOption = None,
) -> None:
    body = {"name": entry, "campaign": campaign}
    ask(config, "POST", f"/reference/{segment(name)}/retire", body, headers=in_name_of(by, pin))
