"""Long lists are answered in pages: each names the place where the next one goes on."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Query, Response

from station.api.language import N_
from station.api.problems import not_valid
from station.api.schemas.common import SEEN

Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=500)]
FewRows = Annotated[int, Query(ge=1, le=100)]  # of what takes long for each
After = Annotated[
    str | None,
    SEEN,
    Query(max_length=80, description="What the page before answered as the header `Silo-Next`."),
]
NEXT = "Silo-Next"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def page(
    response: Response, rows: Sequence[Row], limit: int, place: Callable[[Row], Sequence[int]]
) -> Sequence[Row]:
    """The first `limit` rows; where there are more, the answer names the place of the last one."""
    if len(rows) > limit:
        response.headers[NEXT] = "-".join(str(part) for part in place(rows[limit - 1]))
    return rows[:limit]


def place_of(after: str | None, parts: int = 1) -> tuple[int, ...] | None:
    """The numbers of a place; None for the first page. Raises Rejected."""
    if after is None:
        return None
    texts = after.split("-")
    if len(texts) != parts or not all(text.isascii() and text.isdecimal() for text in texts):
        raise not_valid("query.after", N_("must be the Silo-Next of the page before"))
    numbers = tuple(int(text) for text in texts)
    if any(number >= 2**63 for number in numbers):
        raise not_valid("query.after", N_("must be the Silo-Next of the page before"))
    return numbers


def ticks(at: datetime) -> int:
    """A moment as a whole number, for a place."""
    return (at - _EPOCH) // _TICK


def time_place(after: str | None) -> tuple[datetime, int] | None:
    """A place that begins with a moment; None for the first page. Raises Rejected."""
    given = place_of(after, parts=2)
    if given is None:
        return None
    try:
        return _EPOCH + given[0] * _TICK, given[1]
    except OverflowError:
        raise not_valid("query.after", N_("must be the Silo-Next of the page before")) from None
