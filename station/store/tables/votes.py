"""What this station found when it tried a document of headquarters on its own day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from station.store.tables.packed import HexDigest


class Vote(SQLModel, table=True):
    """Records one night's vote on a document: `number` is the station's own for it, `day` the site's day that
    was replayed. `verdict` is yes, no or abstain; `reasons` ({code, params}) say why, where it is not yes.

    `loads` of the day were judged again by a rule pack: `regraded` would be proposed to a cell of another
    grade, `moved_t` tonnes to another cell, `refused_more` would find no cell where they found one, and
    `refused_less` one where they found none. `captures` of the day were judged by a bundle: it refused
    `abstained` of them, and `disagreement` is the greater of two shares: captures that it refuses and the
    active model takes (or the other way round), and values of laboratory and machine outside its limits.
    `errors`: loads that cannot be made again, captures that its worker failed on."""

    __tablename__ = "vote"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True)
    kind: str
    sha256: str = Field(sa_type=HexDigest)
    verdict: str
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    loads: int = 0
    regraded: int = 0
    moved_t: float = 0.0
    refused_more: int = 0
    refused_less: int = 0
    captures: int = 0
    abstained: int = 0
    disagreement: float | None = None
    errors: int = 0
    took_s: float = 0.0
    at: datetime
