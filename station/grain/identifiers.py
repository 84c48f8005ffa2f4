"""Files, commands and rows share these identifiers."""

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

PHOTO_WHEAT = "wheat"


def photo_species(species: str) -> str:
    """Return the name a photo is judged under: kernels of soft wheat and durum are both `wheat`."""
    if species in (Species.SOFT_WHEAT, Species.DURUM):
        return PHOTO_WHEAT
    return species


def photo_names(species: str) -> tuple[str, ...]:
    """Return every name under which the declared species of a photo judged as `species` may be recorded."""
    return (species, *(one.value for one in Species if photo_species(one) == species and one != species))


def same_species(said: str | None, declared: str | None) -> bool:
    """Tell whether both can be true of one sample. None (not said) fits any; `wheat` fits both wheats."""
    if said is None or declared is None:
        return True
    return said == declared or said == photo_species(declared)
