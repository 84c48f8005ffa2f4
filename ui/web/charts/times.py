"""Times on a chart: instants out of a stored result, and days as ticks."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ui.words.i18n import Translator

_DAYS = (1, 2, 5, 7, 10, 14, 30, 60, 90, 180, 365, 730, 3650, 36_500)


def instant(value: Any) -> datetime | None:
    """Return the time that a text or a time says; None for what is none."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def instants(values: Iterable[Any]) -> list[datetime]:
    return [at for value in values if (at := instant(value)) is not None]


def day_ticks(first: datetime, last: datetime, most: int, t: Translator) -> list[tuple[float, str]]:
    """Return at most `most` (seconds since 1970, words), a whole number of days apart; hours within a day."""
    days = (last - first) / timedelta(days=1)
    if days < 1.5:
        return [(at.timestamp(), t.moment(at)) for at in dict.fromkeys((first, last))]
    step = next((step for step in _DAYS if days / step <= most - 1), _DAYS[-1])
    count = int(days // step)
    places = [first + timedelta(days=step * i) for i in range(count + 1)]
    return [(at.timestamp(), t.day_month(at) if days < 330 else t.day(at.date())) for at in places]
