"""A bridge as the station sees it: every weighbridge format, line after line, up to the weighings."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from drivers.generic.generic import Generic
from drivers.generic.profile import SHIPPED
from drivers.kind import read_frame
from drivers.reading import Flag, Frame, Reading
from drivers.registry import make_protocol
from drivers.simulated.profiled import message
from drivers.simulated.scale import Display
from drivers.steadiness import Steadiness
from drivers.weights import WeightStream
from station.grain.weighing import WatchState, WeighingRule, watch
from tests.drivers.heads import HEADS, Head, made
from tests.drivers.rig import AT

LINE_S = 0.2
LOAD_KG, OTHER_KG = 43_120, 11_330

# A protocol keeps nothing between two messages.
_protocol = lru_cache(maxsize=None)(lambda kind, settings: make_protocol(kind, dict(settings)))


class Profiled:
    """A head that speaks as the template of a profile says."""

    banner = b""

    def __init__(self, name: str) -> None:
        self._profile = Generic({"profile": name}).profile
        self._has_decimals = name == "flintec-bsi"
        self._status = "ST" if name == "st-weight" else "S"

    def message(self, display: Display) -> bytes:
        weight = f"{display.shown:08.1f}" if self._has_decimals else f"{display.shown:.0f}"
        return message(self._profile, {"weight": weight, "status": self._status, "mode": "GS"})


def _profiles() -> Iterator[Head]:
    for path in sorted(SHIPPED.glob("*.toml")):
        settings = {"profile": path.stem}
        protocol = Generic(settings)
        if protocol.category == "weighbridge":
            yield Head(path.stem, "generic", Profiled(path.stem), made("generic", settings))


EVERY = [*(head for head in HEADS if "kg" in head.units), *_profiles()]


class Bridge:
    """Hears messages, `LINE_S` seconds apart, as a driver does."""

    def __init__(self, head: Head) -> None:
        self._protocol = _protocol(head.kind, tuple(head.settings.items()))
        self._framer = self._protocol.framer()
        self._seconds = 0.0
        self._steadiness = Steadiness(lambda: self._seconds)
        self._stream = WeightStream(self._protocol)

    def hear(self, messages: Iterable[bytes]) -> Iterator[Reading]:
        for data in messages:
            self._seconds += LINE_S
            at = AT + timedelta(seconds=self._seconds)
            yield from self._readings(self._framer.feed(data, at))
            yield from self._quiet(at)

    def _quiet(self, at: datetime) -> Iterator[Reading]:
        if self._framer.is_waiting:
            yield from self._readings(self._framer.idle(at))

    def _readings(self, frames: list[Frame]) -> Iterator[Reading]:
        for frame in frames:
            outcome = read_frame(self._protocol, frame)
            if isinstance(outcome, Reading):
                judged = self._stream.judge(self._steadiness.judge(outcome))
                if isinstance(judged, Reading):
                    yield judged


def stable_weights(head: Head, messages: Iterable[bytes]) -> set[float | None]:
    return {reading.weight_kg for reading in Bridge(head).hear(messages) if Flag.STABLE in reading.flags}


def weighings(head: Head, messages: Iterable[bytes]) -> list[float]:
    state, taken = WatchState(), []
    for reading in Bridge(head).hear(messages):
        state, weighing = watch(state, reading, WeighingRule())
        taken += [weighing.kg] if weighing else []
    return taken


def says(head: Head, kg: int) -> bytes:
    return head.talker.message(Display(weight=kg))
