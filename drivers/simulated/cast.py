"""Choose which simulator plays a kind, on which line, with which faults, for `silo simulate`."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from drivers.errors import SettingError
from drivers.gateway.modbus import Modbus
from drivers.gateway.tasmota import Tasmota
from drivers.kind import Polled
from drivers.registry import make_protocol
from drivers.simulated.analyzers import ANALYZERS, STUBBORN, Bench
from drivers.simulated.disturbed import DisturbedLine
from drivers.simulated.faults import LineFault
from drivers.simulated.line import TwoWayLine
from drivers.simulated.modbus_talker import SimulatedModbus
from drivers.simulated.plan import FaultPlan
from drivers.simulated.ports import broker_of, open_line
from drivers.simulated.samples import Samples
from drivers.simulated.sent import SentMessage
from drivers.simulated.trucks import Trucks
from drivers.simulated.weighbridges import READ_BY, WEIGHBRIDGES
from drivers.simulated.whole_results import FILE_FAULTS, NODE_FAULTS, FileResults, NodeResults

# The profile that a simulator speaks where none is chosen.
PROFILES: Mapping[str, str] = {
    "modbus": "float-weight",
    "generic": "gehaka-g810",
    "json-paths": "nir-list",
    "sparkplug": "nir",
    "file-drop": "foss-results",
}
_FIXED = frozenset(PROFILES) - {"generic"}
# Slow enough that a half message is given up before the next one comes.
_SAMPLES_HZ = 0.4
_MESSAGES_BETWEEN = (20, 60)
_SAMPLES_BETWEEN = (1, 3)


class Player(Protocol):
    """One simulated instrument: `play_one` is a step of it and returns the seconds until the next."""

    def start(self) -> None: ...

    def play_one(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Casting:
    """Says what is to be played. `rate_hz` is messages a second of a weighbridge, samples a second of an
    analyzer; its clock runs `speed` times real time."""

    kind: str
    port: str
    settings: Mapping[str, str]
    faults: Sequence[LineFault] = ()
    seed: int = 1
    rate_hz: float | None = None
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Show:
    """A simulator ready to play: `address` is what a station reads it by, `ignored` are the faults that
    mean nothing to this kind."""

    player: Player
    address: str
    settings: Mapping[str, str]
    ignored: tuple[LineFault, ...]
    close: Callable[[], None]
    speed: float = 1.0

    def play(self, stop: threading.Event, seconds: float | None) -> None:
        """Play until `stop`, or for so many real seconds."""
        end = None if seconds is None else time.monotonic() + seconds
        try:
            self.player.start()
            while not stop.is_set() and (end is None or time.monotonic() < end):
                stop.wait(self.player.play_one() / self.speed)
        finally:
            self.close()


def settings_of(casting: Casting) -> dict[str, str]:
    """Return the settings of the kind with what its simulator shows put in, its profile too. SettingError."""
    behind = READ_BY.get(casting.settings.get("driver", ""), {})
    inner = {f"inner.{key}": word for key, word in behind.items()} if casting.kind == Tasmota.kind else {}
    chosen = {**READ_BY.get(casting.kind, {}), **inner, **casting.settings}
    own = PROFILES.get(casting.kind)
    if own is not None:
        if casting.kind in _FIXED and chosen.get("profile", own) != own:
            raise SettingError(f"the simulated {casting.kind} speaks the profile {own!r} only")
        chosen.setdefault("profile", own)
    return chosen


def cast(
    casting: Casting,
    *,
    clock: Callable[[], datetime],
    say: Callable[[SentMessage], None],
    stop: threading.Event,
) -> Show:
    """Raise SettingError for what cannot be played, LineDown where the port or broker is not there."""
    settings = settings_of(casting)
    make_protocol(casting.kind, settings)
    if casting.kind in ("sparkplug", "file-drop"):
        return _whole_results(casting, settings, clock, say)
    inner = settings.get("driver", casting.kind) if casting.kind == "tasmota" else casting.kind
    line, address = open_line(casting.port, casting.kind, as_hex=settings.get("data") == "hex")
    try:
        if inner in WEIGHBRIDGES or inner == "modbus":
            player: Player = _trucks(casting, inner, settings, line, clock, say)
        else:
            player = _samples(casting, inner, settings, line, clock, say, stop)
    except SettingError:
        line.close()
        raise
    return Show(player, address, settings, (), line.close, casting.speed)


def _trucks(
    casting: Casting,
    kind: str,
    settings: Mapping[str, str],
    line: TwoWayLine,
    clock: Callable[[], datetime],
    say: Callable[[SentMessage], None],
) -> Trucks:
    protocol = make_protocol(kind, _own(casting, settings))
    return Trucks(
        SimulatedModbus(protocol.query) if isinstance(protocol, Modbus) else WEIGHBRIDGES[kind](clock),
        line,
        clock=clock,
        plan=FaultPlan(casting.faults, casting.seed, _MESSAGES_BETWEEN),
        say=say,
        seed=casting.seed,
        rate_hz=casting.rate_hz or 10.0,
        answers=isinstance(protocol, Polled) and protocol.poll is not None,
    )


def _samples(
    casting: Casting,
    kind: str,
    settings: Mapping[str, str],
    line: TwoWayLine,
    clock: Callable[[], datetime],
    say: Callable[[SentMessage], None],
    stop: threading.Event,
) -> Samples:
    if kind not in ANALYZERS:
        raise SettingError(f"driver {kind!r} has no simulator")
    whole = casting.port.startswith("mqtt:") and casting.kind != "tasmota"
    disturbed = DisturbedLine(line, whole=whole, seed=casting.seed)
    bench = Bench(
        disturbed, whole, lambda seconds: _wait(stop, seconds / casting.speed), _own(casting, settings)
    )
    return Samples(
        ANALYZERS[kind](bench),
        disturbed,
        line,
        clock=clock,
        plan=FaultPlan(casting.faults, casting.seed, _SAMPLES_BETWEEN),
        say=say,
        seed=casting.seed,
        every_s=1.0 / (casting.rate_hz or _SAMPLES_HZ),
        stubborn=kind in STUBBORN,
        counts=make_protocol(kind, bench.settings).category == "analyzer",
    )


def _whole_results(
    casting: Casting,
    settings: Mapping[str, str],
    clock: Callable[[], datetime],
    say: Callable[[SentMessage], None],
) -> Show:
    able = NODE_FAULTS if casting.kind == "sparkplug" else FILE_FAULTS
    ignored = tuple(fault for fault in casting.faults if fault not in able)
    plan = FaultPlan([fault for fault in casting.faults if fault in able], casting.seed, _SAMPLES_BETWEEN)
    every_s = 1.0 / (casting.rate_hz or _SAMPLES_HZ)
    if casting.kind == "file-drop":
        folder = Path(casting.port.removeprefix("folder:")).absolute()
        files = FileResults(folder, clock=clock, plan=plan, say=say, seed=casting.seed, every_s=every_s)
        return Show(files, f"folder:{folder}", settings, ignored, files.close, casting.speed)
    host, port, _ = broker_of(casting.port)
    node = NodeResults(host, port, clock=clock, plan=plan, say=say, seed=casting.seed, every_s=every_s)
    address = f"mqtt://{host}:{port}/spBv1.0/silo/+/edge-1/#"
    return Show(node, address, settings, ignored, node.close, casting.speed)


def _own(casting: Casting, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the kind that is heard: behind a bridge those that begin with `inner.`."""
    if casting.kind != "tasmota":
        return dict(settings)
    return {key.removeprefix("inner."): value for key, value in settings.items() if key.startswith("inner.")}


def _wait(stop: threading.Event, seconds: float) -> None:
    stop.wait(seconds)
