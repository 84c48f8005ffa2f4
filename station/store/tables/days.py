"""How a collecting day began and ended, and who took over from whom in between."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered
from station.store.tables.packed import Packed


class DayOpening(Numbered, table=True):
    """The list at the start of a collecting day as a person signed it: `lines` are {code, params, state},
    with the `reason` for which a line that is not right was waved on. The newest row of a day holds."""

    __tablename__ = "day_opening"
    __table_args__ = (Index("ix_day_opening_day", "day", "seq"),)

    id: str = Field(primary_key=True)
    day: date
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    at: datetime
    by: str


class DayClosing(Numbered, table=True):
    """A collecting day as a person closed it, never changed: what is recorded of it later stands in the next
    closing. `sha256` is that of the document's canonical JSON. Rows with a greater `seq` came after it."""

    __tablename__ = "day_closing"
    __table_args__ = (Index("ix_day_closing_day", "day"), Index("ix_day_closing_seq", "seq"))

    id: str = Field(primary_key=True)
    day: date
    document: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    sha256: str
    at: datetime
    by: str


class HandOver(Numbered, table=True):
    """Who leaves (`by`) hands the open visits, holds and exceptions to who `comes`, as both saw them."""

    __tablename__ = "hand_over"
    __table_args__ = (Index("ix_hand_over_seq", "seq"),)

    id: str = Field(primary_key=True)
    by: str
    comes: str
    carried: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    note: str = ""
    at: datetime
