"""Data out of the silo: through the running station, else from its closed data folder."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.people import act_on
from station.cli.say import Exit, _, fail, out, tell

ConfigOption = Annotated[Path, typer.Option(help=_("The site file."))]
DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
LIST_S = 300.0


def register(app: typer.Typer) -> None:
    export = typer.Typer(no_args_is_help=True, help=_("Data out of the silo."))
    export.callback()(lambda: None)  # one command of a group keeps its name
    export.command("dataset", help=_("Photos with all that is known of them, for who trains models."))(
        dataset
    )
    app.add_typer(export, name="export")


def dataset(
    folder: Annotated[Path, typer.Argument(help=_("Folder or stick; run again, it goes on where it was."))],
    config: ConfigOption,
    max_gb: Annotated[
        float | None, typer.Option(min=0.001, help=_("No more than this in the folder."))
    ] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=DAYS, help=_("First day."))] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAYS, help=_("Day after the last."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON on standard output."))] = False,
) -> None:
    from station.export.write import TargetFull

    span = {
        name: day.replace(tzinfo=UTC) if day else None for name, day in (("since", since), ("until", until))
    }
    most = int(max_gb * 1e9) if max_gb is not None else None
    try:
        written = act_on(
            config,
            lambda call: _written(config, folder, most, *_asking(call, span)),
            lambda desk: _written(config, folder, most, *_reading(desk, span)),
        )
    except TargetFull:
        text = _(
            "{folder} is full; what is there is whole. Make room or take a larger one, then run it again."
        )
        fail(text.format(folder=folder), Exit.NEGATIVE)
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}", Exit.USAGE)
    if as_json:
        out(written)
    tell(
        _("{added} captures added, {there} were there, {megabytes:.0f} MB in the folder").format(
            megabytes=written["bytes"] / 1e6, **written
        )
    )
    if written["unclean"]:
        tell(
            _("{unclean} photos left out: their kind cannot be cleaned of place and person").format(**written)
        )
    if written["capped"]:
        tell(_("The size limit ended it: the ordinary captures are missing."))


Source = tuple[list[Any], Callable[[str], dict[str, Any]]]


def _asking(call: Callable[..., Any], span: dict[str, datetime | None]) -> Source:
    """Entries and records from the running station."""
    from urllib.parse import urlencode

    from station.export.choose import Entry, Worth

    given = {name: at.isoformat() for name, at in span.items() if at}
    rows = call("GET", f"/admin/dataset?{urlencode(given)}", None, timeout_s=LIST_S)
    entries = [Entry(row["capture_id"], Worth[row["worth"].upper()]) for row in rows]
    return entries, lambda capture_id: call("GET", f"/admin/dataset/{capture_id}", None)


def _reading(desk: Any, span: dict[str, datetime | None]) -> Source:
    """Entries and records of the closed data folder."""
    from station.export.choose import chosen
    from station.export.records import record
    from station.models.references import references

    def told(capture_id: str) -> dict[str, Any]:
        with desk.ledger.read() as tx:
            found = record(tx, capture_id)
        assert found is not None  # it was listed, and nothing is ever deleted
        return found

    with desk.ledger.read() as tx:
        entries = chosen(tx, span["since"], span["until"], lambda ids: references(tx, desk, ids))
    return entries, told


def _written(
    config: Path, folder: Path, most: int | None, entries: list[Any], record: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    from dataclasses import asdict

    from station.export.write import write_dataset
    from station.site.read import load_settings
    from station.store.blobs import Blobs

    photos = Blobs(config.parent / load_settings(config).site.data / "photos")

    def original(sha256: str) -> bytes | None:
        try:
            return photos.path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    return asdict(write_dataset(folder, entries, record, original, most))
