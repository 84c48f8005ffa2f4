"""Which silos there are, and what each is told to play."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from station.store.folder import LEDGER

PLACES = ("Beaulieu", "Chailly", "Montigny", "Saulieu", "Pouilly", "Nolay")
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
    return SiloPlan(**{**told, "hub": tuple(told["hub"])})


def place_of(number: int) -> tuple[str, str]:
    """Return id and name of the silo with this number, from 0."""
    return PLACES[number].lower(), f"Silo de {PLACES[number]}"
