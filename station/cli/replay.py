"""Decisions made again from their records, by the engine that is here; or by another rule pack."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import LONG_S, Asking, ask_all, counter
from station.cli.files import read_text
from station.cli.options import ConfigOption, JsonOption, SinceOption, UntilOption, span
from station.cli.say import LANGUAGE, Exit, _, fail, out, tell
from ui.words.i18n import translator
from ui.words.vocabulary import site_name

AT_ONCE = 100  # decisions that are asked for together


def register(app: typer.Typer) -> None:
    app.command("replay", help=_("Makes recorded decisions again and tells every difference."))(replay)


def replay(
    config: ConfigOption,
    load: Annotated[str | None, typer.Option(help=_("Only this load."))] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    rules: Annotated[
        Path | None, typer.Option(help=_("By this rule pack instead of the recorded ones."))
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help=_("With what this bundle says of the photos that are still there."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    if rules is not None and model is not None:
        fail(_("--rules and --model are asked for one after the other"), Exit.USAGE)
    params = {**({"load": load} if load else {}), **span(since, until), "limit": str(AT_ONCE)}
    if model is not None:
        _by_model(config, params, model, as_json=as_json)
    elif rules is not None:
        _by_pack(config, params, read_text(rules), as_json=as_json)
    else:
        _as_recorded(config, params, as_json=as_json)


def _as_recorded(config: Path, params: dict[str, str], *, as_json: bool) -> None:
    equal = count = 0
    with counter(config) as asking:
        for row in ask_all(asking, "/replay", params):
            count, equal = count + 1, equal + row["is_equal"]
            if as_json:
                out(row)
            elif row["lost"]:
                tell(f"{_named(row)}  " + _("cannot be made again: {lost}").format(**row))
            elif not row["is_equal"]:
                tell(f"{_named(row)}  " + _("decided by {engine}, differs by {engine_now}:").format(**row))
                for one in row["differences"]:
                    tell(f"    {one['path']}: {one['recorded']} -> {one['replayed']}")
    tell(_("{equal} of {count} decisions are the same to the byte").format(equal=equal, count=count))
    raise typer.Exit(Exit.DONE if equal == count and count else Exit.NEGATIVE)


def _by_pack(config: Path, params: dict[str, str], text: str, *, as_json: bool) -> None:
    with counter(config) as asking:
        _tell_all(ask_all(asking, "/replay", params, body={"text": text}), as_json=as_json)


def _by_model(config: Path, params: dict[str, str], bundle: Path, *, as_json: bool) -> None:
    """The photos are judged in a process of their own, while no ledger is held."""
    from station.runtime.replayed_photos import inspect_again
    from station.site.read import load_settings
    from station.store.blobs import Blobs
    from station.vision.bundle import BundleError, read_bundle
    from station.vision.client import WorkerGone, WorkerSlow

    try:
        read_bundle(bundle)
    except BundleError as error:
        fail(str(error), Exit.USAGE if not bundle.exists() else Exit.CONFIGURATION)
    with counter(config) as asking:
        captures = list(ask_all(asking, "/replay/captures", params))
    try:
        seen = inspect_again(
            bundle, captures, Blobs(config.parent / load_settings(config).site.data / "photos")
        )
    except (WorkerGone, WorkerSlow) as error:
        fail(str(error), Exit.NEGATIVE)
    if left := len({one["capture_id"] for one in captures} - seen.keys()):
        tell(_("{count} captures are left out: their photos are gone or cannot be read").format(count=left))
    with counter(config) as asking:
        _tell_all(_replayed_with(asking, captures, seen), as_json=as_json)


def _replayed_with(
    asking: Asking, captures: Sequence[dict[str, Any]], seen: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    by_decision: dict[str, list[dict[str, Any]]] = {}
    for one in captures:
        if one["capture_id"] in seen:
            said = {"capture_id": one["capture_id"], "inspection": seen[one["capture_id"]]}
            by_decision.setdefault(one["decision_id"], []).append(said)
    for decision_id, told in by_decision.items():
        yield asking("POST", "/replay/photos", {"decision_id": decision_id, "seen": told}, timeout=LONG_S)


def _tell_all(rows: Iterator[dict[str, Any]], *, as_json: bool) -> None:
    """Tell each load that would go elsewhere, and at the end how many and how much."""
    summary = {"decisions": 0, "elsewhere": 0, "regraded": 0, "lost": 0, "t": 0.0}
    for row in rows:
        summary["decisions"] += 1
        summary["lost"] += row["lost"] is not None
        if row["is_elsewhere"]:
            summary["elsewhere"] += 1
            summary["regraded"] += row["grade"] != row["own_grade"]
            summary["t"] += row["load_t"] or 0.0
        if as_json:
            out(row)
        else:
            _tell_moved(row)
    summary["t"] = round(summary["t"], 3)
    if as_json:
        out({"summary": summary})
    words = _("{elsewhere} of {decisions} loads would go elsewhere, {t} t; {regraded} into another grade")
    tell(words.format(**{**summary, "t": translator(LANGUAGE).plain(summary["t"], 1)}))
    is_whole = summary["decisions"] and not summary["lost"]
    raise typer.Exit(Exit.DONE if is_whole else Exit.NEGATIVE)


def _tell_moved(row: dict[str, Any]) -> None:
    if row["lost"]:
        tell(f"{_named(row)}  " + _("cannot be made again: {lost}").format(**row))
    elif row["is_elsewhere"]:
        cells = [
            _place(row[cell], row[grade]) for cell, grade in (("own_cell", "own_grade"), ("cell", "grade"))
        ]
        tell(f"{_named(row)}  {cells[0]} -> {cells[1]}")
        for one in row["why"]:
            tell(f"    {one['message']}")
    _tell_photos(row)


def _tell_photos(row: dict[str, Any]) -> None:
    """What was said of its photos, and what is said now, where that differs."""
    then, now = ([one["message"] for one in row.get(name, ())] for name in ("photo_then", "photo_now"))
    if then != now:
        tell(_named(row))
        for sign, words in (("-", then), ("+", now)):
            for one in words:
                tell(f"    {sign} {one}")


def _named(row: Mapping[str, Any]) -> str:
    """A load as people know it."""
    return str(row["ticket"] or row["load_id"])


def _place(cell: str | None, grade: str | None) -> str:
    if cell is None:
        return _("no cell")
    return f"{site_name('cell', cell, LANGUAGE)} ({site_name('grade', grade, LANGUAGE)})" if grade else cell
