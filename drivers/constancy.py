"""A head prints its weights at one width and in one unit: a line that differs from those before is doubted.

A lost byte turns ` 43120kg` into ` 3120kg` or ` 43120g`, which is a right line of another weight. Where no
sum proves a line, the width of the stream is learnt from `LIKE_LINES` lines alike; until then, and where a
line has another width than was learnt, its weight is shown but not called stable. `OTHER_LINES` in a row of
another width replace the one learnt. A unit that changes waits for its repetition. A line of the print key
comes alone: it is left as it is, and whoever takes its weight asks a person.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from drivers.protection import Protection
from drivers.reading import Flag, Reading

LIKE_LINES = 3
OTHER_LINES = 10
SAME_UNIT = 2
_FILL = b"\r\n\x00\x7f"


class Shape(NamedTuple):
    """`width` of the message without its line end, None where the format fixes it; `unit` as sent."""

    width: int | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class ShapeChange:
    """From now on the device's lines look otherwise than before."""

    before: Shape
    now: Shape

    def as_dict(self) -> dict[str, Any]:
        return {
            "width_before": self.before.width,
            "width": self.now.width,
            "unit_before": self.before.unit,
            "unit": self.now.unit,
        }


@dataclass(slots=True)
class _Learnt:
    """`shape` is believed (None: nothing yet); `run` lines in a row had the shape `last`."""

    shape: Shape | None = None
    last: Shape | None = None
    run: int = 0

    def hear(self, shape: Shape) -> ShapeChange | None:
        before = self.shape
        if shape == before:
            self.last, self.run = before, 0
            return None
        self.run = self.run + 1 if shape == self.last else 1
        self.last = shape
        if self.run < _wanted(before, shape):
            return None
        self.shape = shape
        return None if before is None else ShapeChange(before, shape)


class Constancy:
    """Judges the weights of one device in their turn; gross lines, net ones and each platform's apart."""

    def __init__(self) -> None:
        self._learnt: dict[tuple[bool, str | None], _Learnt] = {}
        self._change: ShapeChange | None = None

    def judge(self, reading: Reading) -> Reading:
        """Return `reading`, without STABLE where its line is not like those before it."""
        if not _is_to_be_judged(reading):
            return reading
        learnt = self._learnt_of(reading)
        shape = _shape(reading)
        if change := learnt.hear(shape):
            self._change = change
        if learnt.shape == shape or Flag.STABLE not in reading.flags:
            return reading
        extra = {**reading.extra, "doubt": _doubt(learnt.shape, shape)}
        return replace(reading, flags=reading.flags - {Flag.STABLE}, extra=extra)

    def take_change(self) -> ShapeChange | None:
        """Return the change that the last reading brought about, once."""
        change, self._change = self._change, None
        return change

    def _learnt_of(self, reading: Reading) -> _Learnt:
        key = (Flag.NET in reading.flags, reading.platform)
        learnt = self._learnt.get(key)
        if learnt is None:
            learnt = self._learnt[key] = _Learnt()
        return learnt


def _is_to_be_judged(reading: Reading) -> bool:
    """Without a sum. A line without a weight, such as one of overload, may look otherwise."""
    protection = reading.protection
    if protection is Protection.SUM or protection is Protection.LENGTH or Flag.PRINT in reading.flags:
        return False
    return reading.weight_kg is not None


def _shape(reading: Reading) -> Shape:
    fixed = reading.protection is Protection.FIXED_WIDTH
    return Shape(None if fixed else len(reading.frame.data.strip(_FILL)), reading.unit_sent)


def _wanted(before: Shape | None, now: Shape) -> int:
    """Return how many lines alike it takes to believe in `now`."""
    if before is None:
        return 1 if now.width is None else LIKE_LINES
    return SAME_UNIT if before.width == now.width else OTHER_LINES


def _doubt(learnt: Shape | None, shape: Shape) -> str:
    if learnt is None:
        return "the width of its lines is not learnt yet"
    if learnt.width != shape.width:
        return f"{shape.width} characters, where lines have {learnt.width}"
    return "another unit than before, not repeated yet"
