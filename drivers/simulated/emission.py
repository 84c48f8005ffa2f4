"""A simulator logs what it really sent: the log against which lost and doubled readings are counted."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Emission:
    """One message. `intact` is False when it left damaged on purpose, `carried` when nobody heard it.

    `values` are by analyte name in the unit of the instrument's own display; `identity` is what the
    message says of itself, where the protocol has that.
    """

    at: datetime
    data: bytes
    values: Mapping[str, float | None] = field(default_factory=dict)
    sample_id: str | None = None
    identity: str | None = None
    intact: bool = True
    carried: bool = True


class EmissionLog:
    """The simulator's thread writes it, whoever counts reads it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._emissions: list[Emission] = []

    def add(self, emission: Emission) -> Emission:
        with self._lock:
            self._emissions.append(emission)
        return emission

    def all(self) -> list[Emission]:
        with self._lock:
            return list(self._emissions)

    def countable(self) -> list[Emission]:
        """Return those that had to arrive: undamaged, with somebody at the other end."""
        return [emission for emission in self.all() if emission.intact and emission.carried]
