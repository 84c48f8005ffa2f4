"""`silo certificate`: what claims stand on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from station.cli.counter import LONG_S, ask, ask_all, counter, in_name_of, segment
from station.cli.files import end_taken, read_table
from station.cli.options import DAYS, ConfigOption, JsonOption, ManagerOption, PinOption, ReasonOption
from station.cli.say import LANGUAGE, _, out, tell
from ui.words.vocabulary import claim_name


def register(app: typer.Typer) -> None:
    certificate = typer.Typer(no_args_is_help=True, help=_("What suppliers' claims stand on."))
    certificate.command("list", help=_("Certificates as JSON lines, newest first."))(show_all)
    certificate.command("add", help=_("A supplier is certified for a claim."))(add)
    certificate.command("withdraw", help=_("A certificate holds no more."))(withdraw)
    certificate.command("import", help=_("Takes certificates out of a CSV file; twice adds nothing."))(take)
    app.add_typer(certificate, name="certificate")


DayOption = Annotated[datetime, typer.Option("--from", formats=DAYS, help=_("First day."))]
LastOption = Annotated[datetime, typer.Option("--until", formats=DAYS, help=_("Last day, included."))]


def show_all(config: ConfigOption) -> None:
    with counter(config) as asking:
        for row in ask_all(asking, "/certificates", {"limit": 500}):
            out(row)


def add(
    supplier: Annotated[str, typer.Argument(help=_("A supplier's name."))],
    claim: Annotated[str, typer.Argument(help=_("The claim, by its id or its name."))],
    number: Annotated[str, typer.Argument(help=_("The certificate's number."))],
    config: ConfigOption,
    first: DayOption,
    last: LastOption,
    by: ManagerOption,
    body: Annotated[str, typer.Option(help=_("Who certifies."))] = "",
    pin: PinOption = None,
) -> None:
    said = {
        "supplier": supplier, "claim": claim, "number": number, "body": body,
        "valid_from": first.date().isoformat(), "valid_until": last.date().isoformat(),
    }  # fmt: skip
    row = ask(config, "POST", "/certificates", said, headers=in_name_of(by, pin))
    words = {"supplier": row["supplier"], "claim": claim_name(row["claim"], LANGUAGE)}
    tell(_("{supplier} is certified: {claim}.").format(**words))
    out(row)


def withdraw(
    certificate: Annotated[str, typer.Argument(metavar="ID", help=_("The certificate's id, as listed."))],
    config: ConfigOption,
    by: ManagerOption,
    why: ReasonOption,
    pin: PinOption = None,
) -> None:
    path = f"/certificates/{segment(certificate)}/withdraw"
    out(ask(config, "POST", path, {"why": why}, headers=in_name_of(by, pin)))


def take(
    file: Annotated[Path, typer.Argument(help=_("CSV: supplier, claim, number, body, from, until."))],
    config: ConfigOption,
    by: ManagerOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Says only what would become of it."))] = False,
    pin: PinOption = None,
    as_json: JsonOption = False,
) -> None:
    body = {"text": read_table(file), "dry_run": dry_run}
    headers = in_name_of(by, pin)
    taken = ask(config, "POST", "/certificates/file", body, headers=headers, timeout=LONG_S)
    said = (
        _("would be entered: {added}, known already: {known}, not taken: {wrong}")
        if dry_run
        else _("entered: {added}, known already: {known}, not taken: {wrong}")
    )
    end_taken(taken, said.format(**taken, wrong=len(taken["errors"])), as_json=as_json)
