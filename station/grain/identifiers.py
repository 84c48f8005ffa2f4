"""Files, commands and rows share these identifiers."""

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic_core import PydanticCustomError

from drivers.named import Identifier
from station.claims import CLAIMS
from station.species import SPECIES


class Species(Identifier):
    """The identifier of a species."""

    __slots__ = ()

    thing = "a species"

    SOFT_WHEAT: ClassVar["Species"]
    DURUM: ClassVar["Species"]
    BARLEY: ClassVar["Species"]

    @classmethod
    def of_catalogue(cls, name: str) -> Self:
        if not is_known_species(name):
            params = {"name": name, "known": ", ".join(SPECIES.entries)}
            raise PydanticCustomError("species", "{name} is no species; known: {known}", params)
        return cls(name)


def is_known_species(name: str) -> bool:
    return name in SPECIES.entries


class Claim(Identifier):
    """The identifier of a claim: what is declared of a load, which a cell honours."""

    __slots__ = ()

    thing = "a claim"

    ORGANIC: ClassVar["Claim"]
    SEED: ClassVar["Claim"]
    CONTRACT_VARIETY: ClassVar["Claim"]
    SUSTAINABILITY: ClassVar["Claim"]
    INSECTICIDE_FREE: ClassVar["Claim"]

    @classmethod
    def of_catalogue(cls, name: str) -> Self:
        if name not in CLAIMS.entries:
            params = {"name": name, "known": ", ".join(CLAIMS.entries)}
            raise PydanticCustomError("claim", "{name} is no claim; known: {known}", params)
        return cls(name)


class Regime(StrEnum):
    """Whose grain it is by law, once the silo has it."""

    OWNED = "owned"
    DEPOSIT = "deposit"
    ON_BEHALF = "on_behalf"
    SERVICE = "service"


SampleKind = Literal["load", "control", "courtesy", "cell", "composite", "outbound"]
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
