"""What a person says of an unknown device's lines becomes fields of a profile.

Columns are characters of the text that [extract] of a profile sees; a span counts from 0 and ends before its
second number, what a person reads and types counts from 1.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from drivers.generic.values import CONVERSIONS
from drivers.reading import Unit

UNITS = ("kg", "t", "g", "lb")
_NUMBER = re.compile(r"[0-9](?:[0-9]|[.,' ](?=[0-9]))*")
_SHOWN = re.compile(r"([-+]?)\s*([0-9]+(?:[ '.,\u00a0\u202f][0-9]+)*)\s*([A-Za-z]{0,3})")
_BLANKS = " 0"
_NUMERIC = frozenset("0123456789 +-.,'")
_FACTORS = tuple(10.0**power for power in range(-4, 5))
_NEAR = 1e-9


class Span(NamedTuple):
    first: int
    last: int

    def of(self, text: str) -> str:
        return text[self.first : self.last]

    def say(self) -> str:
        return str(self.first + 1) if self.last == self.first + 1 else f"{self.first + 1}-{self.last}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What stood on the display: the number as typed and the unit, "" where none was typed."""

    number: str
    unit: str
    is_negative: bool = False

    @property
    def digits(self) -> str:
        return re.sub("[^0-9]", "", self.number).lstrip("0")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a line holds the digits of the display; `reversed`: the last one first."""

    span: Span
    reversed: bool


def parse_shown(text: str) -> Shown | None:
    """Reads "12 340 kg", "43.12 t" or "-120"; None where it is no number."""
    found = _SHOWN.fullmatch(text.strip())
    if not found:
        return None
    unit = {"to": "t", "ton": "t", "lbs": "lb"}.get(found[3].lower(), found[3].lower())
    return Shown(found[2], unit, found[1] == "-") if unit in ("", *UNITS) else None


def shown_number(shown: Shown, *, decimal: str | None) -> float:
    """The number of the display; `decimal` is its decimal mark, every other mark stands between thousands."""
    text = shown.number
    whole = "".join(one for one in text if one.isdigit() or one == decimal)
    number = float(whole.replace(decimal, ".") if decimal else whole)
    return -number if shown.is_negative else number


def decimal_marks(shown: Shown) -> list[str | None]:
    """Returns which marks may be the decimal one; more than one where only a person can tell."""
    marks = [one for one in shown.number if not one.isdigit()]
    if not marks or set(marks) <= {" ", "'", "\u00a0", "\u202f"}:
        return [None]
    last = marks[-1]
    if marks.count(last) > 1:
        return [None]
    behind = shown.number.rpartition(last)[2]
    if len(set(marks)) > 1 or len(behind) != 3 or shown.number.startswith("0" + last):
        return [last]
    return [last, None]


def to_kg(number: float, unit: str) -> float:
    return CONVERSIONS[Unit.KILOGRAM][unit](number)


def parse_span(text: str, width: int) -> Span | None:
    """Reads "5-10", "5 10" or "5"; None where these are no columns of a line."""
    found = re.fullmatch(r"([0-9]{1,3})(?:\s*[- ,;]\s*([0-9]{1,3}))?", text.strip())
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return Span(first - 1, last) if 1 <= first <= last <= width else None


def find_number(text: str, shown: Shown) -> list[Hit]:
    """Returns where the digits of the display stand, with zeros before or behind and marks between, or
    turned round; the likelier first."""
    core = shown.digits.rstrip("0")
    if not core:
        return []
    hits = [Hit(span, False) for span in _spans(text, core)]
    if core != core[::-1]:
        turned = [Span(len(text) - span.last, len(text) - span.first) for span in _spans(text[::-1], core)]
        hits += [Hit(span, True) for span in turned]
    return sorted(hits, key=lambda hit: (hit.reversed, -_likeness(hit, text, shown)))


def _likeness(hit: Hit, text: str, shown: Shown) -> int:
    digits = re.sub("[^0-9]", "", hit.span.of(text))
    digits = (digits[::-1] if hit.reversed else digits).lstrip("0")
    return 2 if digits == shown.digits else 1 if digits.startswith(shown.digits) else 0


def _spans(text: str, core: str) -> Iterator[Span]:
    """The digits may be parted by marks; zeros follow them, zeros and blanks go before them."""
    pattern = "[.,' ]?".join(core) + "(?:[.,]?0+)*(?![0-9])(?:[.,](?![0-9]))?"
    for found in re.finditer(pattern, text):
        first = found.start()
        while first and (
            text[first - 1] in _BLANKS or (text[first - 1] in ".,'" and text[first - 2 : first - 1] == "0")
        ):
            first -= 1
        if first and text[first - 1] in "+-":
            first -= 1
        if first == 0 or not text[first - 1].isdigit() or text[first] in " 0+-":
            yield Span(first, found.end())


def find_unit(text: str, weight: Span, shown: str) -> Span | None:
    """Returns the unit of the display, else the unit nearest behind the weight, or before it. A letter before
    a number names the number."""
    found = [
        Span(one.start(), one.end())
        for one in re.finditer(r"(?<![A-Za-z])(?:kg|t|g|lb)(?! {0,3}[-+0-9]|[A-Za-z])", text, re.IGNORECASE)
        if one.end() <= weight.first or one.start() >= weight.last
    ]
    found.sort(key=lambda span: (span.of(text).lower() != shown, span.first < weight.last, span.first))
    return found[0] if found else None


def find_glued_unit(text: str, weight: Span) -> Span | None:
    """Returns a unit that other letters stand beside, right behind the weight: `43120kgG`."""
    found = re.match(r" {0,3}(kg|lb|t|g)", text[weight.last :], re.IGNORECASE)
    return Span(weight.last + found.start(1), weight.last + found.end(1)) if found else None


@dataclass(frozen=True, slots=True)
class Magnitude:
    """`decimal` and `thousands` are marks on the line, `scale` what its number is multiplied by."""

    decimal: str
    thousands: str | None
    scale: float


def magnitudes(field: str, sent_unit: str, shown_kg: float) -> list[Magnitude]:
    """Returns what makes of the sent text the weight that the display shows; the plainest first."""
    text = field.replace("+", "").replace("-", "").strip()
    marks = [one for one in text if not one.isdigit() and one != " "]
    ways: list[tuple[str | None, str | None]] = [(None, None)]
    if marks:
        last = marks[-1]
        thousands = [one for one in marks if one != last]
        ways = [(last, thousands[-1] if thousands else None)] if marks.count(last) == 1 else []
        if len(text.rpartition(last)[2]) == 3 and not thousands:
            ways.append((None, last))
    elif " " in text:
        ways = [(None, " ")]
    found = []
    for decimal, group in ways:
        digits = "".join(one for one in text if one.isdigit() or one == decimal)
        number = float(digits.replace(decimal, ".") if decimal else digits or "0")
        scale = next((one for one in _FACTORS if _same(to_kg(number * one, sent_unit), shown_kg)), None)
        if scale is not None:
            found.append(Magnitude("comma" if decimal == "," else "point", group, scale))
    return sorted(found, key=lambda one: one.scale != 1.0)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR * max(1.0, abs(other)) + 1e-6


def without_marks(span: Span, text: str, texts: Iterable[str]) -> Span:
    """Returns the span without what goes before its digits and is a letter in another line: a blank may be a
    mark. Lines without a number here, as at overload, tell nothing."""
    first = span.first
    alike = [one for one in texts if len(one) == len(text) and one[span.last - 1].isdigit()]
    for column in range(span.first, span.last):
        if text[column] in "123456789":
            break
        if any(one[column] not in _NUMERIC for one in alike):
            first = column + 1
    return Span(first, span.last)


def parts_thousands(fields: Sequence[str]) -> bool | None:
    """Tells whether the mark of these numbers stands between thousands: then one below has none. Nothing is
    told by large numbers alone."""
    texts = [re.sub("[^0-9.,]", "", field) for field in fields]
    if any(text and not re.search("[.,]", text) for text in texts):
        return True
    return False if any(re.match("0+[.,]", text) for text in texts) else None
