"""How the stations voted on what is rolled out, and what a roll-out waits for or was stopped by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import RowMapping

from station.hub import roll_outs
from station.hub.ring_rule import Obstacle, newest_votes
from station.hub.roll_outs import RollOutUnknown

__all__ = ["Obstacle", "RollOutUnknown", "StationVote", "obstacles", "votes"]

_COUNTS = (
    "loads", "regraded", "moved_t", "refused_more", "refused_less", "captures", "abstained", "disagreement",
    "errors", "took_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StationVote:
    """The last vote of a station on the document of a roll-out; `verdict` is empty where it has not voted.
    `counts` are those of `station.store.tables.Vote`, `reasons` ({code, params}) say why it is not yes."""

    station: str
    ring: str
    number: int | None
    state: str
    verdict: str
    day: date | None
    reasons: Sequence[Mapping[str, Any]]
    counts: Mapping[str, Any]
    at: datetime | None


def votes(connection: Connection, hub: MetaData, number: int) -> list[StationVote]:
    """Return every station of a roll-out in the order of its rings, offered the document or not yet. Raises
    RollOutUnknown."""
    standings = roll_outs.standings(connection, hub, number)
    given = newest_votes(connection, hub, roll_outs.offered_of(standings))
    return [_vote(one, given.get(one.station)) for one in standings]


def obstacles(connection: Connection, hub: MetaData, number: int, at: datetime) -> list[Obstacle]:
    """Return what a roll-out that runs waits for, or what stopped one by itself. Raises RollOutUnknown."""
    because = roll_outs.stopped_because(connection, hub, number)
    return because or roll_outs.waiting(connection, hub, number, at)


def _vote(standing: roll_outs.Standing, row: RowMapping | None) -> StationVote:
    ring = standing.ring.name.lower()
    told: Mapping[str, Any] = dict(row) if row else {}
    return StationVote(
        standing.station, ring, standing.number, standing.state, told.get("verdict", ""), told.get("day"),
        told.get("reasons", ()), {name: told[name] for name in _COUNTS} if row else {}, told.get("at"),
    )  # fmt: skip
