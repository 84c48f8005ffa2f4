"""Reading the site file, a silo's oddities as data, and what lies beside it; the whole is checked.

Every problem names the file, the section and the key, and says what is allowed. A setting that is not
known is refused: a typing slip never becomes a default.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from drivers.analytes import ANALYTES, AnalyteEntry
from drivers.named import Catalogue, Entry
from station.claims import CLAIMS, ClaimEntry
from station.grain.plausible import why_not_true
from station.grain.rules import RulePackError, parse_rule_pack
from station.receival.packs.pack_signatures import PackSignature
from station.setting_problems import SettingProblem, SettingsError, problem_of, read_toml, unreadable
from station.signing import ENDING, PublicKey, SignatureError, parse_public_key
from station.site.file import Cell, SiteSettings
from station.site.places import misplaced
from station.species import SPECIES, SpeciesEntry
from ui.words.i18n import LANGUAGES
from ui.words.vocabulary import add_names, use_names

Told = tuple[str, str, Mapping[str, Any]]  # where, code, params
_Model = TypeVar("_Model", bound=BaseModel)
_Entry = TypeVar("_Entry", bound=Entry)


def language_in(file: Path) -> str | None:
    """The site's language, also of a file that is wrong elsewhere; None where it says none of ours."""
    try:
        language = tomllib.loads(file.read_text(encoding="utf-8"))["site"]["language"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return language if language in LANGUAGES else None


def load_settings(file: Path) -> SiteSettings:
    """Read and check a site file. Raises SettingsError with every problem."""
    content = read_toml(file, "examples/site.toml")
    _extend_catalogues(file, content)
    try:
        settings = SiteSettings.model_validate(content)
    except ValidationError as error:
        raise SettingsError([problem_of(file, dict(each)) for each in error.errors()]) from None
    problems = [SettingProblem(file, *told) for told in _contradictions(settings)]
    problems += [SettingProblem(file, *told) for told in misplaced(settings, file)]
    if problems:
        raise SettingsError(problems)
    _use_names(settings)
    return settings


def _use_names(settings: SiteSettings) -> None:
    """Sentences call what the file describes by its name."""
    for kind, entries in (
        ("pit", settings.pits), ("cell", settings.cells), ("line", settings.lines),
        ("instrument", settings.instruments),
    ):  # fmt: skip
        use_names(kind, {entry.id: dict.fromkeys(LANGUAGES, entry.name) for entry in entries})


class _Extensions(BaseModel):
    analytes: list[AnalyteEntry] = []


class _SpeciesExtensions(BaseModel):
    species: list[SpeciesEntry] = []


class _ClaimExtensions(BaseModel):
    claims: list[ClaimEntry] = []


def _extend_catalogues(file: Path, content: dict[str, Any]) -> None:
    """Take the site's own analytes, then its own species, which may speak of them, and its claims into the
    catalogues: the other sections are read with them. Raises SettingsError."""
    analytes = _section(file, _Extensions, content).analytes
    _refuse_contradictions(file, "analytes", ANALYTES, analytes)
    ANALYTES.add(analytes)
    species = _section(file, _SpeciesExtensions, content).species
    _refuse_contradictions(file, "species", SPECIES, species)
    SPECIES.add(species)
    claims = _section(file, _ClaimExtensions, content).claims
    _refuse_contradictions(file, "claims", CLAIMS, claims)
    _refuse_unknown_names(file, claims)
    CLAIMS.add(claims)
    add_names({entry.id: entry.name.model_dump() for entry in (*analytes, *species, *claims)})


def _refuse_unknown_names(file: Path, claims: list[ClaimEntry]) -> None:
    """A claim speaks of claims and species that are known."""
    ids = {*CLAIMS.entries, *(claim.id for claim in claims)}
    found = [
        SettingProblem(file, f"claims[{index}].{key}", code, {"name": name})
        for index, claim in enumerate(claims)
        for key, code, known in (("satisfies", "no_claim", ids), ("species", "no_species", SPECIES.entries))
        for name in getattr(claim, key)
        if name not in known
    ]
    if found:
        raise SettingsError(found)


def _section(file: Path, model: type[_Model], content: dict[str, Any]) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SettingsError([problem_of(file, dict(each)) for each in error.errors()]) from None


def _refuse_contradictions(
    file: Path, section: str, catalogue: Catalogue[_Entry], entries: list[_Entry]
) -> None:
    found = [SettingProblem(file, *told) for told in _used_twice(section, [entry.id for entry in entries])]
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
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError([unreadable(file, f"site.rule_packs[{index}]", error)]) from None
    problems = [SettingProblem(file, *told) for told in _missing_grades(settings, texts)]
    if problems:
        raise SettingsError(problems)
    return texts


def _missing_grades(settings: SiteSettings, texts: list[str]) -> Iterator[Told]:
    """A pack that cannot be read is told where it is installed."""
    graded: set[str] = set()
    named: dict[str, Mapping[str, str]] = {}
    for text in texts:
        with suppress(RulePackError):
            grades = parse_rule_pack(text).grades
            graded |= {grade.species for grade in grades}
            named |= {grade.id: grade.name for grade in grades}
    use_names("grade", named)
    for index, cell in enumerate(settings.cells):
        if cell.role == "normal" and cell.grade is None and cell.species in graded:
            yield f"cells[{index}].grade", "grade_missing", {"species": cell.species}


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


def signatures_of(settings: SiteSettings, file: Path, texts: Sequence[str]) -> dict[str, PackSignature]:
    """The signatures that lie beside the rule packs which the site file names, by their texts. Where
    a trusted key cannot be read none is trusted: no truck waits for that."""
    found: dict[str, PackSignature] = {}
    keys: list[PublicKey] = []
    with suppress(SettingsError):
        keys = trusted_keys(settings, file)
    for name, text in zip(settings.site.rule_packs, texts, strict=False):
        beside = file.parent / f"{name}{ENDING}"
        with suppress(OSError, UnicodeDecodeError):
            found[text] = PackSignature(beside.read_text(encoding="utf-8"), keys)
    return found


def _contradictions(settings: SiteSettings) -> Iterator[Told]:
    """What no section can know alone, and what no start can go on with."""
    for section in ("cells", "pits", "lines", "instruments", "printers"):
        yield from _used_twice(section, [row.id for row in getattr(settings, section)])
    for section in ("cells", "suppliers"):
        named = [row.external_id for row in getattr(settings, section)]
        yield from _used_twice(section, named, "external_id")
    yield from _broken_lines(settings)
    yield from _wrong_instruments(settings)
    if (settings.site.latitude is None) != (settings.site.longitude is None):
        alone = "latitude" if settings.site.longitude is None else "longitude"
        yield f"site.{alone}", "half_a_place", {}
    if settings.weighing.within < settings.weighing.equal_readings:
        yield "weighing.within", "within_too_few", {}
    for index, cell in enumerate(settings.cells):
        yield from _wrong_cell(f"cells[{index}]", cell)
    yield from _wrong_plans(settings)
    yield from _wrong_printers(settings)
    for index, supplier in enumerate(settings.suppliers):
        for number, one in enumerate(supplier.certificates):
            if one.valid_from > one.valid_until:
                yield f"suppliers[{index}].certificates[{number}].valid_until", "dates_reversed", {}


def _wrong_printers(settings: SiteSettings) -> Iterator[Told]:
    """Each is known by what its kind is known by, and prints what it prints by itself."""
    for index, printer in enumerate(settings.printers):
        ours, other = ("queue", "port") if printer.kind == "cups" else ("port", "queue")
        if getattr(printer, ours) is None:
            yield f"printers[{index}].{ours}", "missing", {}
        if getattr(printer, other) is not None:
            yield f"printers[{index}].{other}", "not_of_this_printer", {"kind": printer.kind}
        for place, document in enumerate(printer.automatic):
            if document not in printer.prints:
                yield f"printers[{index}].automatic[{place}]", "not_printed_here", {"name": document}


def _wrong_plans(settings: SiteSettings) -> Iterator[Told]:
    capacity_t = {cell.id: cell.capacity_t for cell in settings.cells}
    yield from _used_twice("plan", [row.cell for row in settings.plan], "cell")
    for index, row in enumerate(settings.plan):
        if row.cell not in capacity_t:
            yield f"plan[{index}].cell", "no_cell", {"name": row.cell}
        elif row.target_t is not None and row.target_t > capacity_t[row.cell]:
            yield f"plan[{index}].target_t", "opening_over_capacity", {"capacity_t": capacity_t[row.cell]}


def _wrong_cell(where: str, cell: Cell) -> Iterator[Told]:
    if cell.opening_t > cell.capacity_t:
        yield f"{where}.opening_t", "opening_over_capacity", {"capacity_t": cell.capacity_t}
    if cell.role == "normal" and cell.grade is None and cell.species is None:
        yield f"{where}.grade", "cell_of_nothing", {}
    for analyte, held in cell.opening.items():
        if (reason := why_not_true(analyte, held.value)) is not None:
            yield f"{where}.opening.{analyte}", "opening_outside", {**reason.params, "opening": held.value}


def _wrong_instruments(settings: SiteSettings) -> Iterator[Told]:
    known = {instrument.id for instrument in settings.instruments}
    for analyte, order in settings.order.items():
        for index, name in enumerate(order):
            if name not in known:
                yield f"order.{analyte}[{index}]", "no_instrument", {"name": name}
    for index, instrument in enumerate(settings.instruments):
        celsius = instrument.grain_temperature_c
        if celsius and celsius[0] >= celsius[1]:
            yield f"instruments[{index}].grain_temperature_c", "low_over_high", {}
        plate = [instrument.division_kg, instrument.min_kg, instrument.max_kg]
        known_kg = [kg for kg in plate if kg is not None]
        if known_kg != sorted(set(known_kg)):
            yield f"instruments[{index}].max_kg", "plate_out_of_order", {}


def _used_twice(section: str, ids: list[str | None], key: str = "id") -> Iterator[Told]:
    for index, name in enumerate(ids):
        if name is not None and name in ids[:index]:
            yield f"{section}[{index}].{key}", "used_twice", {"name": name}


def _broken_lines(settings: SiteSettings) -> Iterator[Told]:
    known = {"pits": {pit.id for pit in settings.pits}, "cells": {cell.id for cell in settings.cells}}
    for index, line in enumerate(settings.lines):
        for kind, code in (("pits", "no_pit"), ("cells", "no_cell")):
            for name in getattr(line, kind):
                if name not in known[kind]:
                    yield f"lines[{index}].{kind}", code, {"name": name}
    reached = {cell for line in settings.lines for cell in line.cells}
    for index, cell in enumerate(settings.cells):
        if cell.id not in reached:
            yield f"cells[{index}].id", "no_line_reaches", {"name": cell.id}
