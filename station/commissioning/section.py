"""Adding an instrument to a site file: its section is appended, every byte before it stays."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

from station.setting_problems import SettingsError
from station.site.file import Instrument
from station.site.read import load_settings


def section_of(new: Instrument) -> str:
    """The TOML text of the keys that a dialogue asks for."""
    lines = [
        "[[instruments]]",
        f"id = {_text(new.id)}",
        f"name = {_text(new.name)}",
        f"driver = {_text(new.driver)}",
        f"port = {_text(new.port)}",
    ]
    if new.serial_number:
        lines.append(f"serial_number = {_text(new.serial_number)}")
    if new.verified_until:
        lines.append(f"verified_until = {new.verified_until.isoformat()}")
    lines += [f"settings.{_key(key)} = {_text(str(value))}" for key, value in new.settings.items()]
    return "\n".join(lines) + "\n"


def append_section(file: Path, new: Instrument) -> None:
    """Append what a dialogue found out; `new` need not be checked yet. Raises SettingsError, and leaves the
    file as it is, where the whole would not be a valid site."""
    before = file.read_bytes()
    gap = b"\n" if before.endswith(b"\n") else b"\n\n"
    draft = file.with_name(f".{file.name}.draft")
    try:
        draft.write_bytes(before + gap + section_of(new).encode())
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        _check(draft, file)
        draft.chmod(file.stat().st_mode & 0o777)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _check(draft: Path, file: Path) -> None:
    try:
        load_settings(draft)
    except SettingsError as error:
        problems = [replace(problem, file=file) for problem in error.problems]
        raise SettingsError(problems) from None


def _key(name: str) -> str:
    """`inner.unit` is one key."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(value: str) -> str:
    """A basic TOML string; JSON's escapes are among TOML's, except for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
