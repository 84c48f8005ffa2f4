"""What a station owes headquarters: the change log, the bags that it was sealed into, and to whom they go."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from station.store.tables.packed import HexDigest


class Change(SQLModel, table=True):
    """Says that a row was inserted, updated or deleted. Triggers alone write it (`station.store.change_log`),
    in the transaction that changed the row; it goes when a bag has taken it.

    `key` is the row's primary key as a JSON array."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: int | None = Field(default=None, primary_key=True)
    of: str
    key: str
    op: str  # i, u, d


class PostLink(SQLModel, table=True):
    """To whom this station's bags go, since `enrolled_at`: there is one row, or none.

    `epoch` names the line of bags that is being written; its first one follows `follows`, the last bag of
    another line that headquarters has: {epoch, number, sha256}, or nothing. `acknowledged` is the number of
    the last bag that headquarters has. `snapshot`: the next bag has every row. `forgets`: somebody was
    forgotten, so the next bag has every person and supplier, and the persons' parts before it go.
    `photos_seen` is the `seq` of the last capture whose photos are `PostedPhoto`s; on `photo_day` so many
    bytes of photos were sent.

    `recovers`: this ledger came from a backup, and headquarters may know of facts after it. Then nothing is
    sealed: held (acts wait, too) or going_on (they do not); empty where nothing is missing."""

    __tablename__ = "post_link"

    id: str = Field(default="hub", primary_key=True)
    station: str
    urls: list[str] = Field(default_factory=list, sa_type=JSON)
    hub_key: str = ""
    epoch: str
    follows: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    acknowledged: int = 0
    snapshot: bool = True
    forgets: bool = False
    photos_seen: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    photo_day: date | None = None
    photo_day_bytes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    recovers: str = ""  # held, going_on
    enrolled_at: datetime


class Bag(SQLModel, table=True):
    """Records a sealed bag; its file lies in `post/`. The changes up to `to_seq` are in it or before it.

    `sha256` is that of the facts' part as it is sent, `previous` that of the bag before it."""

    epoch: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    sha256: str = Field(sa_type=HexDigest)
    previous: str = Field(default="", sa_type=HexDigest)
    from_seq: int
    to_seq: int
    revision: str  # of the ledger's shape
    whole: bool = False
    forgets: bool = False
    part: int = 1
    parts: int = 1
    rows: int
    size: int
    at: datetime
    acknowledged_at: datetime | None = None


class PostedPhoto(SQLModel, table=True):
    """Says whether headquarters has a photo; `seq` and `at` are those of the first capture that it was in.
    One that is lost cannot be sent: its file is gone or damaged."""

    __tablename__ = "posted_photo"
    __table_args__ = (Index("ix_posted_photo_state", "state", "seq", "size"),)

    sha256: str = Field(primary_key=True)
    size: int
    seq: int
    at: datetime
    state: str = "owed"  # owed, had, lost
