"""SVG elements as text: everything is escaped, every number has one decimal, looks are classes."""

import unicodedata
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from drivers.text import clean_text

WIDTH = 400.0  # of every drawing: it fills a phone's width, and half a desk's
TEXT = 13.0  # height of letters; the style sheet says the same
MARGIN = 8.0
_NARROW, _USUAL, _CAPITAL, _BROAD, _WIDE = 0.4, 0.64, 0.75, 1.0, 1.1  # of a letter's height
_BOLD = 1.12
_NARROW_LETTERS = frozenset("iljtfrI .,;:'’|()[]!-/\u00a0\u202f")
_BROAD_LETTERS = frozenset("MWmw%@ŒœÆæ—…")


def tag(name: str, kind: str = "", inside: str = "", **attributes: float | str) -> str:
    """Write an element with what stands `inside` it, which is markup already."""
    said = {"class": kind, **attributes} if kind else attributes
    words = "".join(f" {key.replace('_', '-')}={quoteattr(_written(value))}" for key, value in said.items())
    return f"<{name}{words}>{inside}</{name}>" if inside else f"<{name}{words}/>"


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return tag("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)


def box(left: float, top: float, right: float, bottom: float, kind: str) -> str:
    return tag("rect", kind, x=left, y=top, width=max(0.0, right - left), height=max(0.0, bottom - top))


def dot(x: float, y: float, kind: str, radius: float = 4.5, told: str = "") -> str:
    return tag("circle", kind, title(told), cx=x, cy=y, r=radius)


def square(x: float, y: float, kind: str, half: float = 4.0) -> str:
    return tag("rect", kind, x=x - half, y=y - half, width=2 * half, height=2 * half)


def diamond(x: float, y: float, kind: str, half: float = 6.0) -> str:
    return path(((x, y - half), (x + half, y), (x, y + half), (x - half, y)), kind, closed=True)


def dots(points: Iterable[tuple[float, float]], kind: str) -> str:
    """Write many dots as one path of lines without length: their round ends are the dots."""
    drawn = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
    return tag("path", kind, d=drawn) if drawn else ""


def path(points: Iterable[tuple[float, float]], kind: str, *, closed: bool = False) -> str:
    drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return tag("path", kind, d=f"M{drawn}{'Z' if closed else ''}") if drawn else ""


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Write words at their base line, cut where the drawing ends; `anchor` is start, middle or end."""
    room = {"start": WIDTH - x, "end": x}.get(anchor, 2 * min(x, WIDTH - x))
    fitting = shorten(words, (room + 0.1) / (_BOLD if kind == "name" else 1))
    said = {} if anchor == "start" else {"text_anchor": anchor}
    return tag("text", kind, title(words if fitting != words else "") + escape(fitting), x=x, y=y, **said)


def title(words: str) -> str:
    """Write what a reader is told who points at an element, or has it read out."""
    return tag("title", inside=escape(clean_text(words))) if clean_text(words) else ""


def link(address: str, inside: str) -> str:
    return tag("a", inside=inside, href=address)


def drawing(kind: str, height: float, name: str, told: str, parts: Iterable[str]) -> str:
    """Write the whole picture: `name` is its title, `told` what it shows, for who cannot see it."""
    description = tag("desc", inside=escape(clean_text(told, 2000))) if told else ""
    inside = title(name) + description + "".join(parts)
    return tag("svg", f"chart {kind}", inside, viewBox=f"0 0 {WIDTH:.0f} {height:.0f}", role="img",
               xmlns="http://www.w3.org/2000/svg")  # fmt: skip


def width_of(words: str) -> float:
    """Return about how broad words are: a little too broad rather than too narrow."""
    return TEXT * sum(map(_breadth, words))


def shorten(words: str, room: float) -> str:
    """Cut words that are broader than the room; what cannot be seen of them is left out."""
    words = clean_text(words)
    if width_of(words) <= room:
        return words
    room -= width_of("…")
    kept = 0
    for letter in words:
        room -= TEXT * _breadth(letter)
        if room < 0:
            break
        kept += 1
    return words[:kept].rstrip() + "…"


def _breadth(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if letter in _BROAD_LETTERS:
        return _BROAD
    if letter in _NARROW_LETTERS:
        return _NARROW
    if ord(letter) >= 0x250:
        return _WIDE
    return _CAPITAL if letter.isupper() else _USUAL


def _written(value: float | str) -> str:
    return f"{value:.1f}" if isinstance(value, float | int) else value
