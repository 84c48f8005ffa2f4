"""What charts share: a field with its axes and grid, and the key that says what each mark is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ui.web.charts.scales import Scale, Ticks, fitting_ticks, ticks, written
from ui.web.charts.svg import MARGIN, TEXT, WIDTH, box, diamond, dot, line, square, text, width_of
from ui.words.i18n import Translator

KEY_LINE = 19.0
_SAMPLE = 26.0  # width of a mark's sample in the key


@dataclass(frozen=True, slots=True)
class Field:
    """The rectangle in which values are drawn."""

    x: Scale
    y: Scale

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.x.start, self.y.end, self.x.end, self.y.start

    def across(self, value: float, kind: str) -> str:
        """Draw a line at a value of y over the whole width, where it is within the field."""
        left, _, right, _ = self.edges
        place = self.y.at(value)
        return line(left, place, right, place, kind) if self.y.holds(value) else ""

    def upright(self, value: float, kind: str) -> str:
        _, top, _, bottom = self.edges
        place = self.x.at(value)
        return line(place, top, place, bottom, kind) if self.x.holds(value) else ""

    def band(self, low: float, high: float, kind: str) -> str:
        """Draw the range of y between two values, cut at the field's edges."""
        left, _, right, _ = self.edges
        return box(left, self.y.at(high), right, self.y.at(low), kind)

    def sloped(self, slope: float, intercept: float, kind: str) -> str:
        """Draw the part of a straight line that lies in the field."""
        ends = [self.x.low, self.x.high]
        if slope:
            crossings = sorted((level - intercept) / slope for level in (self.y.low, self.y.high))
            ends = [max(ends[0], crossings[0]), min(ends[1], crossings[1])]
        if ends[0] >= ends[1] or not (slope or self.y.holds(intercept)):
            return ""
        (x1, y1), (x2, y2) = ((self.x.at(x), self.y.at(intercept + slope * x)) for x in ends)
        return line(x1, y1, x2, y2, kind)


def left_edge(y: Scale, t: Translator) -> float:
    """Return where a field begins, so that the numbers beside it have room."""
    found = ticks(y, 8)
    return min(WIDTH / 3, 2 * MARGIN + _widest(found, t))


def axes(field: Field, x_title: str, y_title: str, t: Translator) -> Iterable[str]:
    """Draw the grid with its numbers; the title of y stands above the field, that of x below it."""
    left, top, right, bottom = field.edges
    yield box(left, top, right, bottom, "field")
    across = ticks(field.y, 8)
    for place in across.places:
        yield field.across(place, "grid")
        yield text(
            left - MARGIN / 2, field.y.at(place) + TEXT / 3, written(place, across.decimals, t), "tick", "end"
        )
    upright = fitting_ticks(field.x, lambda found: _widest(found, t))
    for place in upright.places:
        words = written(place, upright.decimals, t)
        half = width_of(words) / 2
        yield field.upright(place, "grid")
        yield text(min(field.x.at(place), WIDTH - half), bottom + TEXT + 3, words, "tick", "middle")
    yield text(MARGIN / 2, top - 8, y_title, "axis")
    yield text(right, bottom + 2 * TEXT + 8, x_title, "axis", "end")


def key(entries: Sequence[tuple[str, str]], top: float) -> Iterable[str]:
    """Say below the chart what marks are: each entry is (kind of mark, words)."""
    for place, (kind, words) in enumerate(entries):
        middle = top + place * KEY_LINE + KEY_LINE / 2
        yield sample(kind, middle)
        yield text(MARGIN + _SAMPLE + 6, middle + TEXT / 3, words, "key")


def sample(kind: str, middle: float) -> str:
    """Draw what an entry of the key is about: a band, a mark, or a line across or upright."""
    left, centre = MARGIN, MARGIN + _SAMPLE / 2
    name = kind.split(maxsplit=1)[0]
    if name in ("band", "bar"):
        return box(left, middle - 6, left + _SAMPLE, middle + 6, kind)
    if name == "dot":
        return dot(centre, middle, kind)
    if name == "square":
        return square(centre, middle, kind)
    if name == "diamond":
        return diamond(centre, middle, kind)
    if name == "upright":
        return line(centre, middle - 8, centre, middle + 8, kind)
    return line(left, middle, left + _SAMPLE, middle, kind)


def height_of_key(entries: Sequence[tuple[str, str]]) -> float:
    return KEY_LINE * len(entries) + MARGIN


def _widest(found: Ticks, t: Translator) -> float:
    return max((width_of(written(place, found.decimals, t)) for place in found.places), default=0.0)
