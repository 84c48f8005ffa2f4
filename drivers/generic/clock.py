"""The section [time] of a profile: the instrument's own date and time.

from = ["date", "time"]          the fields, joined by a space
format = "%d/%m/%y %H:%M:%S"     as Python's strptime has it, or a list of formats tried in order
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from drivers.generic.tables import Table

_SAMPLE = datetime(2026, 11, 25, 13, 14, 15)  # noqa: DTZ001  an instrument's clock has no zone


@dataclass(frozen=True, slots=True)
class Clock:
    sources: tuple[str, ...]
    formats: tuple[str, ...]

    def read(self, fields: Mapping[str, str]) -> tuple[datetime | None, str | None]:
        """Return the instrument's local time, or None and why (no reason where the message tells no time)."""
        text = " ".join(fields[name] for name in self.sources if name in fields).strip()
        if not text:
            return None, None
        for form in self.formats:
            try:
                return datetime.strptime(text, form).replace(tzinfo=None), None  # noqa: DTZ007
            except ValueError:
                continue
        return None, f"{text!r} is not a date in the form {' or '.join(self.formats)}"


def read_clock(table: Table) -> Clock:
    sources = table.texts("from", ())
    formats = table.texts("format") if sources else table.texts("format", ())
    table.refuse_unread()
    for form in formats:
        try:
            again = datetime.strptime(_SAMPLE.strftime(form), form)  # noqa: DTZ007
        except ValueError as error:
            raise table.error("format", f"{form!r} is no date format ({error})") from error
        if again.date() != _SAMPLE.date():
            raise table.error("format", f"{form!r} holds no whole date")
    return Clock(sources, formats)
