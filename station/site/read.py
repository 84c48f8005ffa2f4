"""Reading the site file, a silo's oddities as data, and what lies beside it; the whole is checked.

Every problem names the file, the section and the key, and says what is allowed. A setting that is not
known is refused: a typing slip never becomes a default.
"""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from drivers.analytes import ANALYTES, AnalyteEntry
from drivers.named import Catalogue, Entry
from drivers.text import HiddenCharacter, checked_value
from station.grain.plausible import why_not_true
from station.grain.rules import RulePackError, parse_rule_pack
from station.signing import PublicKey, SignatureError, parse_public_key
from station.site.file import SiteSettings
from station.species import SPECIES, SpeciesEntry
from ui.words.vocabulary import add_names

_Model = TypeVar("_Model", bound=BaseModel)
_Entry = TypeVar("_Entry", bound=Entry)


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One thing is wrong in a site file: `where` is section and key (`cells[2].grade`)."""

    file: Path
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.text}" if self.where else f"{self.file}: {self.text}"


class SettingsError(Exception):
    """The site file cannot be used; `problems` has everything found."""

    def __init__(self, problems: list[SettingProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_settings(file: Path) -> SiteSettings:
    """Read and check a site file. Raises SettingsError with every problem."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError([SettingProblem(file, "", "no such file; see examples/site.toml")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([SettingProblem(file, "", f"is not valid TOML: {error}")]) from None
    try:
        content = checked_value(content)
    except HiddenCharacter as error:
        raise SettingsError([SettingProblem(file, error.where, str(error))]) from None
    _extend_catalogues(file, content)
    try:
        settings = SiteSettings.model_validate(content)
    except ValidationError as error:
        raise SettingsError([_problem(file, dict(each)) for each in error.errors()]) from None
    problems = [SettingProblem(file, where, text) for where, text in _contradictions(settings)]
    if problems:
        raise SettingsError(problems)
    return settings


class _Extensions(BaseModel):
    analytes: list[AnalyteEntry] = []


class _SpeciesExtensions(BaseModel):
    species: list[SpeciesEntry] = []


def _extend_catalogues(file: Path, content: dict[str, Any]) -> None:
    """Take the site's own analytes, then its own species, which may speak of them, into the catalogues: the
    other sections are read with them. Raises SettingsError."""
    analytes = _section(file, _Extensions, content).analytes
    _refuse_contradictions(file, "analytes", ANALYTES, analytes)
    ANALYTES.add(analytes)
    species = _section(file, _SpeciesExtensions, content).species
    _refuse_contradictions(file, "species", SPECIES, species)
    SPECIES.add(species)
    add_names({entry.id: entry.name.model_dump() for entry in (*analytes, *species)})


def _section(file: Path, model: type[_Model], content: dict[str, Any]) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SettingsError([_problem(file, dict(each)) for each in error.errors()]) from None


def _refuse_contradictions(
    file: Path, section: str, catalogue: Catalogue[_Entry], entries: list[_Entry]
) -> None:
    found = [
        SettingProblem(file, where, text)
        for where, text in _used_twice(section, [entry.id for entry in entries])
    ]
    for index, entry in enumerate(entries):
        if (contradiction := catalogue.contradiction(entry)) is not None:
            found.append(SettingProblem(file, f"{section}[{index}].{contradiction.key}", str(contradiction)))
    if found:
        raise SettingsError(found)


