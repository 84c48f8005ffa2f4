"""Documents that go down: kept once by their content, offered to each station under a number of its own."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, MetaData, func, insert, select, update
from sqlalchemy.engine import RowMapping

from station.hub.down_tables import DOCUMENTS, OFFERS
from station.hub.own import STATIONS, add_event
from station.hub.renumbering import last_offered, next_number
from station.hub.stations import StationUnknown
from station.post.down import HEAD, MOST_BYTES, SIGNATURE, Document

AT_ONCE = 50  # heads in one answer
PIECE_BYTES = 1_000_000


class DocumentRefused(Exception):
    """The hub keeps no such document; the message says why."""


@dataclass(frozen=True, slots=True)
class New:
    """What is to be sent: see `station.post.down.Document`."""

    kind: str
    name: str
    body: bytes
    valid_from: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def keep(connection: Connection, hub: MetaData, new: New, by: str, at: datetime) -> str:
    """Keep a document and return its digest; of one that is kept already, what is said beside it is what was
    said last. Raises DocumentRefused."""
    if len(new.body) > MOST_BYTES:
        raise DocumentRefused(f"at most {MOST_BYTES} bytes")
    documents = hub.tables[DOCUMENTS]
    kept = document(connection, hub, new.kind, new.sha256)
    if kept is not None and kept["more"] != dict(new.more):
        said = update(documents).where(documents.c.kind == new.kind, documents.c.sha256 == new.sha256)
        connection.execute(said.values(more=dict(new.more)))
    elif kept is None:
        connection.execute(
            insert(documents).values(
                kind=new.kind, sha256=new.sha256, name=new.name, body=new.body, size=len(new.body),
                valid_from=new.valid_from, more=dict(new.more), at=at, by=by,
            )
        )  # fmt: skip
        data = {"kind": new.kind, "name": new.name, "sha256": new.sha256}
        add_event(connection, hub, "document_kept", at, "", data, by=by)
    return new.sha256


def document(connection: Connection, hub: MetaData, kind: str, sha256: str) -> RowMapping | None:
    """Return what is said of a document, without its body."""
    documents = hub.tables[DOCUMENTS]
    columns = [column for column in documents.columns if column.name != "body"]
    query = select(*columns).where(documents.c.kind == kind, documents.c.sha256 == sha256)
    return connection.execute(query).mappings().first()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who offers documents, with which key."""

    key: Ed25519PrivateKey
    by: str
    at: datetime
    roll_out: int | None = None


def offer(
    connection: Connection, hub: MetaData, station: str, kind: str, sha256: str, sender: Sender
) -> int | None:
    """Offer a kept document to a station under its next number. None: it is this station's newest of its kind
    and name already. Raises StationUnknown and DocumentRefused."""
    offers, stations = hub.tables[OFFERS], hub.tables[STATIONS]
    query = select(stations.c.id).where(stations.c.id == station).with_for_update()
    if connection.execute(query).first() is None:
        raise StationUnknown(station)
    kept = document(connection, hub, kind, sha256)
    if kept is None:
        raise DocumentRefused(f"no {kind} {sha256[:12]} is kept here")
    newest = newest_offer(connection, hub, station, kind, kept["name"])
    if newest is not None and newest["sha256"] == sha256:
        return None
    number = next_number(connection, hub, station)
    said = Document(
        station, number, kind, kept["name"], sha256, kept["size"], sender.by, kept["valid_from"],
        kept["more"] or {}, last_offered(connection, hub, station),
    ).signed(sender.key)  # fmt: skip
    connection.execute(
        insert(offers).values(
            station=station, number=number, kind=kind, name=kept["name"], sha256=sha256, head=said[HEAD],
            signature=said[SIGNATURE], roll_out=sender.roll_out, at=sender.at,
        )
    )  # fmt: skip
    return number


def newest_offer(
    connection: Connection, hub: MetaData, station: str, kind: str, name: str, before: int | None = None
) -> RowMapping | None:
    """Return what this station was offered last of a kind and name; `before`: earlier than that number."""
    offers = hub.tables[OFFERS]
    query = select(offers).where(offers.c.station == station, offers.c.kind == kind, offers.c.name == name)
    query = query if before is None else query.where(offers.c.number < before)
    return connection.execute(query.order_by(offers.c.number.desc()).limit(1)).mappings().first()


def offered_after(
    connection: Connection, hub: MetaData, station: str, number: int
) -> Sequence[dict[str, str]]:
    """Return the signed heads after a number, the oldest first, some at a time."""
    offers = hub.tables[OFFERS]
    query = select(offers.c.head, offers.c.signature)
    query = query.where(offers.c.station == station, offers.c.number > number)
    rows = connection.execute(query.order_by(offers.c.number).limit(AT_ONCE))
    return [{HEAD: head, SIGNATURE: signature} for head, signature in rows]


def piece(connection: Connection, hub: MetaData, station: str, number: int, start: int) -> bytes | None:
    """Return bytes of a document that this station was offered, from `start` on, at most PIECE_BYTES. None:
    it was not offered this one."""
    offers, documents = hub.tables[OFFERS], hub.tables[DOCUMENTS]
    query = select(func.substr(documents.c.body, start + 1, PIECE_BYTES))
    query = query.join_from(
        documents, offers, (offers.c.kind == documents.c.kind) & (offers.c.sha256 == documents.c.sha256)
    )
    found = connection.execute(query.where(offers.c.station == station, offers.c.number == number)).scalar()
    return None if found is None else bytes(found)
