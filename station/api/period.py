"""A time that is asked about begins before it ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from station.acts.refusals import check_period
from station.api import schemas


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` until before `until`; None: without end on that side."""

    since: datetime | None
    until: datetime | None


def _span(since: schemas.Moment | None = None, until: schemas.Moment | None = None) -> Span:
    check_period(since, until)
    return Span(since, until)


Period = Annotated[Span, Depends(_span)]
