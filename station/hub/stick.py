"""Bags that somebody carried here: found in a folder, taken in their order by the rules of the wire."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, select

from station.hub.admission import refusal
from station.hub.own import STATIONS
from station.hub.receiving import Answer, receive
from station.post.bag import MOST_PACKED, BagTooLarge, BagWrong, Head, head_of
from station.post.stick import BAG, PEOPLE, SIGNED, request_of
from station.post.wire import enveloped

MOST_SIGNATURE = 200
TAKEN, HAD, SKIPPED = "taken", "had", "skipped"


@dataclass(frozen=True, slots=True)
class Carried:
    """A file, and what became of it: taken, had (it was here already) or skipped, with the reason: no_bag,
    too_large, not_read, no_signature, or what a station is told over the wire."""

    file: Path
    outcome: str
    reason: str = ""
    detail: str = ""


def take_all(engine: Engine, hub: MetaData, folder: Path, clock: Callable[[], datetime]) -> Iterator[Carried]:
    """Take what is there, each bag in a transaction of its own. What is refused now may follow one that comes
    later: it is tried again as long as something was taken."""
    found = [_found(file) for file in sorted(folder.rglob(f"*{BAG}")) if _is_file(file)]
    yield from (skipped for skipped in found if isinstance(skipped, Carried))
    waiting = sorted(pair for pair in found if not isinstance(pair, Carried))
    while waiting:
        refused = []
        for order, file in waiting:
            with engine.begin() as connection:
                carried = _take(connection, hub, file, clock())
            if carried.outcome == SKIPPED:
                refused.append(((order, file), carried))
            else:
                yield carried
        if len(refused) == len(waiting):
            yield from (carried for _, carried in refused)
            return
        waiting = [pair for pair, _ in refused]


_Order = tuple[str, str, int]  # epochs begin with the time of their making


def _found(file: Path) -> tuple[_Order, Path] | Carried:
    try:
        head = head_of(_read(file, MOST_PACKED))
    except (OSError, BagWrong) as error:
        return _skipped(file, error)
    return (head.station, head.epoch, head.number), file


def _take(connection: Connection, hub: MetaData, file: Path, at: datetime) -> Carried:
    people_file, signature_file = file.with_suffix(PEOPLE), file.with_suffix(SIGNED)
    try:
        facts = _read(file, MOST_PACKED)
        head = head_of(facts)
        people = _read(people_file, MOST_PACKED) if people_file.exists() else None
        if not _is_file(signature_file):
            return Carried(file, SKIPPED, "no_signature")
        signature = _read(signature_file, MOST_SIGNATURE).decode("ascii", "replace").strip()
    except (OSError, BagWrong) as error:
        return _skipped(file, error)
    before = _place(connection, hub, head)
    answer = _answer(connection, hub, head, facts, people, signature, at)
    if answer.status != 200:
        return Carried(file, SKIPPED, answer.reason, answer.detail)
    return Carried(file, TAKEN if _place(connection, hub, head) != before else HAD)


def _answer(
    connection: Connection, hub: MetaData, head: Head, facts: bytes, people: bytes | None, signature: str,
    at: datetime,
) -> Answer:  # fmt: skip
    signed = request_of(head.station, head.epoch, head.number, enveloped(facts, people))
    refused = refusal(connection, hub, head.station, signed, signature, at)
    return refused or receive(connection, hub, head.station, facts, people, at)


def _place(connection: Connection, hub: MetaData, head: Head) -> int | None:
    stations = hub.tables[STATIONS]
    return connection.execute(select(stations.c.place).where(stations.c.id == head.station)).scalar()


def _skipped(file: Path, error: Exception) -> Carried:
    if isinstance(error, BagWrong):
        return Carried(file, SKIPPED, "too_large" if isinstance(error, BagTooLarge) else "no_bag", str(error))
    return Carried(file, SKIPPED, "not_read", str(error))


def _is_file(file: Path) -> bool:
    """A link on a stick may lead anywhere."""
    return file.is_file() and not file.is_symlink()


def _read(file: Path, most: int) -> bytes:
    """Raises OSError and BagTooLarge."""
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise BagTooLarge(f"at most {most} bytes")
    return data
