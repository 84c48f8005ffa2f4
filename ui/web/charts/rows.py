"""Charts of rows: each has its name and its value in words above its marks, on one scale for all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ui.web.charts.scales import Scale, fitting_ticks, written
from ui.web.charts.svg import MARGIN, TEXT, WIDTH, box, line, shorten, text, width_of
from ui.words.i18n import Translator

ROW = 44.0
BAR = 14.0
LEFT, RIGHT = MARGIN, WIDTH - 2 * MARGIN
_FOOT = 2 * TEXT + 12


@dataclass(frozen=True, slots=True)
class Row:
    """A row's name and value as words, and what draws its marks, given the height of their middle."""

    name: str
    said: str
    drawn: Callable[[float], Iterable[str]]


def rows(
    shown: Scale,
    content: Sequence[Row],
    x_title: str,
    t: Translator,
    write: Callable[[float, int], str] | None = None,
) -> Iterator[str]:
    """Draw the rows from the top of the drawing on, and below them the axis with its title."""
    bottom = foot_of(len(content))
    write = write or (lambda value, decimals: written(value, decimals, t))
    found = fitting_ticks(
        shown, lambda them: max((width_of(write(place, them.decimals)) for place in them.places), default=0.0)
    )
    for place in found.places:
        words = write(place, found.decimals)
        half = width_of(words) / 2
        x = min(max(shown.at(place), half), WIDTH - half)
        yield line(shown.at(place), MARGIN, shown.at(place), bottom, "grid")
        yield text(x, bottom + TEXT + 3, words, "tick", "middle")
    if x_title:
        yield text(RIGHT, bottom + 2 * TEXT + 8, x_title, "axis", "end")
    for place, row in enumerate(content):
        top = MARGIN + place * ROW
        room = WIDTH - width_of(row.said) - 4 * MARGIN
        yield text(LEFT, top + TEXT, shorten(row.name, max(80.0, room)), "name")
        yield text(RIGHT, top + TEXT, shorten(row.said, WIDTH - 4 * MARGIN - 80.0), "value", "end")
        yield from row.drawn(top + TEXT + 8 + BAR / 2)


def foot_of(count: int) -> float:
    """Return where the rows end."""
    return MARGIN + count * ROW


def height_of(count: int) -> float:
    return foot_of(count) + _FOOT


def bar(shown: Scale, value: float, middle: float, kind: str) -> str:
    """Draw a bar from zero to a value."""
    ends = sorted((shown.at(0.0), shown.at(value)))
    return box(ends[0], middle - BAR / 2, ends[1], middle + BAR / 2, kind)


def whisker(shown: Scale, both: tuple[float, float] | None, middle: float, cap: float = 5.0) -> Iterator[str]:
    """Draw an interval as a line with its ends."""
    if both:
        low, high = shown.at(both[0]), shown.at(both[1])
        yield line(low, middle, high, middle, "whisker")
        yield from (line(end, middle - cap, end, middle + cap, "whisker") for end in (low, high))
