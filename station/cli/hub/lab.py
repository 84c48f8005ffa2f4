"""`silo hub lab`: laboratories' files for all silos, and what of them waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.file_words import end_of
from station.cli.hub.parts import HubConfigOption, StationArgument, WhoOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.hub_lab import lab_state
from ui.words.i18n import translator
from ui.words.lab_files import lab_file_problem
from ui.words.vocabulary import analyte_name, basis_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from station.headquarters.lab import Result
    from station.headquarters.lab_importing import RowTaken, Taken
    from station.lab.files.profile import LabProfile


def register(hub: typer.Typer) -> None:
    lab = typer.Typer(no_args_is_help=True, help=_("What laboratories say of samples of all silos."))
    lab.command("import", help=_("Sends each row of a laboratory's file to the silo of its sample."))(take)
    lab.command("waiting", help=_("Results that wait: for a person, or for their sample."))(waiting)
    lab.command("match", help=_("Says whose sample a result is of; it goes there."))(match)
    hub.add_typer(lab, name="lab")


def take(
    file: Annotated[Path, typer.Argument(help=_("File of a laboratory: CSV, XLSX or ASTM."))],
    config: HubConfigOption, by: WhoOption,
    profile: Annotated[Path, typer.Option(help=_("Profile that says how the file is read (TOML)."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Says only what would become of it."))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.headquarters.lab_importing import Importer, import_file
    from station.hub.database import TABLES
    from station.hub.identity import key_of

    read_as, data = _profile(profile), _bytes(file)
    with _headquarters(config) as connection:
        importer = Importer(key_of(connection, TABLES), by, now())
        taken = import_file(connection, TABLES, importer, data, read_as, file.name, dry_run=dry_run)
    if as_json:
        out({**asdict(taken), "dry_run": dry_run})
    else:
        _tell(taken)
    raise typer.Exit(Exit.NEGATIVE if taken.rejected else Exit.DONE)


def waiting(
    config: HubConfigOption,
    everything: Annotated[
        bool, typer.Option("--all", help=_("With those that wait for their sample since less than an hour."))
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.headquarters import lab
    from station.hub.database import TABLES

    with _headquarters(config) as connection:
        rows = lab.waiting(connection, TABLES, now(), all_of_them=everything)
    for row in rows:
        if as_json:
            out({**asdict(row), "at": row.at.isoformat()})
        else:
            reason = lab_state(row.state, row.why, row.stations, LANGUAGE)
            show(f"{row.id}  {row.sought}  {_value(row)}  {row.laboratory}: {reason}")


def match(
    result: Annotated[str, typer.Argument(help=_("Identifier of the result."))],
    station: StationArgument, config: HubConfigOption, by: WhoOption,
    sample: Annotated[str, typer.Option(help=_("The sample's barcode, or the number of what is kept."))],
) -> None:  # fmt: skip
    from station.headquarters import lab
    from station.hub.database import TABLES
    from station.hub.identity import key_of

    try:
        with _headquarters(config) as connection:
            key = key_of(connection, TABLES)
            lab.match(connection, TABLES, key, result, station, sample, by, now())
    except lab.ResultUnknown:
        fail(_("No result {id} waits here.").format(id=result), Exit.USAGE)
    except lab.SampleUnknown:
        fail(_("{station} has no sample {number}.").format(station=station, number=sample), Exit.USAGE)
    tell(_("It goes to {station}.").format(station=station))


@contextmanager
def _headquarters(config: Path) -> "Iterator[Connection]":
    from station.hub.database import bring_up_to_date

    with hub_database(hub_settings(config)) as engine:
        bring_up_to_date(engine)
        with engine.begin() as connection:
            yield connection


def _profile(file: Path) -> "LabProfile":
    from drivers.errors import SettingError
    from station.lab.importing import profile_of

    try:
        return profile_of(_bytes(file).decode(), str(file))
    except (SettingError, UnicodeDecodeError) as error:
        fail(str(error), Exit.CONFIGURATION)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        end_of(file, error)


def _tell(taken: "Taken") -> None:
    if taken.is_repeated:
        tell(_("This file was taken in before: nothing changed."))
    for row in taken.rows:
        if row.status == "waiting":
            reason = lab_state("waiting", row.why, row.stations, LANGUAGE)
            said = _("line {line}: {sought}: {analyte} waits: {reason}")
            analyte = analyte_name(row.analyte, LANGUAGE)
            show(said.format(line=row.line, sought=row.sought, analyte=analyte, reason=reason))
    for one in taken.rejected:
        tell(lab_file_problem(one.line, one.code, one.params, LANGUAGE))
    said = _("for the silos: {sent}, waiting: {waiting}, known already: {known}, rejected: {rejected}")
    tell(said.format(**taken.counts))


def _value(row: "Result | RowTaken") -> str:
    number = translator(LANGUAGE).plain(row.value, 6)
    analyte, basis = analyte_name(row.analyte, LANGUAGE), basis_name(row.basis, LANGUAGE)
    return " ".join(filter(None, (analyte, row.comparator, number, basis)))
