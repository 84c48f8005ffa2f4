"""What headquarters asks of one station: a correction, which a named person there accepts or refuses, and
that a supplier entered there is one that the co-operative knows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, MetaData, or_, select
from sqlalchemy.engine import RowMapping

from drivers.text import fold
from station.hub.documents import New, Sender, keep, offer
from station.hub.down_tables import DOCUMENTS, OFFERS
from station.hub.own import add_event
from station.hub.tables import STATION
from station.receival.arrivals.asked_corrections import FIELDS, facts
from station.store.ids import new_id

CORRECTION, MATCH = "correction_request", "supplier_match"
LONGEST_NUMBER = 9  # of a ticket
NO_ANSWER = "sent"  # the station has not said anything of it yet


class NotThere(Exception):
    """The station has no such load or supplier, or several; the message is what was sought."""


class NothingToAsk(Exception):
    """The load has this already, or it is no fact that can be asked about; the message says which."""


@dataclass(frozen=True, slots=True)
class Asker:
    key: Ed25519PrivateKey
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A supplier as the co-operative knows it."""

    number: str
    name: str
    source: str = "erp"

    def told(self) -> dict[str, str]:
        return {"number": self.number, "name": self.name, "source": self.source}


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what became of it: `state` is sent, or what the station says (open, accepted, refused,
    or the state of its document)."""

    id: str
    station: str
    load: str
    field: str
    was: str
    wanted: str
    reason: str
    by: str
    at: datetime
    state: str
    answered_by: str
    answer: str


def ask_correction(
    connection: Connection, hub: MetaData, asker: Asker, station: str, load: str, field: str,
    wanted: str | Known, why: str,
) -> str:  # fmt: skip
    """Ask a station to correct a load, named by its id or its ticket's number, and return the request's
    number. Raises NotThere, NothingToAsk and StationUnknown."""
    row = _load(connection, hub, station, load)
    if field not in FIELDS or (field == "supplier") != isinstance(wanted, Known):
        raise NothingToAsk(field)
    visits = hub.tables["visit"]
    query = select(visits).where(visits.c[STATION] == station, visits.c.id == row["visit_id"])
    visit = connection.execute(query).mappings().one()
    was = facts(dict(visit), dict(row))[field]
    if was == wanted:
        raise NothingToAsk(was)
    to = {"known": wanted.told()} if isinstance(wanted, Known) else {"wanted": wanted}
    body = {"id": new_id(asker.at), "load": row["id"], "field": field, "was": was, "reason": why, **to}
    return _send(connection, hub, asker, station, CORRECTION, body)


def match_supplier(
    connection: Connection, hub: MetaData, asker: Asker, station: str, supplier: str, known: Known, why: str
) -> str:
    """Say whose supplier this one of a station is, named by its id or name there. Raises NotThere and
    StationUnknown."""
    suppliers = hub.tables["supplier"]
    query = select(suppliers.c.id).where(
        suppliers.c[STATION] == station,
        or_(suppliers.c.id == supplier, suppliers.c.name_key == fold(supplier)),
    )
    found = connection.execute(query).scalars().all()
    if len(found) != 1:
        raise NotThere(supplier)
    body = {"id": new_id(asker.at), "supplier": found[0], "reason": why, **known.told()}
    return _send(connection, hub, asker, station, MATCH, body)


def requests(
    connection: Connection, hub: MetaData, stations: Sequence[str] | None = None, most: int = 200
) -> list[Request]:
    """Return the corrections that were asked for, newest first; `stations`: only of these."""
    offers, documents = hub.tables[OFFERS], hub.tables[DOCUMENTS]
    answers, down = hub.tables[CORRECTION], hub.tables["down_document"]
    query = select(
        offers.c.station, offers.c.name, offers.c.at, documents.c.by, documents.c.body, answers.c.state,
        answers.c.answered_by, answers.c.answer, down.c.state.label("document_state"), down.c.code,
    )  # fmt: skip
    query = query.select_from(
        offers.join(documents, (documents.c.kind == offers.c.kind) & (documents.c.sha256 == offers.c.sha256))
        .outerjoin(answers, (answers.c.station == offers.c.station) & (answers.c.id == offers.c.name))
        .outerjoin(down, (down.c.station == offers.c.station) & (down.c.number == offers.c.number))
    ).where(offers.c.kind == CORRECTION)
    query = query if stations is None else query.where(offers.c.station.in_(stations))
    rows = connection.execute(query.order_by(offers.c.at.desc(), offers.c.name.desc()).limit(most))
    return [_request(row) for row in rows.mappings()]


def _request(row: RowMapping) -> Request:
    told = json.loads(row["body"])
    known = told.get("known")
    wanted = f"{known['name']} ({known['number']})" if known else told["wanted"]
    return Request(
        row["name"], row["station"], told["load"], told["field"], told["was"], wanted, told["reason"],
        row["by"], row["at"], row["state"] or row["document_state"] or NO_ANSWER, row["answered_by"] or "",
        row["answer"] or row["code"] or "",
    )  # fmt: skip


def _send(
    connection: Connection, hub: MetaData, asker: Asker, station: str, kind: str, body: Mapping[str, Any]
) -> str:
    name = str(body["id"])
    new = New(kind, name, json.dumps(body, sort_keys=True).encode())
    sha256 = keep(connection, hub, new, asker.by, asker.at)
    offer(connection, hub, station, kind, sha256, Sender(asker.key, asker.by, asker.at))
    add_event(connection, hub, f"{kind}_sent", asker.at, station, {"id": name}, by=asker.by)
    return name


def _load(connection: Connection, hub: MetaData, station: str, named: str) -> RowMapping:
    loads, tickets = hub.tables["load"], hub.tables["ticket"]
    query = select(loads).where(loads.c[STATION] == station)
    if named.isdecimal() and len(named) <= LONGEST_NUMBER:
        of_ticket = select(tickets.c.load_id).where(
            tickets.c[STATION] == station, tickets.c.number == int(named)
        )
        query = query.where(loads.c.id.in_(of_ticket))
    else:
        query = query.where(loads.c.id == named)
    found = connection.execute(query.limit(2)).mappings().all()
    if len(found) != 1:
        raise NotThere(named)
    return found[0]
