"""Photos at the hub: they come in ranges, after the rows that name them, and are stored whole or not at all.

Any copy takes any range: what has come lies in the database until the last byte is there. Then its hash is
looked at, and the photo goes to the store. A copy that dies between leaves the bytes: the station is told
that none is missing, sends an empty range, and the photo is stored then.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, and_, delete, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from station.hub.applying import PARKED
from station.hub.own import BAGS
from station.hub.photo_store import PhotoStore
from station.hub.photo_tables import PARTS, PHOTOS, WANTED
from station.hub.receiving import RECEIVED, Answer
from station.hub.tables import STATION

MOST_PHOTO, MOST_RANGE, MOST_ASKED = 100_000_000, 4_000_000, 200
MOST_BEGUN = 20  # photos of a station that are on their way; what was not touched for longest begins again
KEPT_BEGUN = timedelta(days=30)
TOLD_WANTED = 200
_HASH = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the hub says to a station that asks which photos it lacks. `lacking`: the byte to go on from;
    `unnamed`: no row that has come names it so, or it is too large; `wanted`: headquarters asks for it before
    others."""

    had: tuple[str, ...]
    lacking: Mapping[str, int]
    unnamed: tuple[str, ...]
    wanted: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        return {
            "had": self.had, "lacking": self.lacking, "unnamed": self.unnamed, "wanted": self.wanted,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coming:
    """A range of a photo of `of` bytes, from the byte `start` on."""

    station: str
    sha256: str
    start: int
    of: int
    data: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.data)


def asked_for(told: Any) -> dict[str, int] | None:
    """Return the sizes of the photos (SHA-256) that a station asks about; None: that is no such question."""
    if not isinstance(told, dict) or len(told) > MOST_ASKED:
        return None
    is_one = all(_HASH.match(name) and type(size) is int and 0 < size < 2**63 for name, size in told.items())
    return told if is_one else None


def missing(
    connection: Connection, tables: MetaData, station: str, asked: Mapping[str, int], at: datetime
) -> Standing:
    """Say which photos of a station are lacking, and let go of what was begun long ago."""
    forget_begun(connection, tables, at - KEPT_BEGUN)
    had = _had(connection, tables, asked)
    _not_wanted(connection, tables, station, had)
    open_ones = [sha256 for sha256 in asked if sha256 not in had]
    named, is_waiting = _named(connection, tables, station, open_ones)
    begun = _begun(connection, tables, station, open_ones)
    lacking = {
        sha256: begun.get(sha256, 0)
        for sha256 in open_ones
        if asked[sha256] <= MOST_PHOTO
        and (named.get(sha256) == asked[sha256] or (sha256 not in named and is_waiting))
    }
    unnamed = tuple(sha256 for sha256 in open_ones if sha256 not in lacking)
    wanted = tables.tables[WANTED]
    query = select(wanted.c.sha256).where(wanted.c.station == station)
    query = query.order_by(wanted.c.at, wanted.c.sha256).limit(TOLD_WANTED)
    return Standing(tuple(sorted(had)), lacking, unnamed, tuple(connection.execute(query).scalars()))


def take_range(engine: Engine, tables: MetaData, store: PhotoStore, coming: Coming, at: datetime) -> Answer:
    """Keep a range of a photo; with the last one store it. `have` of the answer is the byte to go on from:
    `of` where the photo is whole. Raises PhotoStoreFault: the bytes are kept, and only the store is lacking.
    """
    station, sha256 = coming.station, coming.sha256
    with engine.begin() as connection:
        if _had(connection, tables, [sha256]):
            return Answer(200, "", have=coming.of, sha256=sha256)
        if refusal := _refusal(connection, tables, coming):
            return refusal
        have = _begun(connection, tables, station, [sha256]).get(sha256, 0)
        if coming.start != have or not _keep(connection, tables, coming, at):
            return Answer(409, "range", have=have)
        if coming.end < coming.of:
            return Answer(200, "", have=coming.end)
        whole = _bytes_of(connection, tables, station, sha256)
    return _store(engine, tables, store, station, sha256, whole, at)


