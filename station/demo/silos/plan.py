"""Which silos there are, and what each is told to play."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from station.store.folder import LEDGER

PLACES = {  # latitude and longitude, degrees
    "Beaulieu": (47.026, 4.840), "Chailly": (47.272, 4.483), "Montigny": (47.604, 4.362),
    "Saulieu": (47.280, 4.230), "Pouilly": (47.263, 4.555), "Nolay": (46.952, 4.633),
}  # fmt: skip
MOST = len(PLACES)
SEEDS_APART = 1_000  # two silos have no truck, photo or supplier in common by chance


@dataclass(frozen=True, slots=True)
class SiloPlan:
    """What one silo plays in a process of its own; `hub` has the addresses of headquarters as the silo
    reaches them, `code` is what it enrols with."""

    id: str
    name: str
    folder: str
    seed: int
    trucks: int
    speed: float
    language: str
    hub: tuple[str, ...]
    code: str
    at: tuple[float, float]

    @property
    def site_file(self) -> Path:
        return Path(self.folder) / "site.toml"

    @property
    def ledger(self) -> Path:
        return Path(self.folder) / "data" / LEDGER

    def as_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def plan_of(line: bytes | str) -> SiloPlan:
    told = json.loads(line)
    return SiloPlan(**{**told, "hub": tuple(told["hub"]), "at": tuple(told["at"])})


def place_of(number: int) -> tuple[str, str, tuple[float, float]]:
    """Return id, name and coordinates of the silo with this number, from 0."""
    name, at = list(PLACES.items())[number]
    return name.lower(), f"Silo de {name}", at
