"""A driver asks the same of every line, whatever the line is made of."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from drivers.errors import TransportError


class ErrorCode(StrEnum):
    """What is wrong with a device, for a machine to match; the text beside it is for a person."""

    PORT_MISSING = "port_missing"
    PORT_DENIED = "port_denied"
    PORT_BUSY = "port_busy"
    PORT_LOST = "port_lost"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    IDLE = "idle"
    BROKER_REFUSED = "broker_refused"
    BROKER_LOST = "broker_lost"
    FILE_MISSING = "file_missing"
    GARBLED = "garbled"
    BAD_FRAME = "bad_frame"
    NOT_UNDERSTOOD = "not_understood"
    OUT_OF_TURN = "out_of_turn"
    NO_RESULT = "no_result"
    INSTRUMENT_FAULT = "instrument_fault"
    DRIVER_FAULT = "driver_fault"
    SEVERAL_PLATFORMS = "several_platforms"
    PLATFORM_NOT_HEARD = "platform_not_heard"
    ALWAYS_NET = "always_net"
    ALWAYS_POWERED_UP = "always_powered_up"
    SETTING_MISSING = "setting_missing"


class LineDown(TransportError):
    """A TransportError that knows its code; the message says what a person can do."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code


class EndOfData(Exception):
    """A recording has been read to its end. No error: nothing more will come."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk is what one read returned.

    `whole` is True where the transport delivers whole messages (MQTT) instead of pieces of a stream.
    `receipt` is to be given back through `confirm` once the message is safe; `dup` is the sender's
    word that it may have come before.
    """

    data: bytes
    whole: bool = False
    receipt: Any = None
    dup: bool = False
    topic: str | None = None


class Transport(Protocol):
    """One line to one device. `open` and `read` raise LineDown; `close` is harmless at any time."""

    def open(self) -> None:
        """Connect, at most a few seconds."""

    def read(self, timeout: float) -> Chunk | None:
        """Return the next bytes, or None after `timeout` seconds without any. EndOfData ends a recording."""

    def write(self, data: bytes) -> None: ...

    def confirm(self, receipt: Any) -> None:
        """Tell the sender that it may forget the message of this receipt, which is safe."""

    def close(self) -> None: ...

    def describe(self) -> str:
        """Return the address and line settings, without secrets, for a person to read."""


@runtime_checkable
class Publishing(Protocol):
    """A line with topics: what is said names one."""

    def publish(self, topic: str, data: bytes) -> None:
        """Send at least once, not retained. Raises LineDown when the line is gone."""
