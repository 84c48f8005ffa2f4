"""Files, commands and rows share these identifiers."""

import re
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from drivers.named import NAME
from station.species import SPECIES


class Species(str):
    """The identifier of a species. Any well-formed word is one, known here or not: a record may be older than
    the catalogue. Where pydantic reads one, the catalogue must know it."""

    __slots__ = ()

    SOFT_WHEAT: ClassVar["Species"]
    DURUM: ClassVar["Species"]
    BARLEY: ClassVar["Species"]

    def __new__(cls, name: str) -> "Species":
        if not re.fullmatch(NAME, name):
            raise ValueError(f"{name!r} is no identifier of a species")
        return super().__new__(cls, name)

    @property
    def value(self) -> str:
        return str.__str__(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_known_or_error, core_schema.str_schema())


for _name in Species.__annotations__:
    setattr(Species, _name, Species(_name.lower()))


def is_known_species(name: str) -> bool:
    return name in SPECIES.entries


def _known_or_error(name: str) -> Species:
    if not is_known_species(name):
        params = {"name": name, "known": ", ".join(SPECIES.entries)}
        raise PydanticCustomError("species", "{name} is no species; known: {known}", params)
    return Species(name)


class Claim(StrEnum):
    """A claim is declared by the supplier and must be honoured by the cell. A site may add words of its
    own."""

    ORGANIC = "organic"
    SEED = "seed"
    CONTRACT_VARIETY = "contract_variety"
    SUSTAINABILITY = "sustainability"


class Regime(StrEnum):
    """Whose grain it is by law, once the silo has it."""

    OWNED = "owned"
    DEPOSIT = "deposit"
    ON_BEHALF = "on_behalf"
    SERVICE = "service"


SampleKind = Literal["load", "control", "courtesy", "cell", "composite"]
CellRole = Literal["normal", "hold", "quarantine"]


def photo_species(species: str) -> str:
    """Return the name a photo is judged under: kernels of soft wheat and durum are both `wheat`."""
    entry = SPECIES.entries.get(species)
    return entry.photo_name if entry else species


def photo_names(species: str) -> tuple[str, ...]:
    """Return every name under which the declared species of a photo judged as `species` may be recorded."""
    alike = (one.id for one in SPECIES.entries.values() if one.photo_name == species and one.id != species)
    return (species, *alike)


def same_species(said: str | None, declared: str | None) -> bool:
    """Tell whether both can be true of one sample. None (not said) fits any; `wheat` fits both wheats."""
    if said is None or declared is None:
        return True
    return said == declared or said == photo_species(declared)
