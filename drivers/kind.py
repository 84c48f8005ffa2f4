"""Every kind of device declares the same facts, and one way leads from a frame to a reading."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol, runtime_checkable

from drivers.errors import FrameError, InstrumentFault, SettingError, Unset
from drivers.framing import Framer
from drivers.magnitude import merge
from drivers.protection import Protection
from drivers.reading import Frame, Reading

Category = Literal["weighbridge", "analyzer"]
Evidence = Literal["documented", "captured", "inferred"]

# What a parser can raise by mistake. One such message is a bad frame; the line stays open.
_PARSER_MISTAKES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice the installer makes for a kind: a word from `allowed`, any text where that is empty.

    `magnitude`: it decides how large a number is. It has no default: a number that depends on it has no
    value until a person compared a loaded reading with the display.
    """

    default: str
    allowed: tuple[str, ...]
    help: str
    magnitude: bool = False


def open_setting(allowed: tuple[str, ...], text: str) -> Setting:
    """Return a setting that decides how large a number is."""
    return Setting("", allowed, text, magnitude=True)


class Chosen(dict[str, str]):
    """The settings in force. Raises Unset where one that decides how large a number is was not made."""

    def __init__(self, declared: Mapping[str, Setting], given: Mapping[str, str]) -> None:
        super().__init__(
            (key, given.get(key, setting.default))
            for key, setting in declared.items()
            if key in given or not setting.magnitude
        )
        self._declared, self._given = declared, dict(given)
        self._others: dict[str, dict[str, Kind]] = {}

    def __missing__(self, key: str) -> str:
        raise Unset(key)

    @property
    def unset(self) -> dict[str, Setting]:
        """Return the settings without which some numbers have no value."""
        return {key: setting for key, setting in self._declared.items() if key not in self}

    def only(self, names: Collection[str]) -> "Chosen":
        """Return the same choices where of the settings that decide sizes only these matter."""
        declared = {
            key: setting for key, setting in self._declared.items() if not setting.magnitude or key in names
        }
        return Chosen(declared, self._given)

    def by_choice(self, key: str, make: "type[Kind]") -> "Mapping[str, Kind]":
        """Return the kind by each choice of a setting that was not made."""
        if key not in self._others:
            allowed = self._declared[key].allowed if key in self._declared else ()
            self._others[key] = {choice: make({**self._given, key: choice}) for choice in allowed}
        return self._others[key]


class Kind(Protocol):
    """One device protocol. `parse` is pure and raises FrameError (and InstrumentFault) only; a kind that is a
    Chooser raises Unset for a message whose number depends on a setting that was not made.

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


@runtime_checkable
class Chooser(Protocol):
    """A kind some of whose settings decide how large a number is."""

    @property
    def chosen(self) -> Chosen: ...


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


def choose(kind: str, declared: Mapping[str, Setting], given: Mapping[str, str]) -> Chosen:
    """Return the settings in force: the defaults, overlaid by `given`. SettingError on anything unknown."""
    for key, value in given.items():
        if key not in declared:
            known = ", ".join(declared) or "none"
            raise SettingError(f"{kind}: unknown setting {key!r}; known settings: {known}")
        if declared[key].allowed and value not in declared[key].allowed:
            allowed = ", ".join(declared[key].allowed)
            raise SettingError(f"{kind}: {key} = {value!r} is not possible; allowed: {allowed}")
    return Chosen(declared, given)


def read_frame(protocol: Kind, frame: Frame) -> Reading | FrameError:
    """Parse one frame. A fault reported by the instrument (InstrumentFaultFrame) and a mistake in the
    parser (DriverFaultFrame) are errors of this frame and of no other. Where a setting is missing, the
    reading says what each choice makes of the frame, and has no value (`drivers.magnitude`).
    """
    try:
        return protocol.parse(frame)
    except Unset as unset:
        return _read_by_each_choice(protocol, unset.setting, frame)
    except FrameError as error:
        return error
    except InstrumentFault as fault:
        return InstrumentFaultFrame(f"instrument fault: {fault}", frame.data)
    except _PARSER_MISTAKES as mistake:
        return DriverFaultFrame(f"driver {protocol.kind} failed on this message: {mistake!r}", frame.data)


def _read_by_each_choice(protocol: Kind, setting: str, frame: Frame) -> Reading | FrameError:
    kinds = protocol.chosen.by_choice(setting, type(protocol)) if isinstance(protocol, Chooser) else {}
    if not kinds:
        return DriverFaultFrame(f"driver {protocol.kind} has no setting {setting}", frame.data)
    return merge(setting, {choice: read_frame(kind, frame) for choice, kind in kinds.items()})
