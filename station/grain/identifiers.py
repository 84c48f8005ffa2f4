"""The identifiers that files, commands and rows share."""

from enum import StrEnum
from typing import Literal


class Species(StrEnum):
    SOFT_WHEAT = "soft_wheat"
    DURUM = "durum"
    BARLEY = "barley"
    MAIZE = "maize"
    RICE = "rice"
    RAPESEED = "rapeseed"
    PEA = "pea"


class Claim(StrEnum):
    """What a supplier declares and the cell must honour. A site may add words of its own."""

    ORGANIC = "organic"
    SEED = "seed"
    CONTRACT_VARIETY = "contract_variety"
    SUSTAINABILITY = "sustainability"


SampleKind = Literal["load", "control", "courtesy", "cell", "composite"]
CellRole = Literal["normal", "hold", "quarantine"]

PHOTO_WHEAT = "wheat"


def photo_species(species: str) -> str:
    """The name a photo is judged under: kernels of soft wheat and durum are both `wheat`."""
    if species in (Species.SOFT_WHEAT, Species.DURUM):
        return PHOTO_WHEAT
    return species


def photo_names(species: str) -> tuple[str, ...]:
    """Every name under which the declared species of a photo judged as `species` may be recorded."""
    return (species, *(one.value for one in Species if photo_species(one) == species and one != species))


def same_species(said: str | None, declared: str | None) -> bool:
    """Can both be true of one sample? None (not said) fits any; `wheat` fits both wheats."""
    if said is None or declared is None:
        return True
    return said == declared or said == photo_species(declared)
