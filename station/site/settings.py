"""The site file: a silo's oddities as data, read from TOML and checked as a whole.

Every problem names the file, the section and the key, and says what is allowed. A setting that is not
known is refused: a typing slip never becomes a default.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from station.site.file import SiteSettings


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a site file: `where` is section and key (`cells[2].grade`)."""

    file: Path
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.text}" if self.where else f"{self.file}: {self.text}"


class SettingsError(Exception):
    """The site file cannot be used; `problems` has everything found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_settings(file: Path) -> SiteSettings:
    """Reads and checks a site file. Raises SettingsError with every problem."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError([Problem(file, "", "no such file; see examples/site.toml")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(file, "", f"is not valid TOML: {error}")]) from None
    try:
        settings = SiteSettings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError([_problem(file, dict(e)) for e in error.errors()]) from None
    problems = [Problem(file, where, text) for where, text in _inconsistencies(settings)]
    if problems:
        raise SettingsError(problems)
    return settings


def _problem(file: Path, error: dict[str, Any]) -> Problem:
    where = ""
    for part in error["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    if error["type"] == "extra_forbidden":
        return Problem(file, where, "is not a known setting")
    if error["type"] == "missing":
        return Problem(file, where, "is missing")
    return Problem(file, where, f"{error['msg']} (is {error['input']!r})")


def _inconsistencies(settings: SiteSettings) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for section in ("cells", "pits", "lines", "instruments"):
        found += _twice(section, [row.id for row in getattr(settings, section)])
    found += _lines(settings)
    instruments = {instrument.id for instrument in settings.instruments}
    for analyte, order in settings.order.items():
        for index, name in enumerate(order):
            if name not in instruments:
                found.append((f"order.{analyte}[{index}]", f"no instrument has the id {name!r}"))
    found += _ranges(settings)
    if settings.weighing.within < settings.weighing.equal_readings:
        found.append(("weighing.within", "must not be less than weighing.equal_readings"))
    for index, cell in enumerate(settings.cells):
        if cell.opening_t > cell.capacity_t:
            found.append((f"cells[{index}].opening_t", f"is over the capacity of {cell.capacity_t} t"))
        if cell.role == "normal" and cell.grade is None:
            found.append((f"cells[{index}].grade", "a normal cell needs a grade of the rule pack"))
    return found


def _ranges(settings: SiteSettings) -> list[tuple[str, str]]:
    return [
        (f"instruments[{index}].grain_temperature_c", "must be [lowest, highest]")
        for index, instrument in enumerate(settings.instruments)
        if instrument.grain_temperature_c
        and instrument.grain_temperature_c[0] >= instrument.grain_temperature_c[1]
    ]


def _twice(section: str, ids: list[str]) -> list[tuple[str, str]]:
    return [
        (f"{section}[{index}].id", f"{name!r} is used twice")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]


def _lines(settings: SiteSettings) -> list[tuple[str, str]]:
    known = {"pits": {pit.id for pit in settings.pits}, "cells": {cell.id for cell in settings.cells}}
    found = [
        (f"lines[{index}].{kind}", f"no {kind[:-1]} has the id {name!r}")
        for index, line in enumerate(settings.lines)
        for kind in ("pits", "cells")
        for name in getattr(line, kind)
        if name not in known[kind]
    ]
    reached = {cell for line in settings.lines for cell in line.cells}
    found += [
        (f"cells[{index}].id", f"no line reaches the cell {cell.id!r}")
        for index, cell in enumerate(settings.cells)
        if cell.id not in reached
    ]
    return found
