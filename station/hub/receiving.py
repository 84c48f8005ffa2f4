"""Receiving is not applying: a bag is checked and kept as it came, with the cursor, in one transaction.

Bags of a station come in the order of their numbers, each naming the digest of the one before; a snapshot
needs none before it. What was had already is answered so, whoever of the hub's copies is asked. Order is
(epoch, number), never a time. Two bags of one number are two machines: nothing more is taken until a person
has settled which one goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, and_, insert, select, update
from sqlalchemy.engine import RowMapping

from station.hub.own import BAGS, STATIONS, add_event
from station.post.bag import BagTooLarge, BagWrong, Head, Line, facts_lines, head_of, lines_of, sha256_of

RECEIVED, REFUSED = "received", "refused"
NAMED = 10  # bags of a fork whose machines are named


@dataclass(frozen=True, slots=True)
class Answer:
    """What the station is told. `have` and `sha256` are number and digest of the last bag that was received
    of `epoch`. `reason`, where it was not taken: unknown_station, revoked, wrong_bag, too_large, gap, fork,
    epoch. `more` is what some answers bring beside."""

    status: int
    reason: str = ""
    epoch: str = ""
    have: int = 0
    sha256: str = ""
    detail: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def receive(
    connection: Connection, hub: MetaData, station: str, facts: bytes, people: bytes | None, at: datetime
) -> Answer:
    """Take a bag in, in the caller's transaction."""
    stations = hub.tables[STATIONS]
    query = select(stations).where(stations.c.id == station).with_for_update()
    known = connection.execute(query).mappings().first()
    if known is None:
        return Answer(404, "unknown_station")
    if known["revoked_at"] is not None:
        return Answer(403, "revoked")
    try:
        head = _checked(station, facts, people)
    except BagTooLarge as error:
        return _told(known, 413, "too_large", str(error))
    except BagWrong as error:
        return _told(known, 422, "wrong_bag", str(error))
    refusal = _refusal(connection, hub, known, head, facts)
    if refusal is not None:
        if refusal.reason == "fork":
            is_new = _keep(connection, hub, head, facts, people, REFUSED, known["place"], at)
            refusal = replace(refusal, detail=_tell_fork(connection, hub, known, head, at, is_new=is_new))
        return refusal
    if known["forked"]:
        add_event(connection, hub, "fork_left_behind", at, station, {"epoch": head.epoch, "box": head.box})
        connection.execute(update(stations).where(stations.c.id == station).values(forked=False))
    place = known["place"] + 1
    _keep(connection, hub, head, facts, people, RECEIVED, place, at)
    sha256 = sha256_of(facts)
    connection.execute(
        update(stations)
        .where(stations.c.id == station)
        .values(epoch=head.epoch, have=head.number, sha256=sha256, place=place)
    )
    return Answer(200, "", head.epoch, head.number, sha256)


def kept_lines(bag: RowMapping) -> Iterator[Line]:
    """Yield the changes of a bag that was kept, persons and suppliers first."""
    if bag["people"]:
        yield from lines_of(bag["people"])
    yield from facts_lines(bag["facts"])


def _checked(station: str, facts: bytes, people: bytes | None) -> Head:
    """Raises BagWrong, BagTooLarge."""
    head = head_of(facts)
    if head.station != station:
        raise BagWrong(f"it is a bag of {head.station}")
    for _ in facts_lines(facts):  # it can be unpacked; what its lines say is for who applies it
        break
    if people:
        if sha256_of(people) != head.personal:
            raise BagWrong("the persons' part is another's")
        for _ in lines_of(people):
            break
    elif people is None and head.personal is not None:
        raise BagWrong("the persons' part is missing")
    return head


def _refusal(
    connection: Connection, hub: MetaData, known: RowMapping, head: Head, facts: bytes
) -> Answer | None:
    """Return the answer to a bag that is not the next one, None for the next one."""
    bags = hub.tables[BAGS]
    of_number = select(bags.c.sha256).where(
        bags.c.station == head.station, bags.c.epoch == head.epoch, bags.c.number == head.number,
        bags.c.state != REFUSED,
    )  # fmt: skip
    there = connection.execute(of_number).scalars().first()
    if there is not None:
        return _told(known, 200, "") if there == sha256_of(facts) else _told(known, 409, "fork")
    if known["forked"]:
        reason = "" if _leaves_fork(connection, hub, known, head) else "fork"
    else:
        reason = _why_not_next(known, head)
    if reason == "epoch" and _was_left(connection, hub, head):
        reason = "fork"  # another machine began an epoch since, in this one's place
    return _told(known, 409, reason) if reason else None


