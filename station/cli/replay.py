"""Decisions made again from their records, by the engine that is here; or by another rule pack."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask_all, counter
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
    as_json: JsonOption = False,
) -> None:
    params = {**({"load": load} if load else {}), **span(since, until), "limit": str(AT_ONCE)}
    if rules is not None:
        _by_pack(config, params, _text_of(rules), as_json=as_json)
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
                tell(f"{row['load_id']}  " + _("cannot be made again: {lost}").format(**row))
            elif not row["is_equal"]:
                tell(f"{row['load_id']}  " + _("decided by {engine}, differs by {engine_now}:").format(**row))
                for one in row["differences"]:
                    tell(f"    {one['path']}: {one['recorded']} -> {one['replayed']}")
    tell(_("{equal} of {count} decisions are the same to the byte").format(equal=equal, count=count))
    raise typer.Exit(Exit.DONE if equal == count and count else Exit.NEGATIVE)


def _by_pack(config: Path, params: dict[str, str], text: str, *, as_json: bool) -> None:
    """Tell each load that would go elsewhere, and at the end how many and how much."""
    count = elsewhere = regraded = lost = 0
    tonnes = 0.0
    with counter(config) as asking:
        for row in ask_all(asking, "/replay", params, body={"text": text}):
            count, lost = count + 1, lost + (row["lost"] is not None)
            if row["is_elsewhere"]:
                elsewhere, tonnes = elsewhere + 1, tonnes + (row["load_t"] or 0.0)
                regraded += row["grade"] != row["own_grade"]
            if as_json:
                out(row)
            else:
                _tell_moved(row)
    summary = {
        "decisions": count,
        "elsewhere": elsewhere,
        "regraded": regraded,
        "lost": lost,
        "t": round(tonnes, 3),
    }
    if as_json:
        out({"summary": summary})
    words = _("{elsewhere} of {decisions} loads would go elsewhere, {t} t; {regraded} into another grade")
    tell(words.format(**{**summary, "t": translator(LANGUAGE).plain(summary["t"], 1)}))
    raise typer.Exit(Exit.DONE if count and not lost else Exit.NEGATIVE)


def _tell_moved(row: dict[str, Any]) -> None:
    if row["lost"]:
        tell(f"{row['load_id']}  " + _("cannot be made again: {lost}").format(**row))
    elif row["is_elsewhere"]:
        cells = [
            _place(row[cell], row[grade]) for cell, grade in (("own_cell", "own_grade"), ("cell", "grade"))
        ]
        tell(f"{row['load_id']}  {cells[0]} -> {cells[1]}")
        for one in row["why"]:
            tell(f"    {one['message']}")


def _place(cell: str | None, grade: str | None) -> str:
    if cell is None:
        return _("no cell")
    return f"{site_name('cell', cell, LANGUAGE)} ({site_name('grade', grade, LANGUAGE)})" if grade else cell


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}", Exit.USAGE)
