r"""A Tasmota serial bridge: an ESP board on the instrument's serial port that speaks MQTT.

    tele/<topic>/RESULT   {"SSerialReceived":"ST,GS,   0.000,kg\r\n"}               what the instrument said
    tele/<topic>/LWT      Online | Offline (retained)                               the board itself
    cmnd/<topic>/SSerialSend5   hex digits                                          what it is told

`tasmota_result` reads what the instrument said, of whatever release; several messages may come as one.
Subscribe to all of the board: `mqtt://broker/tele/bridge-1/+`. The bytes inside belong to another kind,
named by `driver`; its settings are given as `inner.<key>`. A message is a piece of a stream, cut where
the board's SerialDelimiter or buffer (256 bytes) cut it, so the inner framer decides what is a frame.
`data=hex` is for SerialDelimiter 254, and the only safe choice for binary protocols. Where the delimiter
is cut off by the board, `line_end` puts one back. What else a board tells of itself is left alone; what is
none of a board's, or holds no data where they should be, is handed on to be refused with its reason.

A board hands out what it receives only after it was told to send once since its start: when it comes
online it is told to send one CR (`wake=off`: nothing). `port=console` is for an instrument at the board's
own RX and TX, which says SerialReceived and is told by SerialSend5. Tasmota publishes at QoS 0: what is said
while the station or the broker is away is lost.

Documented by Tasmota; which prefix and which JSON a given release sends is to be verified on the unit.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from drivers.dialogue import Conversing, Dialogue, FrameGroup, Say
from drivers.errors import FrameError, InstrumentFault, NotUnderstood, SettingError
from drivers.framing import NoiseKeeper
from drivers.gateway.tasmota_result import BOUNDARY, CONSOLE, LIMIT, received_data, received_key
from drivers.kind import (
    Category,
    Chooser,
    Chosen,
    Evidence,
    Kind,
    Polled,
    Setting,
    choose,
    read_frame,
    stores_weights,
)
from drivers.magnitude import with_prefix
from drivers.protection import Protection
from drivers.reading import Frame, Reading
from drivers.repeats import Repeating
from drivers.transport import Chunk
from drivers.weights import Weighed, Weighing

HALF_AFTER_S = 2.0
ONLINE, OFFLINE = b"Online", b"Offline"
UNREAD = b"tasmota "  # before topic and message of what is handed on to be refused
_RESULTS = ("RESULT", "SSERIALRECEIVED", "SERIALRECEIVED")
_OF_ITSELF = re.compile(
    r"STATE|SENSOR|UPTIME|LOGGING|MARGINS|WAKEUP|EVENT|(INFO|STATUS|POWER|SWITCH|BUTTON)\d*"
)
_INNER = "inner."
_ENDS = {"as_sent": b"", "cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}
_WAKE = b"\r"
_LISTEN_S = 0.2

MakeKind = Callable[[str, Mapping[str, str]], Kind]


class TasmotaBridge(NoiseKeeper):
    """The conversation with one board; as a framer it reads a recording of RESULT messages, one a line."""

    def __init__(
        self, inner: Kind, unpack: Callable[[bytes], bytes], *, wake: bool, console: bool = False
    ) -> None:
        super().__init__()
        self._inner = inner.framer()
        self._unpack = unpack
        self._wake = wake
        self._is_console = console
        polled = inner if isinstance(inner, Polled) else None
        self._poll = polled.poll if polled else None
        self._every_s = polled.poll_every_s if polled else 0.0
        self._asked_s: float | None = None
        self._topic: str | None = None
        self._says: list[Say] = []
        self._heard_s = 0.0

    @property
    def noise(self) -> int:
        return self._noise + self._inner.noise

    @property
    def is_waiting(self) -> bool:
        return self._buffer.rstrip().endswith(b"}")

    def start(self, now: float) -> None:
        self._heard_s = now

    def hear(self, chunk: Chunk, at: datetime, now: float) -> list[FrameGroup]:
        if not chunk.whole:
            return _groups(self.feed(chunk.data, at))
        *before, last = (chunk.topic or "").split("/")
        self._learn_topic(before)
        if last == "LWT" and chunk.data == ONLINE:
            self._say_wake()
            return [FrameGroup(())]
        if last == "LWT" and chunk.data == OFFLINE:
            return _groups([Frame(OFFLINE, at)])
        if last not in _RESULTS:
            is_known = "cmnd" in before or _OF_ITSELF.fullmatch(last)
            return [] if is_known else _groups([_unread(chunk.topic, chunk.data, at)])
        if "stat" in before and not _holds_data(chunk.data):
            return [FrameGroup(())]  # the board's answer to what it was told
        if now - self._heard_s > HALF_AFTER_S:
            self._inner.drop()
        self._heard_s = now
        return _groups(
            [f for part in BOUNDARY.split(chunk.data) for f in self._frames(part, at, chunk.topic)]
        )

    def note_quiet(self, at: datetime, now: float) -> list[FrameGroup]:
        return _groups(self.idle(at))

    def confirm(self, token: object) -> None:
        """Tasmota waits for nothing."""

    def take_says(self, now: float) -> list[Say]:
        says, self._says = self._says, []
        if self._poll and self._topic and (self._asked_s is None or now - self._asked_s >= self._every_s):
            self._asked_s = now
            says.append(self._send(self._poll))
        return says

    def wait_s(self, now: float) -> float:
        due = self._every_s - (now - self._asked_s) if self._poll and self._asked_s is not None else _LISTEN_S
        return max(0.0, min(_LISTEN_S, due, self._inner.hold_s if self._inner.is_waiting else _LISTEN_S))

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        while boundary := BOUNDARY.search(self._buffer):
            frames += self._take(boundary.end(), at)
        while len(self._buffer) > LIMIT:
            frames += self._take(LIMIT + 1, at)
        return frames

    def idle(self, at: datetime) -> list[Frame]:
        frames = self._take(len(self._buffer), at) if self.is_waiting else []
        return frames + self._inner.idle(at)

    def end(self, at: datetime) -> list[FrameGroup]:
        return _groups(self.finish(at))

    def finish(self, at: datetime) -> list[Frame]:
        return self._take(len(self._buffer), at) + self._inner.finish(at)

    def drop(self) -> bytes:
        return super().drop() + self._inner.drop()

    def take_dropped(self) -> list[bytes]:
        return super().take_dropped() + self._inner.take_dropped()

    def _take(self, size: int, at: datetime) -> list[Frame]:
        message = bytes(self._buffer[:size])
        del self._buffer[:size]
        return self._frames(message, at)

    def _frames(self, message: bytes, at: datetime, topic: str | None = None) -> list[Frame]:
        message = message.strip()
        if not message:
            return []
        try:
            piece = self._unpack(message)
        except NotUnderstood:
            return [_unread(topic, message, at)]
        self._is_console = received_key(message) == CONSOLE
        return self._inner.feed(piece, at)

    def _learn_topic(self, parts: list[str]) -> None:
        """Commands go where telemetry comes from, with `cmnd` in place of `tele`."""
        if "tele" in parts:
            self._topic = "/".join("cmnd" if part == "tele" else part for part in parts)

    def _say_wake(self) -> None:
        if self._wake and self._topic:
            self._says.append(self._send(_WAKE))

    def _send(self, data: bytes) -> Say:
        command = "SerialSend5" if self._is_console else "SSerialSend5"
        return Say(data.hex().upper().encode(), f"{self._topic}/{command}")


class Tasmota:
    """`category`, `stores_weights` and `silent_after_s` of an object are those of the kind inside."""

    kind: ClassVar[str] = "tasmota"
    name: ClassVar[str] = "Tasmota serial bridge over MQTT, with another kind behind it"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.PROFILE,)
    unverified: ClassVar[tuple[str, ...]] = (
        "the topic prefix and the JSON of your Tasmota release",
        "whether the delimiter is part of what it hands out (line_end)",
    )
    stores_weights: ClassVar[bool | None] = None
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "driver": Setting("", (), "the kind behind the bridge; its own settings as inner.<key>"),
            "data": Setting("text", ("text", "hex"), "hex: the board has SerialDelimiter 254"),
            "line_end": Setting("as_sent", tuple(_ENDS), "what the board cuts off every message"),
            "port": Setting(
                "bridge", ("bridge", "console"), "console: the instrument is at the board's own RX and TX"
            ),
            "wake": Setting("cr", ("cr", "off"), "what the board is told to send when it comes online"),
        }
    )

    def __init__(
        self, settings: Mapping[str, str] = MappingProxyType({}), make: MakeKind | None = None
    ) -> None:
        """`make` makes the kind inside from its name and settings: the registry's `make_protocol`."""
        own = {key: value for key, value in settings.items() if not key.startswith(_INNER)}
        within = {key.removeprefix(_INNER): value for key, value in settings.items() if key not in own}
        chosen = choose(self.kind, self.settings, own)
        if make is None or not chosen["driver"]:
            raise SettingError("tasmota: driver = '' is not possible: name the kind behind the bridge")
        self.inner = make(chosen["driver"], within)
        if isinstance(self.inner, Conversing):
            raise SettingError(f"tasmota: driver = {chosen['driver']!r} cannot be carried by a bridge")
        self._hex = chosen["data"] == "hex"
        self._end = _ENDS[chosen["line_end"]]
        self._wake = chosen["wake"] == "cr"
        self._is_console = chosen["port"] == "console"
        self.category = self.inner.category  # type: ignore[misc]  # what the class declares, the kind inside refines
        self.stores_weights = stores_weights(self.inner)  # type: ignore[misc]
        self.silent_after_s = self.inner.silent_after_s  # type: ignore[misc]

    @property
    def repeats_within_s(self) -> float | None:
        return self.inner.repeats_within_s if isinstance(self.inner, Repeating) else None

    @property
    def chosen(self) -> Chosen:
        """What is not set of the kind inside, by its names here."""
        unset = self.inner.chosen.unset if isinstance(self.inner, Chooser) else {}
        return Chosen({f"{_INNER}{key}": setting for key, setting in unset.items()}, {})

    @property
    def weighed(self) -> Weighed:
        return self.inner.weighed if isinstance(self.inner, Weighing) else Weighed()

    def framer(self) -> TasmotaBridge:
        return TasmotaBridge(self.inner, self.unpack, wake=False)

    def dialogue(self) -> Dialogue:
        return TasmotaBridge(self.inner, self.unpack, wake=self._wake, console=self._is_console)

    def parse(self, frame: Frame) -> Reading:
        if frame.data == OFFLINE:
            raise InstrumentFault("the Tasmota bridge is offline: check its power and Wi-Fi")
        if frame.data.startswith(UNREAD):
            self._refuse(frame.data)
        outcome = read_frame(self.inner, frame)
        if isinstance(outcome, FrameError):
            raise outcome
        reading = with_prefix(outcome, _INNER)
        return replace(reading, driver=self.kind, extra={**reading.extra, "inner": self.inner.kind})

    def unpack(self, message: bytes) -> bytes:
        """Return the instrument's bytes of one message; NotUnderstood when it holds none."""
        return received_data(message, as_hex=self._hex) + self._end

    def _refuse(self, data: bytes) -> None:
        """Raise NotUnderstood with the reason why the bridge could not read this message."""
        topic, _, message = data.removeprefix(UNREAD).partition(b" ")
        last = topic.rpartition(b"/")[2].decode("utf-8", "replace")
        if last not in _RESULTS:
            advice = "subscribe to all of one board: tele/<topic>/+"
            raise NotUnderstood(f"{last!r} is no topic of a Tasmota board", data, advice)
        self.unpack(message)


def _holds_data(message: bytes) -> bool:
    return b'SerialReceived"' in message


def _unread(topic: str | None, message: bytes, at: datetime) -> Frame:
    name = (topic or "RESULT").replace(" ", "_")
    return Frame(UNREAD + name.encode() + b" " + message, at)


def _groups(frames: list[Frame]) -> list[FrameGroup]:
    return [FrameGroup((frame,)) for frame in frames]
