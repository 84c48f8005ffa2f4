"""Words, numbers and times are written in the reader's language.

Source strings are English. A language other than English is one catalogue,
`ui/words/locale/<language>/LC_MESSAGES/silo.po`, read when it is first asked for: the text file is the only
form kept, so what a translator edits is what runs.
"""

import gettext as _gettext
import io
import os
import re
import time
from collections.abc import Iterable
from datetime import date as calendar_date
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

SOURCE_LANGUAGE = "en"
LANGUAGES = ("fr", "en")
DOMAIN = "silo"
LOCALE_DIR = Path(__file__).parent / "locale"


def catalogue_path(language: str) -> Path:
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def N_(text: str) -> str:  # noqa: N802 - the name that extraction tools know
    """Mark a text of a table for translation; it is translated where it is shown."""
    return text


def language_of(*wishes: str | None, default: str = SOURCE_LANGUAGE) -> str:
    """Choose the language to speak, from the first wish that names one of ours.

    A wish is an Accept-Language header ("fr-FR,fr;q=0.9,en;q=0.5"), a LANG value ("fr_FR.UTF-8") or a plain
    code. A header's order is by its q values. None, "C" and unknown languages are no wish."""
    for wish in wishes:
        for tag in _ranked(wish or ""):
            language = re.split(r"[-_.@]", tag, maxsplit=1)[0].lower()
            if language in LANGUAGES:
                return language
    return default


def _ranked(wish: str) -> Iterable[str]:
    """List the tags of an Accept-Language value, most wanted first; q=0 means "not this one"."""
    weighted = []
    for position, part in enumerate(wish.split(",")):
        tag, _, rest = part.strip().partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", rest)
        weight = float(found.group(1)) if found else 1.0
        if tag and weight > 0:
            weighted.append((-weight, position, tag.strip()))
    return [tag for _, _, tag in sorted(weighted)]


class Translator:
    """A translator knows one language: its words, and how it writes numbers and times."""

    def __init__(self, language: str, catalogue: _gettext.NullTranslations) -> None:
        self.language = language
        self.locale = Locale.parse("en_GB" if language == "en" else language)
        self._catalogue = catalogue

    def gettext(self, text: str) -> str:
        """Translate the text; an empty text stays empty."""
        return self._catalogue.gettext(text) if text else ""

    def pgettext(self, context: str, text: str) -> str:
        """Translate a text that has one translation for each context."""
        return self._catalogue.pgettext(context, text)

    def ngettext(self, one: str, many: str, count: float) -> str:
        """Translate the form for `count`; `{count}` in it is filled by the caller."""
        return self._catalogue.ngettext(one, many, int(count))

    def named(self, name: str, text: str) -> str:
        """Write "name: text", with the blank before the colon that French wants."""
        return f"{name}\N{NO-BREAK SPACE}: {text}" if self.language == "fr" else f"{name}: {text}"

    def listed(self, texts: Iterable[str]) -> str:
        """Write sentences in one line, parted by semicolons."""
        return ("\N{NO-BREAK SPACE}; " if self.language == "fr" else "; ").join(texts)

    def number(self, value: float, decimals: int = 1) -> str:
        """Write a fixed number of decimals, with the language's decimal sign and thousands separator; what is
        rounded to nothing has no sign."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        written = str(format_decimal(value, format=pattern, locale=self.locale))
        return written if any(figure in written for figure in "123456789") else written.removeprefix("-")

    def plain(self, value: float, most_decimals: int = 3) -> str:
        """Write as many decimals as the value has, `most_decimals` at most ("11", "11.25")."""
        return str(format_decimal(value, format="#,##0." + "#" * most_decimals, locale=self.locale))

    def kg(self, value: float) -> str:
        """Write kilograms with the unit, and the decimals that they have: "43 120 kg", "1 250,5 kg"."""
        return f"{self.plain(round(value, 3))}\N{NO-BREAK SPACE}kg"

    def tonnes(self, value: float, decimals: int = 1) -> str:
        return f"{self.number(value, decimals)}\N{NO-BREAK SPACE}t"

    def percent(self, share: float, decimals: int = 0) -> str:
        """Write a share 0-1 as percent."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        sign = "\N{NO-BREAK SPACE}%" if self.language == "fr" else "%"
        return str(format_percent(share, format=pattern + sign, locale=self.locale))

    def time(self, at: datetime, zone: tzinfo | None = None) -> str:
        """Write hour and minute; in the hour that comes twice in autumn with the offset from UTC. `zone` None
        takes the machine's own."""
        form = "HH:mmxxx" if _comes_twice(at, zone) else "HH:mm"
        return str(format_datetime(at.astimezone(zone), form, locale=self.locale))

    def date(self, at: datetime, zone: tzinfo | None = None) -> str:
        return self.day(at.astimezone(zone).date())

    def day(self, day: calendar_date) -> str:
        return str(format_date(day, "short", locale=self.locale))

    def long_day(self, at: datetime, zone: tzinfo | None = None) -> str:
        """Write the day with its name: "samedi 28 novembre 2026"."""
        return str(format_date(at.astimezone(zone).date(), "full", locale=self.locale))

    def day_month(self, at: datetime, zone: tzinfo | None = None) -> str:
        return str(format_datetime(at.astimezone(zone), "dd/MM", locale=self.locale))

    def moment(self, at: datetime, zone: tzinfo | None = None) -> str:
        """Write day, month, hour and minute, as `time` does."""
        return f"{self.day_month(at, zone)} {self.time(at, zone)}"

    def age(self, seconds: float) -> str:
        """Write how long ago, short: "12 s", "4 min", "2 h 05", "3 d". A negative age counts as none."""
        whole = max(0, int(seconds))
        if whole < 60:
            return f"{whole}\N{NO-BREAK SPACE}s"
        if whole < 3600:
            return f"{whole // 60}\N{NO-BREAK SPACE}min"
        if whole < 86_400:
            return f"{whole // 3600}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{whole % 3600 // 60:02d}"
        return self.gettext("{days} d").format(days=whole // 86_400)


def _comes_twice(at: datetime, zone: tzinfo | None) -> bool:
    """Tell whether the clocks of `zone`, set back by an hour or half of one, show the same another time."""
    shown = at.astimezone(zone).replace(tzinfo=None)
    others = (at + timedelta(minutes=minutes) for minutes in (-60, -30, 30, 60))
    return any(other.astimezone(zone).replace(tzinfo=None) == shown for other in others)


@cache
def translator(language: str) -> Translator:
    """Return the translator of "fr" or "en"; any other language gets the source language.

    Raises OSError or ValueError when a catalogue of ours cannot be read: it is part of the program."""
    path = catalogue_path(language)
    if language not in LANGUAGES or language == SOURCE_LANGUAGE:
        return Translator(SOURCE_LANGUAGE, _gettext.NullTranslations())
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language, domain=DOMAIN, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator(language, _gettext.GNUTranslations(compiled))


def use_zone(name: str) -> None:
    """Show times in that zone of the tz database, from now on; empty keeps the machine's."""
    if name:
        os.environ["TZ"] = name
        time.tzset()
