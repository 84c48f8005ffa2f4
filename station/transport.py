"""What vehicles carried before and what they may weigh on the road are data: `transport.toml`."""

import tomllib
from importlib import resources
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from drivers.named import Catalogue, Entry

Cleaning = Literal["A", "B", "C", "D"]  # dry, water, water and an agent, disinfected


class CargoEntry(Entry):
    """A cargo that the vehicle carried (chargement précédent): after it grain takes at least this
    `cleaning`, or none that is done here (`forbidden`)."""

    cleaning: Cleaning | None = None
    forbidden: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.forbidden == (self.cleaning is not None):
            raise ValueError("say a cleaning, or that it is forbidden")
        return self


class GrossLimit(BaseModel):
    """What a vehicle with so many `axles`, or more, may weigh: `alone`, or with what it draws."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    axles: int
    alone_kg: float
    together_kg: float | None = None


def _shipped() -> dict[str, Any]:
    return tomllib.loads(resources.files("station").joinpath("transport.toml").read_text(encoding="utf-8"))


_TOLD = _shipped()
CARGOES: Catalogue[CargoEntry] = Catalogue(CargoEntry.model_validate(one) for one in _TOLD["cargoes"])
GROSS: tuple[GrossLimit, ...] = tuple(GrossLimit.model_validate(one) for one in _TOLD["gross"])
