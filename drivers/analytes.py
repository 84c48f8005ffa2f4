"""An analyte is what can be measured of grain or a weighbridge. Which there are is a catalogue.

`analytes.toml` has what ships, in the order in which lists and decisions take them; a site adds its own by
`[[analytes]]` in its file. An entry says the unit, the bases that a value may be stated on (none: it is no
share; more than one: a bare number says nothing), the widest range that can be true, the usual range outside
which a person is asked, the step that it is read to, and how it blends.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from importlib import resources
from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from drivers.named import Catalogue, Entry, Identifier, Names


class Analyte(Identifier):
    """The identifier of an analyte."""

    __slots__ = ()

    thing = "an analyte"

    WEIGHT: ClassVar["Analyte"]
    MOISTURE: ClassVar["Analyte"]
    PROTEIN: ClassVar["Analyte"]
    TEST_WEIGHT: ClassVar["Analyte"]
    TEMPERATURE: ClassVar["Analyte"]
    FALLING_NUMBER: ClassVar["Analyte"]
    OIL: ClassVar["Analyte"]
    CALIBRATION_2_5: ClassVar["Analyte"]
    BROKEN: ClassVar["Analyte"]
    IMPURITIES: ClassVar["Analyte"]
    SPROUTED: ClassVar["Analyte"]
    ERGOT: ClassVar["Analyte"]
    DON: ClassVar["Analyte"]
    INSECTS: ClassVar["Analyte"]
    VITREOUSNESS: ClassVar["Analyte"]
    VARIETY_PURITY: ClassVar["Analyte"]

    @classmethod
    def of_catalogue(cls, name: str) -> Self:
        try:
            return cls(known_analyte(name))
        except ValueError as error:
            raise PydanticCustomError("analyte", "{problem}", {"problem": str(error)}) from error


class Unit(StrEnum):
    KILOGRAM = "kg"
    GRAM = "g"
    PERCENT = "%"
    KILOGRAM_PER_HECTOLITRE = "kg/hl"
    CELSIUS = "°C"
    SECOND = "s"
    MILLILITRE = "ml"
    MICROGRAM_PER_KILOGRAM = "µg/kg"
    COUNT_PER_KILOGRAM = "1/kg"
    TENTH_OF_MILLIJOULE = "10⁻⁴ J"


class Basis(StrEnum):
    """A basis says what a share is a share of."""

    AS_IS = "as_is"
    DRY_MATTER = "dm"
    MOISTURE_12 = "m12"
    MOISTURE_13_5 = "m13_5"


Number = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Number, Number]


class AnalyteEntry(Entry):
    """What the house must know of an analyte. `blends`: a mixture has the mean by tonnes, the mean of the
    liquefaction numbers, or no value that could be computed."""

    unit: Unit
    bases: tuple[Basis, ...] = ()
    range: Range
    usual: Range | None = None
    step: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    blends: Literal["mean", "liquefaction", "never"] = "mean"
    short: Names | None = None

    @field_validator("range", "usual")
    @classmethod
    def _in_order(cls, limits: Range | None) -> Range | None:
        if limits is not None and limits[0] >= limits[1]:
            raise PydanticCustomError("range", "must be [lowest, highest]")
        return limits


def _shipped() -> list[AnalyteEntry]:
    text = resources.files("drivers").joinpath("analytes.toml").read_text(encoding="utf-8")
    return [AnalyteEntry.model_validate(table) for table in tomllib.loads(text)["analytes"]]


ANALYTES: Catalogue[AnalyteEntry] = Catalogue(_shipped())

_V = TypeVar("_V")


class _View(Mapping[Analyte, _V]):
    """One property of each analyte of the catalogue, in its order."""

    def __init__(self, pick: Callable[[AnalyteEntry], _V]) -> None:
        self._pick = pick

    def __getitem__(self, analyte: str) -> _V:
        return self._pick(ANALYTES.entries[analyte])

    def __iter__(self) -> Iterator[Analyte]:
        return map(Analyte, ANALYTES.entries)

    def __len__(self) -> int:
        return len(ANALYTES.entries)


UNIT_OF: Mapping[Analyte, Unit] = _View(lambda entry: entry.unit)

# The widest values that can be true of grain or a weighbridge. A value outside is refused where it
# enters (typed by a person) or kept as None (measured badly).
PLAUSIBLE: Mapping[Analyte, tuple[float, float]] = _View(lambda entry: entry.range)

USUAL: Mapping[Analyte, tuple[float, float] | None] = _View(lambda entry: entry.usual)
BLENDS: Mapping[Analyte, Literal["mean", "liquefaction", "never"]] = _View(lambda entry: entry.blends)


def is_known(name: str) -> bool:
    return name in ANALYTES.entries


def known_analyte(name: str) -> Analyte:
    """Return the analyte of the catalogue with this identifier. Raises ValueError where it has none."""
    if not is_known(name):
        raise ValueError(f"{name!r} is no analyte; known: {', '.join(ANALYTES.entries)}")
    return Analyte(name)


def in_order(analytes: Iterable[str]) -> list[Analyte]:
    """Return those of them that the catalogue knows, in its order."""
    wanted = set(analytes)
    return [Analyte(name) for name in ANALYTES.entries if name in wanted]


def grain_analytes() -> tuple[Analyte, ...]:
    """Return what can be measured of grain or typed for it."""
    return tuple(analyte for analyte in UNIT_OF if analyte != Analyte.WEIGHT)


def needs_basis(analyte: str) -> bool:
    """Tell whether a bare number says nothing: the basis changes it by more than a limit's margin."""
    return len(ANALYTES.entries[analyte].bases) > 1


def default_basis(analyte: str) -> Basis | None:
    """Return the one basis that a value of this analyte can have; None where it has none or must say it."""
    bases = ANALYTES.entries[analyte].bases
    return bases[0] if len(bases) == 1 else None


def basis_allowed(analyte: str, basis: Basis | None) -> bool:
    """Tell whether a value may be stated on that basis. One that is no share may say that it is as is."""
    bases = ANALYTES.entries[analyte].bases
    if basis is None:
        return len(bases) < 2
    return basis in (bases or (Basis.AS_IS,))
