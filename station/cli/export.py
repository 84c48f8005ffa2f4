"""Data out of the silo."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.counter import ask_all, counter
from station.cli.file_words import end_of
from station.cli.options import ConfigOption, SinceOption, UntilOption, span
from station.cli.say import Exit, _, fail, out, tell

if TYPE_CHECKING:
    from station.store.blobs import Blobs


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
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON on standard output."))] = False,
) -> None:
    from station.export.write import TargetFull

    most = int(max_gb * 1e9) if max_gb is not None else None
    try:
        written = _write(config, folder, most, span(since, until))
    except TargetFull:
        text = _(
            "{folder} is full; what is there is whole. Make room or take a larger one, then run it again."
        )
        fail(text.format(folder=folder), Exit.NEGATIVE)
    except OSError as error:
        end_of(folder, error)
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


def _write(config: Path, folder: Path, most: int | None, days: dict[str, str]) -> dict[str, Any]:
    from station.export.choose import Entry, Worth, in_order
    from station.export.write import write_dataset
    from station.site.read import load_settings
    from station.store.blobs import Blobs

    with counter(config) as ask:
        photos = Blobs(config.parent / load_settings(config).site.data / "photos")
        rows = ask_all(ask, "/admin/dataset", days)
        entries = in_order(Entry(row["capture_id"], Worth[row["worth"].upper()]) for row in rows)

        def record(capture_id: str) -> dict[str, Any]:
            known: dict[str, Any] = ask("GET", f"/admin/dataset/{capture_id}")
            return known

        return asdict(write_dataset(folder, entries, record, partial(_original, photos), most))


def _original(photos: "Blobs", sha256: str) -> bytes | None:
    from station.store.blobs import BlobDamaged, BlobMissing

    try:
        return photos.read(sha256)
    except BlobMissing:
        return None
    except BlobDamaged as error:
        tell(_("{file} is damaged: this photo is left out").format(file=error.path))
        return None
