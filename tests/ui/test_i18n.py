"""Languages, numbers, times, and catalogues that lack nothing."""

import ast
import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ui.words.catalogue import ROOMS, ROOT, read_catalogue, template
from ui.words.i18n import LANGUAGES, SOURCE_LANGUAGE, language_of, translator

OTHERS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("fr-FR,fr;q=0.9,en;q=0.5",), "fr"),
        (("en;q=0.4, fr;q=0.8",), "fr"),
        (("fr;q=0, en",), "en"),
        (("fr_FR.UTF-8",), "fr"),
        (("C", "fr_CA"), "fr"),
        (("de-DE,de",), "en"),
        ((None, ""), "en"),
        (("*",), "en"),
        (("FR",), "fr"),
    ],
)
def test_the_first_wish_that_is_spoken_here_wins(wishes: tuple[str | None, ...], language: str) -> None:
    assert language_of(*wishes) == language


def test_french_numbers_have_a_comma_and_narrow_blanks() -> None:
    t = translator("fr")
    assert t.kg(43_120) == f"43{NARROW}120{WIDE}kg"
    assert t.tonnes(28.44) == f"28,4{WIDE}t"
    assert t.number(11.85, 2) == "11,85"
    assert [t.number(value, 2) for value in (-0.004, -0.005, -0.006)] == ["0,00", "0,00", "-0,01"]
    assert t.plain(11.0) == "11"
    assert t.percent(0.931) == f"93{WIDE}%"
    assert t.named("Orge", "x") == f"Orge{WIDE}: x"


def test_english_numbers_have_a_point() -> None:
    t = translator("en")
    assert t.kg(43_120) == f"43,120{WIDE}kg"
    assert t.tonnes(28.44, 2) == f"28.44{WIDE}t"
    assert t.percent(0.05, 1) == "5.0%"


def test_times_are_written_in_the_zone_that_is_given() -> None:
    at = datetime(2026, 7, 20, 8, 5, tzinfo=UTC)
    assert translator("fr").time(at, UTC) == "08:05"
    assert translator("fr").moment(at, UTC) == "20/07 08:05"
    assert translator("fr").date(at, UTC) == "20/07/2026"


@pytest.mark.parametrize(
    ("zone", "iso", "text"),
    [
        ("Europe/Paris", "2026-10-25T00:30:00Z", "02:30+02:00"),
        ("Europe/Paris", "2026-10-25T01:30:00Z", "02:30+01:00"),
        ("Europe/Paris", "2026-10-25T02:00:00Z", "03:00"),
        ("Europe/Paris", "2026-10-24T23:59:00Z", "01:59"),
        ("Europe/Paris", "2026-03-29T01:30:00Z", "03:30"),
        ("Australia/Lord_Howe", "2026-04-04T15:10:00Z", "01:40+10:30"),
    ],
)
def test_the_hour_that_comes_twice_has_its_offset(zone: str, iso: str, text: str) -> None:
    at = datetime.fromisoformat(iso)
    assert translator("fr").time(at, ZoneInfo(zone)) == text
    assert translator("en").moment(at, ZoneInfo(zone)).endswith(f" {text}")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600 + 5 * 60, "1 h 05"),
        (90_000, "1 d"),
    ],
)  # fmt: skip
def test_ages_are_short(seconds: float, text: str) -> None:
    assert translator("en").age(seconds).replace(WIDE, " ") == text


def test_french_counts_zero_as_one() -> None:
    assert translator("fr").ngettext("{count} exception", "{count} exceptions", 0) == "{count} exception"
    assert translator("en").ngettext("{count} exception", "{count} exceptions", 0) == "{count} exceptions"


def test_an_empty_text_stays_empty_and_an_unknown_language_is_the_source() -> None:
    assert translator("fr").gettext("") == ""
    assert translator("xx").gettext("queue") == "queue"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_text_of_the_sources_and_no_other(language: str) -> None:
    wanted = {message.id for message in template() if message.id}
    catalogue = read_catalogue(language)
    there = {message.id for message in catalogue if message.id}
    assert wanted - there == set(), "run: python -m ui.words.catalogue, then translate"
    assert there - wanted == set(), "run: python -m ui.words.catalogue"
    assert [m.id for m in catalogue if m.id and (m.fuzzy or not all(_texts(m.string)))] == []


def test_no_marked_text_stands_where_the_catalogue_does_not_look() -> None:
    """Inside an f-string's braces it is not found, and stays English."""
    wanted = {text for message in template() for text in _texts(message.id)}
    hidden = [
        f"{file}: {call.args[0].value}"
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _marks(call.func)
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value not in wanted
    ]
    assert hidden == []


def _marks(called: ast.expr) -> bool:
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    return name in {"_", "N_", "gettext", "ngettext"}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    differing = [
        message.id
        for message in read_catalogue(language)
        for source in _texts(message.id)[:1]
        for text in _texts(message.string)
        if _placeholders(source) != _placeholders(text)
    ]
    assert differing == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_there_once(language: str) -> None:
    """Two catalogues that were merged may leave one translation behind another."""
    starts = [(text[:20], text) for m in read_catalogue(language) for text in _texts(m.string) if m.id]
    assert [text for start, text in starts if len(text) > 40 and text.count(start) > 1] == []


def _texts(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def _placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)
