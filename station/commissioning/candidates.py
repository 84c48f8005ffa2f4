"""Every driver and profile that could understand a device, and what each makes of its bytes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import drivers
from drivers.errors import FrameError, SettingError
from drivers.framing import Framer
from drivers.kind import Category, Kind, Polled, read_frame
from drivers.reading import Flag, Frame, Reading
from drivers.registry import KINDS, make_protocol

PROFILES = Path(drivers.__path__[0]) / "profiles"
# What a variant must be better than the one before it, so that equals stay in their order.
BETTER = 0.02


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kind of device with the settings that differ from its own defaults."""

    kind: str
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        words = " ".join(f"{key}={value}" for key, value in self.settings.items())
        return f"{self.kind} {words}".rstrip()

    def protocol(self) -> Kind:
        """Raises SettingError where the kind needs a setting that is not here."""
        return make_protocol(self.kind, self.settings)


def candidates(profiles: Iterable[Path] = ()) -> list[Candidate]:
    """Each kind as it comes, its variants (one setting changed), each profile: the likelier first."""
    own = list(profiles) or sorted(PROFILES.glob("*.toml"))
    found = [Candidate(kind) for kind in KINDS]
    found += [variant for kind in KINDS for variant in _variants(kind)]
    found += [Candidate("generic", {"profile": _profile_name(path)}) for path in own]
    return [candidate for candidate in found if _works(candidate)]


def polls() -> list[tuple[bytes, float]]:
    """What kinds and profiles that answer only when asked are asked with, each once, and how often
    (seconds). Variants are left out: one of them makes an indicator register the weight."""
    found: dict[bytes, float] = {}
    for candidate in candidates():
        protocol = candidate.protocol()
        is_variant = candidate.kind != "generic" and candidate.settings
        if not is_variant and isinstance(protocol, Polled) and protocol.poll:
            found.setdefault(protocol.poll, protocol.poll_every_s)
    return list(found.items())


def unasked(candidate: Candidate) -> Candidate:
    """For a device that spoke by itself: the same, without asking, where the kind asks by default."""
    setting = KINDS[candidate.kind].settings.get("poll")
    if setting is None or "none" not in setting.allowed or "poll" in candidate.settings:
        return candidate
    return Candidate(candidate.kind, {**candidate.settings, "poll": "none"})


def _variants(kind: str) -> Iterator[Candidate]:
    for key, setting in KINDS[kind].settings.items():
        for value in setting.allowed:
            if value != setting.default:
                yield Candidate(kind, {key: value})


def _profile_name(path: Path) -> str:
    return path.stem if path.parent == PROFILES else str(path)


def _works(candidate: Candidate) -> bool:
    try:
        candidate.protocol().framer()
    except SettingError:
        return False
    return True


class Trial:
    """One candidate listening to the bytes of one device."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.protocol = candidate.protocol()
        self.category: Category = self.protocol.category
        self._framer: Framer = self.protocol.framer()
        self._bytes = 0
        self._worth = 0.0
        self.readings = 0
        self.refused = 0
        self.last: Reading | None = None

    def hear(self, data: bytes, at: datetime, *, whole: bool = False) -> None:
        """Bytes of a stream, or one whole message (MQTT)."""
        self._bytes += len(data)
        self._take([Frame(data, at)] if whole else self._framer.feed(data, at))

    def quiet(self, at: datetime) -> None:
        """Nothing came for a while: what was held back is complete."""
        self._take(self._framer.idle(at))

    @property
    def score(self) -> float:
        """0 to 1: the share of all bytes that became readings; one without a value counts half."""
        return self._worth / self._bytes if self._bytes else 0.0

    def _take(self, frames: list[Frame]) -> None:
        for frame in frames:
            outcome = read_frame(self.protocol, frame)
            if isinstance(outcome, FrameError):
                self.refused += 1
                continue
            self.readings += 1
            self.last = outcome
            self._worth += len(frame.data) * (1.0 if _has_value(outcome) else 0.5)


def _has_value(reading: Reading) -> bool:
    return any(value.value is not None for value in reading.values.values()) and (
        Flag.ERROR not in reading.flags
    )


class Contest:
    """All candidates on the same bytes, which are kept as they came."""

    def __init__(self, clock: Callable[[], datetime], entries: Iterable[Candidate]) -> None:
        self._clock = clock
        self._trials = [Trial(candidate) for candidate in entries]
        self.data = bytearray()

    def hear(self, data: bytes, *, whole: bool = False) -> None:
        self.data += data
        if whole and not data.endswith(b"\n"):
            self.data += b"\n"
        at = self._clock()
        for trial in self._trials:
            trial.hear(data, at, whole=whole)

    def quiet(self) -> None:
        at = self._clock()
        for trial in self._trials:
            trial.quiet(at)

    def ranking(self) -> list[Trial]:
        """Those that read anything, the best first; of each kind the best variant only."""
        best: dict[str, Trial] = {}
        for trial in self._trials:
            name = trial.candidate.settings.get("profile", trial.candidate.kind)
            if trial.readings and (name not in best or trial.score > best[name].score + BETTER):
                best[name] = trial
        return sorted(best.values(), key=lambda trial: -trial.score)
