"""What headquarters sent to this station, and what became of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from station.store.tables.packed import HexDigest


class DownDocument(SQLModel, table=True):
    """Records a document of headquarters by the number that this station was offered it under.

    `state`: offered (heard of), verified (its body is here and is what was signed), installed, active (it
    runs, or what it asked for was done), refused (`code` and `params` say why) or superseded (a later one of
    its kind and name came before it was taken). `by` is the person at headquarters who sent it; `more` is
    what its kind needs beside the body. `state_at` is when it came to this state, by the station's clock."""

    __tablename__ = "down_document"

    number: int = Field(primary_key=True)
    kind: str
    name: str
    sha256: str = Field(sa_type=HexDigest)
    size: int
    by: str
    valid_from: date | None = None
    more: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: str
    code: str = ""
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    heard_at: datetime
    state_at: datetime
