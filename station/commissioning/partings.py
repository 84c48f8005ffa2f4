"""Find where the messages of an unknown device begin and end.

What is tried, as [framing] of a profile has it: line ends; a control character that begins each message, with
one that ends it and bytes behind; any character that comes back after equally many bytes; pauses.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from drivers.generic.controls import visible_text
from drivers.generic.framing import Framing
from drivers.reading import Frame
from station.commissioning.legibility import shape_of

LIMIT = 256
_STARTS = (0x02, 0x01)
_ENDS = (0x03, 0x04, 0x0D, 0x0A)
_LINE_ENDS = b"\r\n"
_MOST_TRAILER = 8
_FEWEST = 3
_PAUSES_S = (0.4, 0.2, 0.1, 0.05, 0.03)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one read of the line brought, and when (seconds of a clock that only goes on)."""

    data: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Parting:
    """`messages` are whole; `share` of all bytes is in them, `alike` of them look like another one."""

    framing: Framing
    messages: tuple[Frame, ...]
    share: float
    alike: float

    @property
    def merit(self) -> float:
        return self.share * (0.2 + 0.8 * self.alike) if len(self.messages) > 1 else 0.1 * self.share

    @property
    def length(self) -> int | None:
        """Returns how many bytes a message has, where all have as many."""
        sizes = {len(one.data) for one in self.messages}
        return sizes.pop() if len(sizes) == 1 else None

    def say(self) -> str:
        """Returns the framing as a profile has it: `start = "<STX>"  end = "<ETX>"`."""
        return "  ".join(framing_lines(self.framing))


def framing_lines(framing: Framing) -> list[str]:
    """Returns the keys of [framing] as TOML, but for the limit."""
    keys = []
    if framing.start:
        keys.append(f"start = {_quoted(framing.start)}")
    if framing.by_line or framing.end:
        keys.append('end = "line"' if framing.by_line else f"end = {_quoted(framing.end)}")
    if framing.length is not None:
        keys.append(f"length = {framing.length}")
    if framing.trailer:
        keys.append(f"trailer = {framing.trailer}")
    if framing.gap_s is not None:
        keys.append(f"gap_ms = {round(framing.gap_s * 1000)}")
    return keys


def partings(pieces: Sequence[Piece]) -> list[Parting]:
    """Returns the ways that give messages, the likeliest first."""
    data = b"".join(piece.data for piece in pieces)
    found: list[Parting] = []
    for framing in _framings(data, pieces):
        parting = part(pieces, framing)
        if parting.messages and parting.framing not in [one.framing for one in found]:
            found.append(parting)
    return sorted(found, key=lambda one: -round(one.merit, 1))


def part(pieces: Sequence[Piece], framing: Framing) -> Parting:
    """Lets the framer of a profile cut the pieces."""
    framer = framing.framer()
    messages: list[Frame] = []
    at = _EPOCH
    for piece in pieces:
        at = time_of(piece)
        messages += framer.feed(piece.data, at)
    if framing.gap_s is None:
        messages += framer.idle(at)
    size = sum(len(piece.data) for piece in pieces)
    shapes = Counter(shape_of(one.data) for one in messages)
    alike = sum(count for count in shapes.values() if count > 1)
    return Parting(
        framing,
        tuple(messages),
        sum(len(one.data) for one in messages) / size if size else 0.0,
        alike / len(messages) if messages else 0.0,
    )


def time_of(piece: Piece) -> datetime:
    """Returns a time that tells pauses; the day means nothing."""
    return _EPOCH + timedelta(seconds=piece.at)


def marked_framing(start: bytes, end: bytes, length: int | None) -> Framing:
    """What a person said. Start, end or both, or a length that only counts with a start."""
    return _framing(start=start, end=end, length=length if start else None)


def _framings(data: bytes, pieces: Sequence[Piece]) -> Iterator[Framing]:
    """The likelier first: of two that part equally well the first one is taken."""
    marked = list(_marked(data))
    yield from (one for one in marked if _needs_markers(one, data))
    if any(byte in _LINE_ENDS for byte in data):
        yield _framing(by_line=True)
    yield from marked
    yield from _periodic(data, pieces)
    yield from _paused(pieces)


