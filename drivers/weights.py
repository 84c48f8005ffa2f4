"""Tell what the readings of one line say together, and one message alone cannot: whose weight it is, and
whether it may be called stable. No clock: the same bytes are judged alike on a line and from a recording.

    Reading -> platforms.py (which bridge) -> net told as gross -> constancy.py (a line like the others)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from drivers.constancy import Constancy, ShapeChange
from drivers.errors import FrameError
from drivers.kind import Kind, Setting
from drivers.magnitude import Way, describe, ways_of
from drivers.platforms import Platforms
from drivers.reading import Flag, Reading
from drivers.transport import ErrorCode

NET_LINES = 20
# So many messages in a row that a setting would have given a value are no damaged ones.
OPEN_LINES = 3
POWERED_UP_LINES = 50
POWERED_UP = "powered up, zero not yet captured"
NET_SETTING = Setting(
    "refuse",
    ("refuse", "gross"),
    "gross: the head always says net, without a tare: its weight counts as gross",
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an installer says of a head's weights: the settings `net` and `platform`."""

    net_is_gross: bool = False
    platform: str = ""

    @classmethod
    def chosen(cls, settings: Mapping[str, str]) -> "Weighed":
        return cls(settings.get("net") == "gross", settings.get("platform", ""))


SETTINGS: Mapping[str, Setting] = MappingProxyType({"net": NET_SETTING})


@runtime_checkable
class Weighing(Protocol):
    """A kind whose installer says more of its weights."""

    @property
    def weighed(self) -> Weighed: ...


class WeightStream:
    """Judges the readings of one device in their turn; those of analyzers pass."""

    def __init__(self, protocol: Kind) -> None:
        weighed = protocol.weighed if isinstance(protocol, Weighing) else Weighed()
        self._net_is_gross = weighed.net_is_gross
        self._platforms = Platforms(weighed.platform)
        self._constancy = Constancy()
        self._net_lines = 0
        self._powered_up_lines = 0
        self._open_lines = 0
        self._open: list[Way] = []

    def judge(self, reading: Reading) -> Reading | FrameError:
        """Return the reading as it may be used, or why it may not be."""
        self._note_open(reading)
        if reading.kind != "weight":
            return reading
        if reading.platform is not None:
            try:
                self._platforms.check(reading, reading.platform)
            except FrameError as error:
                return error
        if self._net_lines >= 0:
            self._count_net(reading)
        is_powered_up = reading.extra.get("problem") == POWERED_UP
        self._powered_up_lines = self._powered_up_lines + 1 if is_powered_up else 0
        return self._constancy.judge(_as_gross(reading) if self._net_is_gross else reading)

    def take_change(self) -> ShapeChange | None:
        """Return the change in the look of lines that the last reading brought about, once."""
        return self._constancy.take_change()

    @property
    def open_ways(self) -> list[Way]:
        """Return what the last loaded reading may be, where a setting is missing."""
        return self._open if self._open_lines >= OPEN_LINES else []

    @property
    def notice(self) -> tuple[ErrorCode | None, str]:
        """Return what keeps right weights from being used, where something does, and what to do."""
        if self._platforms.is_missed:
            heard = ", ".join(self._platforms.heard())
            return ErrorCode.PLATFORM_NOT_HEARD, f"the platform set is not heard, but {heard}: check platform"
        if self._net_lines >= NET_LINES and not self._net_is_gross:
            return (
                ErrorCode.ALWAYS_NET,
                "the head says net in every message: clear its tare, or set net = gross",
            )
        if self._open_lines >= OPEN_LINES:
            return ErrorCode.SETTING_MISSING, describe(self._open)
        if self._powered_up_lines >= POWERED_UP_LINES:
            return (
                ErrorCode.ALWAYS_POWERED_UP,
                "the head says powered up in every message: set its zero, or set power_up_bit = ignore",
            )
        return None, ""

    def _note_open(self, reading: Reading) -> None:
        """A loaded weight that is known ends what was open; an empty bridge says nothing of it. An analyzer
        sends no lines by the second: each counts."""
        if Flag.MOTION in reading.flags:
            return
        is_analysis = reading.kind == "analysis"
        if ways := ways_of(reading):
            self._open_lines += OPEN_LINES if is_analysis else 1
            self._open = ways
        elif reading.weight_kg or is_analysis:
            self._open_lines, self._open = 0, []

    def _count_net(self, reading: Reading) -> None:
        """A head that said gross once is not one that always says net."""
        if Flag.GROSS in reading.flags:
            self._net_lines = -1
        elif Flag.NET in reading.flags and reading.weight_kg is not None:
            self._net_lines += 1


def _as_gross(reading: Reading) -> Reading:
    """A message that tells its tare is net indeed."""
    if Flag.NET not in reading.flags or reading.extra.get("tare_kg"):
        return reading
    flags = reading.flags - {Flag.NET} | {Flag.GROSS}
    return replace(reading, flags=flags | {Flag.ZERO} if reading.weight_kg == 0 else flags)
