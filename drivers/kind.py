"""Every kind of device declares the same facts, and one way leads from a frame to a reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol, runtime_checkable

from drivers.errors import FrameError, InstrumentFault, SettingError
from drivers.framing import Framer
from drivers.protection import Protection
from drivers.reading import Frame, Reading

Category = Literal["weighbridge", "analyzer"]
Evidence = Literal["documented", "captured", "inferred"]

# What a parser can raise by mistake. One such message is a bad frame; the line stays open.
_PARSER_MISTAKES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice the installer makes for a kind: a word from `allowed`, any text where that is empty."""

    default: str
    allowed: tuple[str, ...]
    help: str


class Kind(Protocol):
    """One device protocol. `parse` is pure and raises FrameError (and InstrumentFault) only.

    `evidence` says where the wire format is known from, `unverified` what of it was never seen, `protection`
    how damage to a message would be noticed: all the ways its forms have, the best first.
    `silent_after_s` is how long the device may say nothing before that is a fault (None: for ever).
    """

    kind: ClassVar[str]
    name: ClassVar[str]
    category: ClassVar[Category]
    evidence: ClassVar[Evidence]
    never_checked_on_hardware: ClassVar[bool]
    unverified: ClassVar[tuple[str, ...]]
    protection: ClassVar[tuple[Protection, ...]]
    settings: ClassVar[Mapping[str, Setting]]
    silent_after_s: ClassVar[float | None]

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None: ...

    def framer(self) -> Framer: ...

    def parse(self, frame: Frame) -> Reading: ...


@runtime_checkable
class Polled(Protocol):
    """A kind that may have to be asked: `poll` is written every `poll_every_s` seconds.

    None where the device, as it is set up, speaks by itself. Not declared: it always does.
    """

    @property
    def poll(self) -> bytes | None: ...

    @property
    def poll_every_s(self) -> float: ...


class Sealing(Protocol):
    """A kind whose head stores each weight under a number of its own (alibi memory, DSD) and tells it in its
    messages, as `extra["sealed_number"]`. None: the profile, or the kind behind it, says so of an object."""

    stores_weights: bool | None


def stores_weights(kind: Kind | type[Kind]) -> bool | None:
    """Tell whether the head stores its weights and says so. A kind that declares nothing does not."""
    found: bool | None = getattr(kind, "stores_weights", False)
    return found


class InstrumentFaultFrame(FrameError):
    """The instrument itself reports a fault in this message."""


class DriverFaultFrame(FrameError):
    """The driver failed on this message: a mistake of the program, not of the line."""


def choose(kind: str, declared: Mapping[str, Setting], given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in force: the defaults, overlaid by `given`. SettingError on anything unknown."""
    for key, value in given.items():
        if key not in declared:
            known = ", ".join(declared) or "none"
            raise SettingError(f"{kind}: unknown setting {key!r}; known settings: {known}")
        if declared[key].allowed and value not in declared[key].allowed:
            allowed = ", ".join(declared[key].allowed)
            raise SettingError(f"{kind}: {key} = {value!r} is not possible; allowed: {allowed}")
    return {key: given.get(key, setting.default) for key, setting in declared.items()}


def read_frame(protocol: Kind, frame: Frame) -> Reading | FrameError:
    """Parse one frame. A fault reported by the instrument (InstrumentFaultFrame) and a mistake in the
    parser (DriverFaultFrame) are errors of this frame and of no other.
    """
    try:
        return protocol.parse(frame)
    except FrameError as error:
        return error
    except InstrumentFault as fault:
        return InstrumentFaultFrame(f"instrument fault: {fault}", frame.data)
    except _PARSER_MISTAKES as mistake:
        return DriverFaultFrame(f"driver {protocol.kind} failed on this message: {mistake!r}", frame.data)