def want(connection: Connection, tables: MetaData, pairs: Iterable[tuple[str, str]], at: datetime) -> int:
    """Ask for photos (station, SHA-256) before all others. Return how many were not asked for yet."""
    wanted = tables.tables[WANTED]
    there = {tuple(row) for row in connection.execute(select(wanted.c.station, wanted.c.sha256))}
    rows = [
        {"station": station, "sha256": sha256, "at": at}
        for station, sha256 in dict.fromkeys(pairs)
        if (station, sha256) not in there
    ]
    if rows:
        connection.execute(insert(wanted), rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class PhotosLacking:
    """Photos (SHA-256) that rows name and the store does not have: `to_come` ones never came, `lost` ones had
    been stored."""

    to_come: tuple[str, ...]
    lost: tuple[str, ...]


def photos_lacking(
    connection: Connection, tables: MetaData, station: str, store: PhotoStore
) -> PhotosLacking:
    """Compare the photos that applied rows of a station name with the store. Raises PhotoStoreFault."""
    photo, photos = tables.tables["photo"], tables.tables[PHOTOS]
    query = select(photo.c.sha256, photo.c.size, photos.c.size.label("stored"))
    query = query.join(photos, photos.c.sha256 == photo.c.sha256, isouter=True)
    named = {row.sha256: row for row in connection.execute(query.where(photo.c[STATION] == station))}
    there = store.sizes(named)
    lacking = [row for sha256, row in sorted(named.items()) if there.get(sha256) != row.size]
    return PhotosLacking(
        tuple(row.sha256 for row in lacking if row.stored is None),
        tuple(row.sha256 for row in lacking if row.stored is not None),
    )


def want_again(
    connection: Connection, tables: MetaData, station: str, hashes: Sequence[str], at: datetime
) -> None:
    """The store has lost these: the hub has them no more, and asks for them."""
    photos = tables.tables[PHOTOS]
    for some in _some(hashes):
        connection.execute(delete(photos).where(photos.c.sha256.in_(some)))
    want(connection, tables, [(station, sha256) for sha256 in hashes], at)


def forget_begun(connection: Connection, tables: MetaData, before: datetime) -> None:
    """Remove what has come of photos of which nothing came since."""
    parts = tables.tables[PARTS]
    if connection.execute(select(parts.c.at).where(parts.c.at < before).limit(1)).first() is None:
        return
    old = select(parts.c.station, parts.c.sha256).group_by(parts.c.station, parts.c.sha256)
    for station, sha256 in connection.execute(old.having(func.max(parts.c.at) < before)).all():
        connection.execute(_of(parts, station, sha256))


def _store(
    engine: Engine, tables: MetaData, store: PhotoStore, station: str, sha256: str, whole: bytes, at: datetime
) -> Answer:
    """Look at the hash, and store. No transaction is open meanwhile: a slow store holds nothing up."""
    parts, photos = tables.tables[PARTS], tables.tables[PHOTOS]
    if hashlib.sha256(whole).hexdigest() != sha256:
        with engine.begin() as connection:
            connection.execute(_of(parts, station, sha256))
        return Answer(422, "wrong_hash")
    store.put(sha256, whole)
    with engine.begin() as connection:
        try:
            with connection.begin_nested():
                connection.execute(insert(photos).values(sha256=sha256, size=len(whole), at=at))
        except IntegrityError:
            pass  # another copy, or another station, stored the same
        connection.execute(_of(parts, station, sha256))
        _not_wanted(connection, tables, station, {sha256})
    return Answer(200, "", have=len(whole), sha256=sha256)


def _refusal(connection: Connection, tables: MetaData, coming: Coming) -> Answer | None:
    start, end, of = coming.start, coming.end, coming.of
    if of > MOST_PHOTO:
        return Answer(413, "too_large", detail=f"a photo has at most {MOST_PHOTO} bytes")
    if of < 1 or start < 0 or end > of or (start == end and end < of):
        return Answer(422, "wrong_range")
    named, is_waiting = _named(connection, tables, coming.station, [coming.sha256])
    if named.get(coming.sha256) == of or (not named and is_waiting):
        return None
    return Answer(422, "unnamed", detail=f"a row says {named[coming.sha256]} bytes" if named else "")


def _had(connection: Connection, tables: MetaData, hashes: Iterable[str]) -> set[str]:
    photos = tables.tables[PHOTOS]
    query = select(photos.c.sha256).where(photos.c.sha256.in_(list(hashes)))
    return set(connection.execute(query).scalars())


def _named(
    connection: Connection, tables: MetaData, station: str, hashes: Sequence[str]
) -> tuple[dict[str, int], bool]:
    """Return the sizes that applied rows of the station say, and whether it has bags that are received and
    not applied yet: their rows may name any photo. It is one question: a bag that is applied between two
    would be in the answer of neither."""
    photo, bags = tables.tables["photo"], tables.tables[BAGS]
    rows = select(photo.c.sha256, photo.c.size)
    rows = rows.where(photo.c[STATION] == station, photo.c.sha256.in_(hashes))
    open_bags = select(bags.c.number).where(bags.c.station == station, bags.c.state.in_([RECEIVED, PARKED]))
    waiting = select(literal(""), func.count()).select_from(open_bags.limit(1).subquery())
    told = {sha256: int(size) for sha256, size in connection.execute(rows.union_all(waiting))}
    return told, bool(told.pop(""))


def _begun(connection: Connection, tables: MetaData, station: str, hashes: Sequence[str]) -> dict[str, int]:
    """How many bytes of each have come; ranges follow each other without gaps."""
    parts = tables.tables[PARTS]
    query = select(parts.c.sha256, func.sum(parts.c.size)).group_by(parts.c.sha256)
    query = query.where(parts.c.station == station, parts.c.sha256.in_(hashes))
    return {sha256: int(size) for sha256, size in connection.execute(query)}


def _keep(connection: Connection, tables: MetaData, coming: Coming, at: datetime) -> bool:
    """False: another copy has taken a range from this byte on in this instant."""
    if not coming.data:
        return True
    if not coming.start:
        _make_room(connection, tables, coming.station)
    row = insert(tables.tables[PARTS]).values(
        station=coming.station, sha256=coming.sha256, start=coming.start, size=len(coming.data),
        data=coming.data, at=at,
    )  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(row)
    except IntegrityError:
        return False
    return True


def _make_room(connection: Connection, tables: MetaData, station: str) -> None:
    parts = tables.tables[PARTS]
    query = select(parts.c.sha256).where(parts.c.station == station).group_by(parts.c.sha256)
    newest_first = query.order_by(func.max(parts.c.at).desc(), parts.c.sha256)
    for sha256 in connection.execute(newest_first.offset(MOST_BEGUN - 1)).scalars().all():
        connection.execute(_of(parts, station, sha256))


def _bytes_of(connection: Connection, tables: MetaData, station: str, sha256: str) -> bytes:
    parts = tables.tables[PARTS]
    query = select(parts.c.data).where(parts.c.station == station, parts.c.sha256 == sha256)
    return b"".join(connection.execute(query.order_by(parts.c.start)).scalars())


def _not_wanted(connection: Connection, tables: MetaData, station: str, hashes: set[str]) -> None:
    wanted = tables.tables[WANTED]
    if hashes:
        mine = and_(wanted.c.station == station, wanted.c.sha256.in_(hashes))
        connection.execute(delete(wanted).where(mine))


def _of(parts: Table, station: str, sha256: str) -> Any:
    return delete(parts).where(parts.c.station == station, parts.c.sha256 == sha256)


def _some(hashes: Sequence[str], count: int = 500) -> Iterable[Sequence[str]]:
    return (hashes[start : start + count] for start in range(0, len(hashes), count))
