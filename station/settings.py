"""The site file: a silo's oddities as data, read from TOML and checked as a whole.

Every problem names the file, the section and the key, and says what is allowed. A setting that is not
known is refused: a typing slip never becomes a default.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from drivers.reading import UNIT_OF, Analyte, Basis
from station.grain.identifiers import Claim, Species
from station.grain.weighing import WeighingRule


def known_zone(name: str) -> str:
    """A zone of the system's tz database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no zone of the tz database; write it as Europe/Paris") from error
    return name


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Celsius = Annotated[float, Field(ge=-60, le=120, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Zone = Annotated[str, AfterValidator(known_zone)]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _broker(address: str) -> str:
    """Raises ValueError where it is no address of a broker."""
    parts = urlsplit(address)
    if parts.scheme != "mqtt" or not parts.hostname or parts.path not in ("", "/") or parts.port == 0:
        raise ValueError("must be mqtt://host:port, with user:password@ before the host where needed")
    return address


Broker = Annotated[str, StringConstraints(max_length=300), AfterValidator(_broker)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """`data` and `rule_packs` are relative to the site file."""

    id: Id
    name: Text
    campaign: Text
    language: Literal["fr", "en"] = "fr"
    timezone: Zone = "Europe/Paris"
    data: Path = Path("data")
    species: list[Species]
    rule_packs: list[Path]


class Server(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8321


class Intake(Section):
    """`net_share`: the grain's share of a full vehicle's weight, used where its tare is not known."""

    pairing_window_min: Positive = 15.0
    net_share: Share = 0.62
    override_reasons: list[Text] = ["Cellule pleine", "Consigne du responsable", "Choix de l'apporteur"]
    refusal_reasons: list[Text] = ["Insectes vivants", "Odeur", "Humidité", "Corps étrangers"]


class Weighing(Section):
    """The weighing rule: a weight is taken after a return to zero when `equal_readings` stable ones agree."""

    minimum_kg: Positive = 500.0
    zero_kg: Positive = 50.0
    equal_readings: Annotated[int, Field(ge=1, le=50)] = 3
    within: Annotated[int, Field(ge=1, le=200)] = 20


class Vision(Section):
    """`bundle` is relative to the site file; without it the bundle that ships is used, `enabled = false`
    runs without any."""

    enabled: bool = True
    bundle: Path | None = None
    answer_timeout_s: Positive = 20.0


class Opening(Section):
    value: Annotated[float, Field(allow_inf_nan=False)]
    basis: Basis | None = None


class Cell(Section):
    id: Id
    name: Text
    species: Species | None = None
    grade: Text | None = None
    claims: list[Claim] = []
    role: Literal["normal", "hold", "quarantine"] = "normal"
    open: bool = True
    capacity_t: Positive
    opening_t: Annotated[float, Field(ge=0)] = 0.0
    opening: dict[Analyte, Opening] = {}


class Pit(Section):
    id: Id
    name: Text


class Line(Section):
    id: Id
    name: Text
    pits: Annotated[list[Id], Field(min_length=1)]
    cells: Annotated[list[Id], Field(min_length=1)]


class Instrument(Section):
    """`id` names the place for good; name, serial number, asset tag and verification describe the
    instrument that is there when the site is set up (a later one is plugged in by a swap).
    `grain_temperature_c` is the range of grain temperatures for which it may be believed, `uncertainty`
    its standard uncertainty per analyte. `port` is an address such as `serial:/dev/ttyUSB0?baud=9600`,
    `tcp:10.0.0.5:4001` or `mqtt://127.0.0.1:1883/silo/nir`. `settings` are the driver's own. Without
    `silent_after_s` the driver's own holds: an indicator that sends always is missed within seconds, an
    analyzer never."""

    id: Id
    name: Text
    driver: Text
    port: Address
    serial_number: Text | None = None
    asset_tag: Text | None = None
    verified_until: date | None = None
    grain_temperature_c: tuple[Celsius, Celsius] | None = None
    uncertainty: dict[Analyte, Positive] = {}
    silent_after_s: Positive | None = None
    settings: dict[str, str | int | float | bool] = {}


class Mqtt(Section):
    """Where the station publishes its own state: `broker` is `mqtt://user:password@host:1883`. Home
    Assistant finds it by `discovery_prefix`."""

    broker: Broker
    discovery: bool = True
    discovery_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "homeassistant"


class Supplier(Section):
    name: Text
    external_id: str | None = None


class SiteSettings(Section):
    site: Site
    server: Server = Server()
    intake: Intake = Intake()
    weighing: Weighing = Weighing()
    vision: Vision = Vision()
    mqtt: Mqtt | None = None
    products: dict[str, Species] = {}
    order: dict[Analyte, list[Id]] = {}
    cells: Annotated[list[Cell], Field(min_length=1)]
    pits: Annotated[list[Pit], Field(min_length=1)]
    lines: Annotated[list[Line], Field(min_length=1)]
    instruments: list[Instrument] = []
    suppliers: list[Supplier] = []

    def weighing_rule(self) -> WeighingRule:
        return WeighingRule(**self.weighing.model_dump())


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


def opening_values(cell: Cell) -> dict[str, Any]:
    """The opening content in the shape that movements keep."""
    return {
        analyte.value: {
            "value": opening.value,
            "unit": UNIT_OF[analyte].value,
            "basis": opening.basis.value if opening.basis else None,
        }
        for analyte, opening in cell.opening.items()
    }