def _needs_markers(framing: Framing, data: bytes) -> bool:
    """Lines are no messages where the last byte of one stands behind its end, or is any byte."""
    if not framing.end:
        return False
    behind = [run[: framing.trailer] for run in data.split(framing.end)[1:-1]]
    any_byte = any(byte < 0x20 or byte > 0x7E for run in behind for byte in run.rstrip(_LINE_ENDS))
    return bool(framing.trailer) and (any_byte or framing.end[-1] in _LINE_ENDS)


def _marked(data: bytes) -> Iterator[Framing]:
    for start in _STARTS:
        spots = [n for n, byte in enumerate(data) if byte == start]
        runs = [data[one:other] for one, other in pairwise(spots)]
        if len(runs) < 2:
            continue
        for end in _ENDS:
            behind = {
                len(run) - 1 - run.find(bytes([end]), 1) for run in runs if run.find(bytes([end]), 1) > 0
            }
            whole = all(run.find(bytes([end]), 1) > 0 for run in runs)
            if end == start or not whole or len(behind) != 1:
                continue
            yield _with_trailer(bytes([start]), bytes([end]), behind.pop(), runs)
        sizes = Counter(map(len, runs))
        size, count = sizes.most_common(1)[0]
        if count >= 0.8 * len(runs) and size > 2:
            yield _framing(start=bytes([start]), length=size)


def _with_trailer(start: bytes, end: bytes, trailer: int, runs: Sequence[bytes]) -> Framing:
    """Line ends behind the end marker are a part of it."""
    tails = {run[len(run) - trailer :] for run in runs} if trailer else {b""}
    if len(tails) == 1 and not (tail := tails.pop()).strip(_LINE_ENDS):
        return _framing(start=start, end=end + tail)
    return _framing(start=start, end=end, trailer=min(trailer, _MOST_TRAILER))


def _periodic(data: bytes, pieces: Sequence[Piece]) -> Iterator[Framing]:
    """A character that comes back after equally many bytes, and nowhere else."""
    if any(byte in b"\r\n\x02\x03" for byte in data):
        return
    firsts = Counter(piece.data[:1] for piece in pieces[1:])
    found = []
    for byte in sorted(set(data)):
        spots = [n for n, one in enumerate(data) if one == byte]
        steps = {other - one for one, other in pairwise(spots)}
        if len(spots) >= _FEWEST and len(steps) == 1 and (size := steps.pop()) > 3:
            found.append((bytes([byte]), size))
    found.sort(key=lambda one: (-firsts[one[0]], one[0].isalnum(), data.find(one[0])))
    for mark, size in found[:2]:
        yield _framing(start=mark, length=size)
    for byte in sorted(set(data)):
        if not bytes([byte]).isalnum() and byte not in b" .,+-" and data.count(byte) >= _FEWEST:
            yield _framing(end=bytes([byte]))


def _paused(pieces: Sequence[Piece]) -> Iterator[Framing]:
    """The pause that ends a message is half of the shortest one that parts them evenly."""
    gaps = [other.at - one.at for one, other in pairwise(pieces)]
    for pause in _PAUSES_S:
        between = [gap for gap in gaps if gap > pause]
        if len(between) < 2:
            continue
        within = max((gap for gap in gaps if gap <= pause), default=0.0)
        gap_s = min(max(min(between) / 2, within * 1.5, 0.02), 1.5)
        bare = _framing(gap_s=gap_s)
        sizes = Counter(len(one.data) for one in part(pieces, bare).messages[1:])
        if sizes and sizes.most_common(1)[0][1] >= 0.8 * sizes.total():
            yield _framing(gap_s=gap_s, length=sizes.most_common(1)[0][0])
        yield bare


def _framing(
    *,
    start: bytes = b"",
    end: bytes = b"",
    by_line: bool = False,
    length: int | None = None,
    trailer: int = 0,
    gap_s: float | None = None,
) -> Framing:
    return Framing(start, end, by_line, length, trailer, gap_s, LIMIT)


def _quoted(marker: bytes) -> str:
    text = visible_text(marker).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
