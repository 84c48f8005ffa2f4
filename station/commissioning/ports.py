"""Where a device can be plugged, by names that stay the same, and the usual settings of a serial line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.registry import make_transport
from drivers.transport import LineDown, Transport
from station.commissioning.candidates import Candidate, Contest, Trial, polls

BY_ID = Path("/dev/serial/by-id")
ENOUGH = 0.9
ENOUGH_READINGS = 2
_READ_S = 0.2


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Of a serial line, as its address has them."""

    baud: int
    bits: int
    parity: str
    stop: int

    def __str__(self) -> str:
        return f"{self.baud} {self.bits}{self.parity}{self.stop}"

    def address(self, path: str) -> str:
        return f"serial:{path}?baud={self.baud}&bits={self.bits}&parity={self.parity}&stop={self.stop}"


# The usual ones of indicators and analyzers, the likeliest first.
COMMON = tuple(
    LineSettings(baud, bits, parity, stop)
    for baud, bits, parity, stop in (
        (9600, 8, "N", 1), (9600, 7, "E", 1), (4800, 7, "E", 1), (2400, 7, "E", 1), (1200, 7, "E", 1),
        (4800, 8, "N", 1), (2400, 8, "N", 1), (1200, 8, "N", 1), (19200, 8, "N", 1), (38400, 8, "N", 1),
        (9600, 8, "E", 1), (9600, 7, "E", 2), (9600, 7, "O", 1), (4800, 7, "E", 2), (2400, 7, "E", 2),
        (1200, 7, "E", 2), (9600, 8, "N", 2), (19200, 7, "E", 1), (57600, 8, "N", 1), (115200, 8, "N", 1),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """One line setting tried: how many bytes came, and the candidate that read most of them. `poll` is
    what the device had to be asked with, and how often."""

    line: LineSettings
    size: int
    best: Trial | None
    poll: tuple[bytes, float] | None = None

    @property
    def score(self) -> float:
        return self.best.score if self.best else 0.0

    @property
    def is_enough(self) -> bool:
        return self.best is not None and self.score >= ENOUGH and self.best.readings >= ENOUGH_READINGS


def serial_ports(folder: Path = BY_ID) -> list[str]:
    """The serial adapters by their stable names (maker, serial number), not by the order of plugging."""
    return sorted(str(path) for path in folder.iterdir()) if folder.is_dir() else []


def try_lines(
    path: str,
    clock: Callable[[], datetime],
    entries: list[Candidate],
    *,
    ask: bool,
    seconds: float,
    settings: tuple[LineSettings, ...] = COMMON,
) -> Iterator[Heard]:
    """Listens `seconds` with each setting in turn, until one is understood; `ask`: a silent line is also
    asked with the polls of the kinds that wait for one. Raises LineDown when the port cannot be opened."""
    for line in settings:
        heard = _try(path, line, clock, entries, seconds, None)
        if heard.size == 0 and ask:
            for poll in polls():
                heard = _try(path, line, clock, entries, min(seconds, 0.5), poll)
                if heard.score:
                    break
        yield heard
        if heard.is_enough:
            return


def listen(
    transport: Transport, contest: Contest, seconds: float, poll: tuple[bytes, float] | None = None
) -> None:
    """Lets the contest hear an open line; asks at the beginning where the device waits for that."""
    if poll is not None:
        transport.write(poll[0])
    reads = max(1, round(seconds / _READ_S))
    for _ in range(reads):
        chunk = transport.read(_READ_S)
        if chunk is None:
            contest.quiet()
            if poll is not None:
                transport.write(poll[0])
            continue
        contest.hear(chunk.data, whole=chunk.whole)
        ranking = contest.ranking()
        if ranking and ranking[0].score >= ENOUGH and ranking[0].readings > ENOUGH_READINGS:
            return


def _try(
    path: str, line: LineSettings, clock: Callable[[], datetime], entries: list[Candidate], seconds: float,
    poll: tuple[bytes, float] | None,
) -> Heard:  # fmt: skip
    contest = Contest(clock, entries)
    transport = make_transport(line.address(path))
    transport.open()
    try:
        listen(transport, contest, seconds, poll)
    except LineDown:  # lost while it was tried: nothing was understood with this setting
        return Heard(line, 0, None)
    finally:
        transport.close()
    ranking = contest.ranking()
    return Heard(line, len(contest.data), ranking[0] if ranking else None, poll if ranking else None)
