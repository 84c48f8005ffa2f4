"""One stage of the flow on files: decode, inspect, route."""

import os
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from station.cli.file_words import end_of, said_of
from station.cli.files import read_text
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, pairs, tell, with_messages

if TYPE_CHECKING:
    from drivers.errors import FrameError
    from drivers.reading import Reading

CHUNK = 65_536
_T = TypeVar("_T")


class CardWish(StrEnum):
    OPTIONAL = "optional"
    REQUIRED = "required"


def register(app: typer.Typer) -> None:
    app.command("decode", help=_("Bytes of a device to readings, one JSON object per valid frame."))(decode)
    app.command("inspect", help=_("Photos to kernel counts and shares, one JSON object per photo."))(inspect)
    app.command("route", help=_("A sample and the cells to a ranked proposal, as JSON."))(route)


def decode(
    file: Annotated[
        str,
        typer.Argument(
            help=_("File with the bytes, a segment of the frame journal, or - for standard input.")
        ),
    ],
    driver: Annotated[str, typer.Option(help=_("Kind of device."))],
    profile: Annotated[
        str | None, typer.Option(help=_("Profile of the device: a file, or the name of one that ships."))
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("A setting of the driver."))
    ] = None,
) -> None:
    from drivers.errors import FrameError, SettingError

    chosen = pairs(settings or []) | ({"profile": profile} if profile else {})
    found = bad = 0
    try:
        for result in _decoded(file, driver, chosen):
            if isinstance(result, FrameError):
                bad += 1
                tell(f"{result} [{result.data.hex()}]")
            else:
                found += 1
                out(result.as_dict())
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    tell(_("{found} readings, {bad} bad frames").format(found=found, bad=bad))
    raise typer.Exit(Exit.DONE if found else Exit.NEGATIVE)


def inspect(
    photos: Annotated[list[Path], typer.Argument(help=_("Photos of grain on a plain sheet."))],
    species: Annotated[
        str | None, typer.Option(help=_("Declared species; without it any known one."))
    ] = None,
    model: Annotated[Path | None, typer.Option(help=_("Model bundle; else the one that ships."))] = None,
    overlay: Annotated[
        Path | None, typer.Option(help=_("Write the photo with what was seen (one photo)."))
    ] = None,
    card: Annotated[CardWish, typer.Option(help=_("Refuse photos without the reference card?"))] = (
        CardWish.OPTIONAL
    ),
    polygons: Annotated[bool, typer.Option("--polygons", help=_("Add each kernel's outline."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON lines on standard output."))] = False,
) -> None:
    from station.cli.inspected import tell_inspection, write_overlay
    from station.grain.combining import best_known
    from station.runtime.bundles import bundles_for
    from station.vision.bundle import BundleError
    from station.vision.inspect import inspect as inspect_photo
    from station.vision.model import load_model

    try:
        loaded = [load_model(path) for path in ([model] if model else bundles_for(species))]
    except FileNotFoundError as error:
        fail(str(error), Exit.USAGE)
    except BundleError as error:
        fail(str(error), Exit.CONFIGURATION)
    worst = Exit.DONE
    for photo in photos:
        try:
            data = photo.read_bytes()
        except OSError as error:
            tell(f"silo: {said_of(photo, error)}")
            worst = Exit.USAGE
            continue
        seen = best_known(
            [
                inspect_photo(
                    data,
                    one,
                    species=species,
                    polygons=polygons or overlay is not None,
                    card_required=card is CardWish.REQUIRED,
                )
                for one in loaded
            ]
        )
        if not seen.accepted and worst is Exit.DONE:
            worst = Exit.NEGATIVE
        if overlay is not None:
            write_overlay(overlay, data, seen)
        result = {"photo": str(photo), **with_messages(seen.as_dict(polygons=polygons))}
        if as_json:
            out(result)
        else:
            tell_inspection(photo, result)
    raise typer.Exit(worst)


def route(
    rules: Annotated[Path, typer.Option(help=_("Rule pack (TOML)."))],
    cells: Annotated[Path, typer.Option(help=_("The cells (JSON)."))],
    sample: Annotated[Path, typer.Option(help=_("The load's sample (JSON)."))],
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON on standard output."))] = False,
) -> None:
    from station.grain.routing import route as route_load
    from station.grain.rules import parse_rule_pack
    from station.grain.wire import read_cells, read_facts

    pack = _read(rules, parse_rule_pack)
    facts, places = _read(sample, read_facts), _read(cells, read_cells)
    proposal = route_load(facts, places, pack)
    result = with_messages(proposal.as_dict())
    if as_json:
        out(result)
        return
    out(result["proposal"])
    _tell_reasons(result["reasons"])
    for ranked in result["ranked"]:
        tell(f"{ranked['pit']} → {ranked['cell']}  {ranked['score']:.3f}")
        _tell_odds(ranked)
        _tell_reasons(ranked["reasons"])
    for refused in result["refused"]:
        tell(f"✗ {refused['cell']}")
        _tell_reasons(refused["reasons"])


def _tell_odds(ranked: dict[str, Any]) -> None:
    from drivers.reading import UNIT_OF, Analyte
    from ui.words.i18n import translator
    from ui.words.odds import odds_texts

    codes = [reason["code"] for reason in ranked["reasons"]]
    after = {
        name: mean if name == "t" else {**mean, "unit": UNIT_OF[Analyte(name)].value}
        for name, mean in (ranked["after"] or {}).items()
    }
    odds = (ranked["p_load_ok"], ranked["p_cell_ok"], after or None)
    for text in odds_texts(*odds, codes, translator(LANGUAGE)):
        tell(f"    {text}")


def _tell_reasons(reasons: list[dict[str, object]]) -> None:
    for reason in reasons:
        tell(f"    {reason['message']}")


def _decoded(file: str, driver: str, chosen: dict[str, str]) -> Iterator["Reading | FrameError"]:
    """A journal's records are whole messages with their arrival; any other file is a stream of now."""
    from drivers.decode import decode as decode_bytes
    from station.store.journal import SEGMENT_ENDINGS, records

    if Path(file).suffix not in SEGMENT_ENDINGS:
        yield from decode_bytes(_chunks(file), driver, chosen, at=now())
        return
    try:
        for record in records(Path(file)):
            yield from decode_bytes([record.data], driver, chosen, at=record.at)
    except OSError as error:
        end_of(file, error)


def _chunks(file: str) -> Iterator[bytes]:
    if file == "-":
        yield from iter(lambda: os.read(sys.stdin.fileno(), CHUNK), b"")
        return
    try:
        with Path(file).open("rb") as source:
            yield from iter(lambda: source.read(CHUNK), b"")
    except OSError as error:
        end_of(file, error)


def _read(path: Path, read: Callable[[str], _T]) -> _T:
    """Ends the command with the file, the key in it, and what is wrong there."""
    from station.grain.rules import RulePackError
    from station.grain.rules.problems import SENTENCES
    from station.grain.wire import WireError
    from ui.words.rule_packs import pack_problem

    text = read_text(path)
    try:
        return read(text)
    except RulePackError as error:
        told = error.as_dict()
    except WireError as error:
        told = {"where": error.where, "code": error.code, "params": error.params}
        told["sentence"] = SENTENCES.get(error.code)
    return fail(f"{path}: {pack_problem(told, LANGUAGE)}", Exit.CONFIGURATION)
