"""The species that a silo may take are a catalogue: `species.toml`, and what a site adds by `[[species]]`.

An entry says the names, the types that the trade tells apart, the names that instruments give it, the name
that its photos are judged under, and the usual ranges of its analytes.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated

from pydantic import StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from drivers.analytes import Range
from drivers.named import Catalogue, Entry, Id, Names
from drivers.reading import PLAUSIBLE, Analyte

Product = Annotated[str, StringConstraints(min_length=1, max_length=60)]


def _plain(number: float) -> float:
    """A whole number without its decimals, as the file has it."""
    return int(number) if number.is_integer() else number


class SpeciesEntry(Entry):
    """`photo`: kernels of several species that look alike are judged under one name; None: its own.
    `oilseed`: it takes up insecticides for grain, which it may not have."""

    photo: Id | None = None
    types: Mapping[Id, Names] = {}
    products: tuple[Product, ...] = ()
    usual: Mapping[Analyte, Range] = {}
    oilseed: bool = False

    @field_validator("usual")
    @classmethod
    def _within_the_widest(cls, usual: Mapping[Analyte, Range]) -> Mapping[Analyte, Range]:
        for analyte, (low, high) in usual.items():
            lowest, highest = PLAUSIBLE[analyte]
            if not lowest <= low < high <= highest:
                told = {"analyte": str(analyte), "lowest": _plain(lowest), "highest": _plain(highest)}
                raise PydanticCustomError(
                    "usual", "{analyte} must be [lowest, highest] within {lowest} to {highest}", told
                )
        return usual

    @property
    def photo_name(self) -> str:
        return self.photo or self.id


def _shipped() -> list[SpeciesEntry]:
    text = resources.files("station").joinpath("species.toml").read_text(encoding="utf-8")
    return [SpeciesEntry.model_validate(table) for table in tomllib.loads(text)["species"]]


SPECIES: Catalogue[SpeciesEntry] = Catalogue(_shipped())
