"""`silo hub export season`: what the silos did, as files that DuckDB and pandas read."""

from pathlib import Path
from typing import Annotated

import typer

from station.cli.file_words import end_of
from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, out, tell
from ui.words.i18n import translator


def register(hub: typer.Typer) -> None:
    export = typer.Typer(no_args_is_help=True, help=_("Data out of headquarters."))
    export.callback()(lambda: None)  # one command of a group keeps its name
    export.command("season", help=_("All silos' tables as Parquet, a folder a table and campaign."))(season)
    hub.add_typer(export, name="export")


def season(
    config: HubConfigOption,
    parquet: Annotated[Path, typer.Option(help=_("Folder; run again, it is written anew."))],
    campaign: Annotated[str | None, typer.Option(help=_("Only this one; none: all."))] = None,
    with_names: Annotated[
        bool, typer.Option("--with-names", help=_("With what names persons, suppliers and vehicles."))
    ] = False,
    as_json: JsonOption = False,
) -> None:
    from station.headquarters.season_files import MANIFEST, Season, folder_of, write_season
    from station.hub.database import TABLES

    t = translator(LANGUAGE)

    def heard(table: str, rows: int) -> None:
        if rows:
            tell(_("{table}: {rows} rows").format(table=table, rows=t.number(rows, 0)))

    with hub_database(hub_settings(config)) as engine:
        try:
            manifest = write_season(engine, TABLES, Season(parquet, campaign, with_names), heard)
        except OSError as error:
            end_of(parquet, error, Exit.NEGATIVE)
    if campaign is not None and not any(
        f"/{folder_of(campaign)}/" in one["path"] for one in manifest["files"]
    ):
        fail(_("No silo has anything of the campaign {campaign}.").format(campaign=campaign), Exit.NEGATIVE)
    if as_json:
        out(manifest)
    else:
        tell(
            _("{count} files, their rows and digests in {manifest}").format(
                count=len(manifest["files"]), manifest=parquet / MANIFEST
            )
        )
