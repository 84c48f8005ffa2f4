"""Silos and headquarters at work: what the silos say is heard, the line is cut and comes back."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from station.demo.silos.arrival import Sealed, has_arrived, is_at_rest, sealed
from station.demo.silos.cable import Cable
from station.demo.silos.headquarters import Headquarters
from station.demo.silos.outage import Outage
from station.demo.silos.silo_process import Message, SiloProcess

LOOK_S = 0.2
REST_S = 150.0  # a station's poster waits a minute at most after a failed try
ALL = float("inf")

Tell = Callable[[str, Mapping[str, Any]], None]  # what happened, and of which silo


class SiloFailed(Exception):
    """A silo ended, or said why it cannot go on."""


class NotArrived(Exception):
    """Headquarters does not have everything, and nothing more comes."""


@dataclass
class Show:
    """`finished` counts the loads of each silo; `catch_up_s` is the longest that headquarters took to have
    all that had been sealed while the line was cut."""

    database: str
    headquarters: Headquarters
    cable: Cable
    silos: Sequence[SiloProcess]
    heard: "Queue[Message]"
    tell: Tell
    finished: dict[str, float]
    ready: dict[str, str] = field(default_factory=dict)  # the stations' addresses
    over: dict[str, bool] = field(default_factory=dict)
    catch_up_s: float = 0.0
    _owed: dict[str, Sealed] = field(default_factory=dict)
    _back_at: float = 0.0

    @property
    def ledgers(self) -> dict[str, Path]:
        return {silo.plan.id: silo.plan.ledger for silo in self.silos}

    def await_ready(self) -> None:
        """Raises SiloFailed, HeadquartersFailed."""
        while len(self.ready) < len(self.silos):
            self.look()

    def play(self, outage: Outage) -> None:
        """Go on until each day is over. Raises SiloFailed, HeadquartersFailed."""
        while len(self.over) < len(self.silos):
            self._switch(on=outage.is_on())
            self.look()
        self._switch(on=False)

    def rest(self) -> None:
        """Send no more trucks, and wait until everything has arrived. Raises NotArrived, SiloFailed,
        HeadquartersFailed."""
        self._switch(on=False)
        for silo in self.silos:
            silo.rest()
        end = time.monotonic() + REST_S
        while len(self.over) < len(self.silos) or self._owed or not is_at_rest(self.ledgers, self.database):
            if time.monotonic() > end:
                raise NotArrived
            self.look()

    def stop_silos(self) -> None:
        for silo in self.silos:
            silo.let_go()
        for silo in self.silos:
            silo.stop()

    def look(self) -> None:
        """Hear what the silos say, and see how far the bags are."""
        with suppress(Empty):
            self._hear(*self.heard.get(timeout=LOOK_S))
        self.headquarters.check()
        if self._owed and has_arrived(self._owed, self.database):
            self._owed = {}
            seconds = time.monotonic() - self._back_at
            self.catch_up_s = max(self.catch_up_s, seconds)
            self.tell("caught_up", {"seconds": seconds})

    def _hear(self, silo: str, message: dict[str, Any]) -> None:
        match message["said"]:
            case "ready":
                self.ready[silo] = message["url"]
            case "load":
                self.finished[silo] += 1
                self.tell("load", {"silo": silo, **message["load"]})
            case "over":
                self.over[silo] = message["good"]
                self.finished[silo] = ALL
            case "failed":
                raise SiloFailed(f"{silo}: {message['why']}")
            case "ended":
                raise SiloFailed(f"{silo}: it ended")

    def _switch(self, *, on: bool) -> None:
        """Cut the line or mend it, where that is not done."""
        if on == self.cable.is_cut:
            return
        if on:
            self.cable.cut()
            self._owed = {}
            self.tell("cut", {})
        else:
            self._owed = {silo: sealed(ledger) for silo, ledger in self.ledgers.items()}
            self._back_at = time.monotonic()
            self.cable.mend()
            self.tell("back", {})
