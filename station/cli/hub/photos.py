"""The photos at the hub: where they are kept, and `silo hub dataset`."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption, SinceOption, UntilOption, utc
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.i18n import translator

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from station.hub.dataset import Photographed
    from station.hub.photo_store import PhotoStore, PhotoStoreFault
    from station.hub.settings import HubSettings

CSV_HEAD = ("station", "capture", "position", "sha256", "size", "at", "species", "here")


def dataset(
    config: HubConfigOption,
    species: Annotated[str, typer.Option(help=_("Of which species."))],
    has: Annotated[
        list[str] | None, typer.Option(help=_("Only with a value by a method, as protein:lab; several."))
    ] = None,
    since: SinceOption = None, until: UntilOption = None,
    order: Annotated[
        bool, typer.Option("--order", help=_("Asks the silos for those that are not here, first."))
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("CSV on standard output."))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    from station.hub.database import TABLES
    from station.hub.dataset import Wanted
    from station.hub.dataset import dataset as find
    from station.hub.photos import want

    wanted = Wanted(species, tuple(_valued(one) for one in has or ()), utc(since), utc(until))
    with hub_database(hub_settings(config)) as engine:
        with engine.connect() as connection:
            rows = list(find(connection, TABLES, wanted))
        lacking = [(row.station, row.sha256) for row in rows if not row.is_here]
        if order and lacking:
            with engine.begin() as connection:
                want(connection, TABLES, lacking, now())
    if as_json:
        for row in rows:
            out(row.told())
    elif as_csv:
        _write_csv(rows)
    else:
        for row in rows:
            here = _("here") if row.is_here else _("not here")
            show(f"{row.station}  {row.at.isoformat()}  {row.sha256}  {_in_short(row)}  {here}")
    tell(_("photos: {count}, not here: {lacking}").format(count=len(rows), lacking=len(set(lacking))))
    if lacking:
        asked = _("Those that are not here are asked for first.")
        tell(asked if order else _("--order asks the silos for those that are not here."))


def photo_store(settings: "HubSettings", config: Path) -> "PhotoStore | None":
    """None: it cannot be used, and people were told why; rows come all the same."""
    from station.hub.photo_store import PhotoStoreFault, store_of

    try:
        return store_of(settings, config)
    except PhotoStoreFault as fault:
        tell(sentence_of(fault))
        return None


def store_problem(settings: "HubSettings", config: Path) -> str | None:
    """Try the store out; return what is wrong with it."""
    from station.hub.photo_store import PhotoStoreFault, store_of

    try:
        store_of(settings, config).try_out()
    except PhotoStoreFault as fault:
        return sentence_of(fault)
    return None


@dataclass(frozen=True, slots=True)
class PhotosProved:
    """What comparing the photos that rows name with the store gave; `fault`: the store said nothing."""

    to_come: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    fault: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.lost and not self.fault

    def told(self) -> dict[str, Any]:
        return {"photos_to_come": len(self.to_come), "photos_lost": self.lost, "photo_store": self.fault}

    def sentences(self) -> list[str]:
        if self.fault:
            return [self.fault]
        t, said = translator(LANGUAGE), []
        if self.lost:
            count = t.number(len(self.lost), 0)
            said.append(_("The store has lost {count} photos, {first} is the first.").format(
                count=count, first=self.lost[0]
            ))  # fmt: skip
        if self.to_come:
            said.append(_("Photos still to come: {count}").format(count=t.number(len(self.to_come), 0)))
        return said


def prove_photos(
    engine: "Engine", settings: "HubSettings", config: Path, station: str, *, order: bool
) -> PhotosProved:
    """Compare the photos that a station's rows name with the store; `order`: ask for those that it lacks."""
    from station.hub.database import TABLES
    from station.hub.photo_store import PhotoStoreFault, store_of
    from station.hub.photos import photos_lacking, want, want_again

    try:
        with engine.begin() as connection:
            lacking = photos_lacking(connection, TABLES, station, store_of(settings, config))
            if order:
                want_again(connection, TABLES, station, lacking.lost, now())
                want(connection, TABLES, [(station, sha256) for sha256 in lacking.to_come], now())
    except PhotoStoreFault as fault:
        return PhotosProved(fault=sentence_of(fault))
    return PhotosProved(lacking.to_come, lacking.lost)


def sentence_of(fault: "PhotoStoreFault") -> str:
    sentences = {
        "wrong_secret": _("The photo store refuses us: the key's id or its secret is wrong."),
        "no_secret": _("The photo store's key is missing: {detail}"),
        "not_found": _("The photo store has no such bucket: {detail}"),
    }
    told = sentences.get(fault.reason, _("The photo store cannot be used: {detail}"))
    return told.format(detail=fault.detail)


def _valued(text: str) -> tuple[str, str]:
    from station.hub.dataset import METHODS

    analyte, colon, method = text.partition(":")
    if not analyte or not colon or method not in METHODS:
        known = ", ".join(METHODS)
        fail(
            _("{text}: write analyte:method, the method one of {known}").format(text=text, known=known),
            Exit.USAGE,
        )
    return analyte, method


def _in_short(row: "Photographed") -> str:
    return " ".join(
        f"{analyte}:{method}={values[0]['value']:g}"
        for analyte, methods in sorted(row.values.items())
        for method, values in sorted(methods.items())
    )


def _write_csv(rows: "Iterable[Photographed]") -> None:
    """The newest value of each analyte by each method has a column of its own."""
    told: list[dict[str, Any]] = []
    for row in rows:
        content = row.told()
        values = content.pop("values")
        for analyte, methods in values.items():
            for method, newest in methods.items():
                content[f"{analyte}:{method}"] = f"{newest[0]['comparator']}{newest[0]['value']}"
        told.append(content)
    columns = sorted({name for content in told for name in content} - set(CSV_HEAD))
    written = StringIO()
    writer = csv.DictWriter(written, [*CSV_HEAD, *columns], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    for line in written.getvalue().splitlines():
        show(line)
