"""A laboratory's files into the ledger, and what of them waits for a person."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import LONG_S, ask, ask_all, counter, in_name_of, segment
from station.cli.file_words import end_of
from station.cli.options import ByOption, ConfigOption, JsonOption, PinOption, typed_number
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell
from ui.words.i18n import translator
from ui.words.vocabulary import analyte_name, basis_name

PROFILES = "lab"  # the folder of profiles beside the site file

ResultArgument = Annotated[str, typer.Argument(help=_("Identifier of the result."))]


def commands(lab: typer.Typer) -> None:
    lab.command("import", help=_("Takes a laboratory's file into the ledger; twice changes nothing."))(take)
    lab.command("waiting", help=_("Results that wait for a person."))(waiting)
    lab.command("match", help=_("Says of a result what its file left open."))(match)
    lab.command("dismiss", help=_("The result is used for nothing; it stays recorded."))(dismiss)


def take(
    file: Annotated[Path, typer.Argument(help=_("File of a laboratory: CSV, XLSX or ASTM."))],
    config: ConfigOption,
    profile: Annotated[
        Path | None,
        typer.Option(help=_("Profile that says how the file is read (TOML); else the only one in lab/.")),
    ] = None,
    customer: Annotated[
        bool, typer.Option("--customer", help=_("A buyer's analyses: rows name papers of movements out."))
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Says only what would become of it."))] = False,
    by: ByOption = None,
    pin: PinOption = None,
    as_json: JsonOption = False,
) -> None:
    read_by = profile or _only_profile(config.parent / PROFILES)
    try:
        files = {one: (path.name, path.read_bytes()) for one, path in (("file", file), ("profile", read_by))}
    except OSError as error:
        end_of(error.filename, error)
    form = {"party": "customer" if customer else "lab", "dry_run": "true" if dry_run else "false"}
    headers = in_name_of(by, pin)
    taken = ask(config, "POST", "/lab/files", files=files, data=form, headers=headers, timeout=LONG_S)
    if as_json:
        out(taken)
    else:
        _tell(taken)
    raise typer.Exit(Exit.NEGATIVE if taken["rejected"] else Exit.DONE)


def _only_profile(folder: Path) -> Path:
    found = sorted(folder.glob("*.toml"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "-"
        why = _("say by --profile how the file is read; {folder} has: {names}")
        fail(why.format(folder=folder, names=names), Exit.USAGE)
    return found[0]


def _tell(taken: dict[str, Any]) -> None:
    if taken["is_repeated"]:
        tell(_("This file was taken in before: nothing changed."))
    for row in taken["rows"]:
        if row["moved"]:
            values = {"line": row["line"], "sought": row["sought"], "analyte": _analyte(row),
                      "old": _value(row["moved"]["from"]), "new": _value(row["moved"]["to"])}  # fmt: skip
            show(_("line {line}: {sought}: {analyte} was {old}, is now {new}").format(**values))
        for reason in row["waits_for"]:
            show(_("line {line}: {sought}: {analyte} waits: {reason}").format(
                line=row["line"], sought=row["sought"], analyte=_analyte(row), reason=reason["message"]
            ))  # fmt: skip
    for one in taken["rejected"]:
        tell(one["message"])
    said = (
        _("would be accepted: {accepted}, waiting: {waiting}, known already: {known}, rejected: {rejected}")
        if taken["dry_run"]
        else _("accepted: {accepted}, waiting: {waiting}, known already: {known}, rejected: {rejected}")
    )
    tell(said.format(**taken["counts"]))


def _analyte(row: dict[str, Any]) -> str:
    return analyte_name(row["analyte"], LANGUAGE)


def _value(told: dict[str, Any]) -> str:
    number = translator(LANGUAGE).plain(told["value"], 6)
    return " ".join(filter(None, (told["comparator"], number, basis_name(told["basis"], LANGUAGE))))


def _recorded(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "analyte": _analyte(row), "value": _value(row)}


def waiting(config: ConfigOption, as_json: JsonOption = False) -> None:
    with counter(config) as asking:
        for row in ask_all(asking, "/lab/waiting", {}):
            if as_json:
                out(row)
                continue
            reasons = "; ".join(reason["message"] for reason in row["waits_for"])
            result = f"{_analyte(row)} {_value(row)}  {row['laboratory']}"
            show(f"{row['id']}  {row['sought']}  {result}: {reasons}")


def match(
    result: ResultArgument,
    config: ConfigOption,
    number: Annotated[
        str | None,
        typer.Option("--sample", "--paper", help=_("The sample's barcode, or a customer's paper.")),
    ] = None,
    basis: Annotated[str | None, typer.Option(help=_("as_is, dm, m12 or m13_5."))] = None,
    nitrogen_factor: Annotated[
        float | None, typer.Option(parser=typed_number, metavar="X", help=_("Of the protein: 5.7, 6.25."))
    ] = None,
    sure: Annotated[bool, typer.Option("--sure", help=_("The value is right though it is unusual."))] = False,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    by: ByOption = None,
    pin: PinOption = None,
) -> None:
    body = {
        "number": number, "basis": basis, "nitrogen_factor": nitrogen_factor, "despite_remarks": sure,
        "note": note,
    }  # fmt: skip
    row = ask(config, "POST", f"/lab/results/{segment(result)}/match", body, headers=in_name_of(by, pin))
    for reason in row["waits_for"]:
        tell(reason["message"])
    if row["state"] == "accepted":
        tell(_("{sought}: {analyte} {value} by {laboratory} is recorded.").format(**_recorded(row)))
    raise typer.Exit(Exit.DONE if row["state"] == "accepted" else Exit.NEGATIVE)


def dismiss(
    result: ResultArgument,
    config: ConfigOption,
    why: Annotated[str, typer.Option(help=_("Why, for whoever asks later."))],
    by: ByOption = None,
    pin: PinOption = None,
) -> None:
    path, headers = f"/lab/results/{segment(result)}/dismiss", in_name_of(by, pin)
    row = ask(config, "POST", path, {"why": why}, headers=headers)
    tell(_("{sought}: {analyte} {value} by {laboratory} is used for nothing.").format(**_recorded(row)))
