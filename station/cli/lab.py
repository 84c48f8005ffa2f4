"""Laboratory results by hand, and what a laboratory's file would give."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station.cli import lab_files
from station.cli.counter import ask
from station.cli.file_words import end_of
from station.cli.options import DAYS, ConfigOption, typed_number
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell
from ui.words.i18n import translator
from ui.words.vocabulary import analyte_name


def register(app: typer.Typer) -> None:
    lab = typer.Typer(no_args_is_help=True, help=_("What laboratories say of samples."))
    lab.command("add", help=_("Records a laboratory's value for a sample."))(add)
    lab.command("read", help=_("A laboratory's file to results; it records nothing."))(read)
    lab_files.commands(lab)
    app.add_typer(lab, name="lab")


def read(
    file: Annotated[Path, typer.Argument(help=_("File of a laboratory: CSV, XLSX or ASTM."))],
    profile: Annotated[Path, typer.Option(help=_("Profile that says how the file is read (TOML)."))],
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON lines on standard output."))] = False,
) -> None:
    from drivers.errors import SettingError
    from station.lab.files.profile import read_lab_profile
    from station.lab.files.read import read_lab_file
    from ui.words.lab_files import lab_file_problem

    try:
        results, errors = read_lab_file(file.read_bytes(), read_lab_profile(profile))
    except SettingError as error:
        fail(str(error), Exit.CONFIGURATION)
    except OSError as error:
        end_of(file, error)
    for result in results:
        told = result.as_dict()
        if as_json:
            out(told)
        else:
            show("  ".join(str(value) for value in told.values() if value not in (None, "", [])))
    for problem in errors:
        tell(lab_file_problem(problem.line, problem.code, problem.params, LANGUAGE))
    counted = _("taken: {results}, waiting for what the file does not say: {waiting}, refused: {errors}")
    waiting = sum(bool(result.waits_for) for result in results)
    tell(counted.format(results=len(results), waiting=waiting, errors=len(errors)))
    raise typer.Exit(Exit.NEGATIVE if errors else Exit.DONE)


def add(
    barcode: str,
    analyte: str,
    value: Annotated[float, typer.Argument(parser=typed_number)],
    config: ConfigOption,
    laboratory: Annotated[str, typer.Option(help=_("Who measured it."))],
    basis: Annotated[str | None, typer.Option(help=_("as_is, dm, m12 or m13_5."))] = None,
    received: Annotated[datetime | None, typer.Option(formats=DAYS, help=_("Day its word came."))] = None,
    note: Annotated[str, typer.Option(help=_("Anything to remember."))] = "",
    below: Annotated[
        bool, typer.Option("--below", help=_("The laboratory says: less than the value."))
    ] = False,
    above: Annotated[
        bool, typer.Option("--above", help=_("The laboratory says: more than the value."))
    ] = False,
    report: Annotated[str, typer.Option(help=_("Number of the laboratory's report."))] = "",
    method: Annotated[str, typer.Option(help=_("How it was measured: Kjeldahl, Dumas."))] = "",
    nitrogen_factor: Annotated[
        float | None, typer.Option(parser=typed_number, metavar="X", help=_("Of the protein: 5.7, 6.25."))
    ] = None,
    uncertainty: Annotated[
        float | None, typer.Option(parser=typed_number, metavar="U", help=_("As the laboratory states it."))
    ] = None,
    citation: Annotated[str, typer.Option(help=_("By what the uncertainty is stated."))] = "",
    sure: Annotated[bool, typer.Option("--sure", help=_("The value is right though it is unusual."))] = False,
) -> None:
    body = {
        "barcode": barcode, "analyte": analyte, "value": value, "basis": basis, "laboratory": laboratory,
        "received_at": received.replace(tzinfo=UTC).isoformat() if received else None, "note": note,
        "despite_remarks": sure, "comparator": "<" if below else ">" if above else "", "report": report,
        "method": method, "nitrogen_factor": nitrogen_factor, "uncertainty": uncertainty,
        "citation": citation,
    }  # fmt: skip
    ask(config, "POST", "/lab/results", body)
    told = {"analyte": analyte_name(analyte, LANGUAGE), "value": translator(LANGUAGE).plain(value, 6)}
    tell(_("{barcode}: {analyte} {value} by {laboratory} is recorded.").format(**{**body, **told}))
