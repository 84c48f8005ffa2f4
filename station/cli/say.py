"""How commands speak: language from LANG, results on standard output, messages on standard error.

Nothing else in the commands prints: what comes from devices, rows and files moves no cursor here.
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NoReturn

import typer

from drivers.text import visible, visible_json
from ui.words.i18n import language_of, translator
from ui.words.reasons import message

LANGUAGE = language_of(os.environ.get("LC_ALL"), os.environ.get("LC_MESSAGES"), os.environ.get("LANG"))
_ = translator(LANGUAGE).gettext


def now() -> datetime:
    """The machine's time: commands are where it is read."""
    return datetime.now(UTC)


class Exit(IntEnum):
    DONE = 0
    NEGATIVE = 1
    USAGE = 2
    CONFIGURATION = 3
    NETWORK = 4
    DATABASE = 5
    FAILED = 70
    TRY_AGAIN = 75


def out(value: Any) -> None:
    """One JSON line on standard output."""
    sys.stdout.write(visible_json(json.dumps(value, ensure_ascii=False, allow_nan=False)) + "\n")
    sys.stdout.flush()


def show(line: str) -> None:
    """One line for a person on standard output; what of it cannot be seen is shown by its number."""
    typer.echo(visible(line))


def show_code(rows: Sequence[str]) -> None:
    """A QR code on standard error, dark on light whatever the terminal's colours are."""
    light, end = ("\x1b[30;107m", "\x1b[0m") if sys.stderr.isatty() else ("", "")
    typer.echo("".join(f"{light}{visible(row)}{end}\n" for row in rows), nl=False, err=True)


def hand_out(file: str) -> None:
    """A file's text on standard output, with its mark of byte order, to be redirected; as `show`."""
    mark = "\ufeff" if file.startswith("\ufeff") else ""
    rows = [visible(row) + "\n" for row in file.removeprefix("\ufeff").splitlines()]
    typer.echo(mark + "".join(rows), nl=False)


def tell(line: str) -> None:
    """One line for a person on standard error, as `show`."""
    typer.echo(visible(line), err=True)


def begin(text: str) -> None:
    """The rows of a question on standard error; the answer is typed behind it."""
    typer.echo("\n".join(visible(row) for row in text.split("\n")) + " ", nl=False, err=True)


def redraw(rows: Sequence[str], above: int) -> None:
    """Rows on standard error in the place of the `above` last ones."""
    up = f"\x1b[{above}A\r\x1b[J" if above else ""
    typer.echo(up + "".join(f"{visible(row)}\n" for row in rows), nl=False, err=True)


def fail(text: str, code: Exit) -> NoReturn:
    tell(f"silo: {text}")
    raise typer.Exit(code)


def pairs(settings: list[str]) -> dict[str, str]:
    """What was given by `--set key=value`."""
    found = {}
    for text in settings:
        key, sign, value = text.partition("=")
        if not sign:
            fail(_("--set {text}: write it as key=value").format(text=text), Exit.USAGE)
        found[key] = value
    return found


def with_messages(value: Any) -> Any:
    """Adds `message` to every reason (`{"code", "params"}`) inside a JSON value."""
    if isinstance(value, list):
        return [with_messages(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"code", "params"}:
        return {**value, "message": message(value["code"], value["params"], LANGUAGE)}
    return {key: with_messages(item) for key, item in value.items()}
