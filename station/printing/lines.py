"""What papers are made of: titles, pairs of a name and a value, sentences; and what several say alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ui.words.i18n import Translator
from ui.words.reasons import message


@dataclass(frozen=True, slots=True)
class Title:
    """`large` stands out before every other."""

    text: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value; blanks before the name set it in. `strong` is what a reader looks for."""

    name: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """Blanks before the text set it in."""

    text: str

    @property
    def depth(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))


Line = Title | Pair | Sentence
Section = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A further print of a paper: when and by whom it was asked for."""

    at: datetime
    by: str


def is_parted(number: int, section: Section) -> bool:
    """Does a rule stand before a paper's section? A title draws its own."""
    return number > 0 and not isinstance(section[0], Title)


def duplicate_lines(duplicate: Duplicate | None, t: Translator) -> Iterator[Line]:
    if duplicate is None:
        return
    yield Title(t.gettext("DUPLICATE"), large=True)
    moment = f"{t.date(duplicate.at)} {t.time(duplicate.at)}"
    words = t.gettext("Printed again on {moment}, by {name}")
    yield Sentence(words.format(moment=moment, name=duplicate.by))


def remark_lines(stored: Iterable[Mapping[str, Any]], t: Translator) -> Iterator[Line]:
    for one in stored:
        yield Sentence(f"  ! {message(one['code'], one.get('params') or {}, t.language)}")


def pair(name: str, value: str, *, strong: bool = False) -> Iterator[Line]:
    yield Pair(
        name, value.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " "), strong
    )


def time_lines(name: str, iso: str, doubt: Mapping[str, Any] | None, t: Translator) -> Iterator[Line]:
    """A time, and below it that the station did not trust its clock, with what somebody stated."""
    yield from pair(name, when(iso, t))
    if doubt is None:
        return
    said = t.gettext("TIME NOT CONFIRMED, nobody stated it")
    if doubt["stated"]:
        words = t.gettext("TIME NOT CONFIRMED, stated by {name}: {time}")
        said = words.format(name=doubt["by"] or "?", time=when(doubt["stated"], t))
    yield Sentence(f"  ! {said}")


def when(iso: str, t: Translator) -> str:
    """Date, hour and minute in the station's own zone."""
    at = datetime.fromisoformat(iso)
    return f"{t.date(at)} {t.time(at)}"