def _tell_fork(
    connection: Connection, hub: MetaData, known: RowMapping, head: Head, at: datetime, *, is_new: bool
) -> str:
    """Stop the station until a person has settled which machine goes on; return their names. A bag that was
    refused before a person settled it stops nobody again."""
    boxes = _boxes(connection, hub, known, head)
    if is_new and not known["forked"]:
        stations = hub.tables[STATIONS]
        told = {"epoch": head.epoch, "number": head.number, "boxes": boxes}
        add_event(connection, hub, "fork", at, head.station, told)
        connection.execute(update(stations).where(stations.c.id == head.station).values(forked=True))
    return " | ".join(boxes)


def _begins_after(known: RowMapping, head: Head) -> bool:
    """Tell whether a bag begins an epoch after all that was received."""
    follows = (head.follows.epoch, head.follows.number, head.follows.sha256) if head.follows else ("", 0, "")
    begins = head.epoch != known["epoch"] and head.number == 1 and head.whole and not head.previous
    return begins and follows == (known["epoch"], known["have"], known["sha256"])


def _was_left(connection: Connection, hub: MetaData, head: Head) -> bool:
    bags = hub.tables[BAGS]
    mine = select(bags.c.number).where(
        bags.c.station == head.station, bags.c.epoch == head.epoch, bags.c.state != REFUSED
    )
    return connection.execute(mine.limit(1)).first() is not None


def _leaves_fork(connection: Connection, hub: MetaData, known: RowMapping, head: Head) -> bool:
    """Tell whether one machine alone made the fork, because its disk was copied back, and begins anew. Where
    another one took part, or none is named, a person settles it."""
    if not head.box or not _begins_after(known, head):
        return False
    return _boxes(connection, hub, known, head) == [head.box]


def _boxes(connection: Connection, hub: MetaData, known: RowMapping, head: Head) -> list[str]:
    """Return the machines that speak for a station: of the line that goes on, of this bag, of what was
    refused lately."""
    bags = hub.tables[BAGS]
    mine = select(bags.c.facts).where(bags.c.station == head.station)
    line = mine.where(bags.c.place == known["place"], bags.c.state != REFUSED).limit(1)
    refused = mine.where(bags.c.state == REFUSED).order_by(bags.c.received_at.desc()).limit(NAMED)
    facts = [*connection.execute(line).scalars(), *connection.execute(refused).scalars()]
    return list(dict.fromkeys([*(head_of(one).box or "?" for one in facts), head.box or "?"]))


def _why_not_next(known: RowMapping, head: Head) -> str:
    if head.epoch != known["epoch"]:
        return "" if _begins_after(known, head) else "epoch"
    if head.whole and head.part == 1 and head.number > known["have"]:
        return ""  # it needs nothing before it
    if head.number != known["have"] + 1:
        return "gap"
    return "" if head.previous == known["sha256"] else "fork"


def _told(known: RowMapping, status: int, reason: str, detail: str = "") -> Answer:
    return Answer(status, reason, known["epoch"], known["have"], known["sha256"], detail)


def _keep(
    connection: Connection, hub: MetaData, head: Head, facts: bytes, people: bytes | None, state: str,
    place: int, at: datetime,
) -> bool:  # fmt: skip
    """Return whether it was not kept already, as one that came while a fork was unsettled is."""
    bags, sha256 = hub.tables[BAGS], sha256_of(facts)
    same = and_(
        bags.c.station == head.station, bags.c.epoch == head.epoch, bags.c.number == head.number,
        bags.c.sha256 == sha256,
    )  # fmt: skip
    if connection.execute(select(bags.c.number).where(same)).first() is not None:
        if state != REFUSED:  # it was refused while nobody had settled a fork
            taken = update(bags).where(same).values(state=state, place=place, received_at=at)
            connection.execute(taken)
        return False
    connection.execute(
        insert(bags).values(
            station=head.station, epoch=head.epoch, number=head.number, sha256=sha256, place=place,
            revision=head.revision, whole=head.whole, forgets=head.forgets, part=head.part, parts=head.parts,
            facts=facts, people=people, state=state, received_at=at,
        )
    )  # fmt: skip
    return True