def rule_pack_texts(settings: SiteSettings, file: Path) -> list[str]:
    """The rule packs that the site file names. Raises SettingsError for one that is not there, and for a
    normal cell without a grade though they grade its species."""
    texts = []
    for index, name in enumerate(settings.site.rule_packs):
        try:
            texts.append((file.parent / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise SettingsError([SettingProblem(file, f"site.rule_packs[{index}]", str(error))]) from None
    problems = [SettingProblem(file, where, text) for where, text in _missing_grades(settings, texts)]
    if problems:
        raise SettingsError(problems)
    return texts


def _missing_grades(settings: SiteSettings, texts: list[str]) -> Iterator[tuple[str, str]]:
    """A pack that cannot be read is told where it is installed."""
    graded: set[str] = set()
    for text in texts:
        with suppress(RulePackError):
            graded |= {grade.species for grade in parse_rule_pack(text).grades}
    for index, cell in enumerate(settings.cells):
        if cell.role == "normal" and cell.grade is None and cell.species in graded:
            yield f"cells[{index}].grade", f"is missing: the rule packs have grades of {cell.species}"


def trusted_keys(settings: SiteSettings, file: Path) -> list[PublicKey]:
    """The public keys that the site file trusts. Raises SettingsError for one that cannot be read."""
    keys = []
    for index, name in enumerate(settings.vision.trusted_keys):
        try:
            keys.append(parse_public_key((file.parent / name).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, SignatureError) as error:
            where = f"vision.trusted_keys[{index}]"
            raise SettingsError([SettingProblem(file, where, f"{name}: {error}")]) from None
    return keys


def _problem(file: Path, error: dict[str, Any]) -> SettingProblem:
    where = ""
    for part in error["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    if error["type"] == "extra_forbidden":
        return SettingProblem(file, where, "is not a known setting")
    if error["type"] == "missing":
        return SettingProblem(file, where, "is missing")
    return SettingProblem(file, where, f"{error['msg']} (is {error['input']!r})")


def _contradictions(settings: SiteSettings) -> Iterator[tuple[str, str]]:
    """What no section can know alone, each as where and text."""
    for section in ("cells", "pits", "lines", "instruments"):
        yield from _used_twice(section, [row.id for row in getattr(settings, section)])
    for section in ("cells", "suppliers"):
        named = [row.external_id for row in getattr(settings, section)]
        yield from _used_twice(section, named, "external_id")
    yield from _broken_lines(settings)
    yield from _wrong_instruments(settings)
    if settings.weighing.within < settings.weighing.equal_readings:
        yield "weighing.within", "must not be less than weighing.equal_readings"
    for index, cell in enumerate(settings.cells):
        if cell.opening_t > cell.capacity_t:
            yield f"cells[{index}].opening_t", f"is over the capacity of {cell.capacity_t} t"
        if cell.role == "normal" and cell.grade is None and cell.species is None:
            yield f"cells[{index}].grade", "a normal cell needs a grade of the rule pack, or a species"
        for analyte, held in cell.opening.items():
            if (reason := why_not_true(analyte, held.value)) is not None:
                low, high = reason.params["low"], reason.params["high"]
                yield f"cells[{index}].opening.{analyte}", f"{held.value:g} is outside {low:g} to {high:g}"


def _wrong_instruments(settings: SiteSettings) -> Iterator[tuple[str, str]]:
    known = {instrument.id for instrument in settings.instruments}
    for analyte, order in settings.order.items():
        for index, name in enumerate(order):
            if name not in known:
                yield f"order.{analyte}[{index}]", f"no instrument has the id {name!r}"
    for index, instrument in enumerate(settings.instruments):
        celsius = instrument.grain_temperature_c
        if celsius and celsius[0] >= celsius[1]:
            yield f"instruments[{index}].grain_temperature_c", "must be [lowest, highest]"
        if instrument.max_kg is not None and instrument.max_kg <= settings.weighing.minimum_kg:
            yield f"instruments[{index}].max_kg", "must be over weighing.minimum_kg"
        plate = [instrument.division_kg, instrument.min_kg, instrument.max_kg]
        known_kg = [kg for kg in plate if kg is not None]
        if known_kg != sorted(set(known_kg)):
            yield f"instruments[{index}].max_kg", "must be over min_kg, and min_kg over division_kg"


def _used_twice(section: str, ids: list[str | None], key: str = "id") -> Iterator[tuple[str, str]]:
    for index, name in enumerate(ids):
        if name is not None and name in ids[:index]:
            yield f"{section}[{index}].{key}", f"{name!r} is used twice"


def _broken_lines(settings: SiteSettings) -> Iterator[tuple[str, str]]:
    known = {"pits": {pit.id for pit in settings.pits}, "cells": {cell.id for cell in settings.cells}}
    for index, line in enumerate(settings.lines):
        for kind in ("pits", "cells"):
            for name in getattr(line, kind):
                if name not in known[kind]:
                    yield f"lines[{index}].{kind}", f"no {kind[:-1]} has the id {name!r}"
    reached = {cell for line in settings.lines for cell in line.cells}
    for index, cell in enumerate(settings.cells):
        if cell.id not in reached:
            yield f"cells[{index}].id", f"no line reaches the cell {cell.id!r}"
