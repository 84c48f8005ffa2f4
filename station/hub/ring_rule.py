"""What a roll-out rests on: the stop rule, the votes of the stations, and the hours that a ring runs it.

Everything is read from the stations' own rows, which come with their bags: what was refused, what a model
said of captures, what was done with it, and how the station voted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, Select, and_, case, func, select
from sqlalchemy.engine import RowMapping

from station.post.voting import ABSTAIN, NO, VOTED_ON, YES

BUNDLE = "bundle"
LAST_RING = 2  # as `station.hub.roll_outs.Ring` counts
_OF_STATION = "station"  # whose inspections: a model's of the station itself
_FAILED = ("set_aside", "rolled_back")  # acts of a release, when nobody and no policy did them


@dataclass(frozen=True, slots=True)
class StopRule:
    """Says when a roll-out stops by itself: more than `most_refusals` stations refused the document; at any
    station the model refused more than `most_abstentions` of its captures, or differs from the active one in
    taking or refusing more than `most_disagreement` of them, once it has seen `least_captures`; or its worker
    failed so often that the station gave it up, more than `most_worker_deaths` times."""

    most_refusals: int = 0
    most_abstentions: float = 0.25
    most_disagreement: float = 0.2
    most_worker_deaths: int = 0
    least_captures: int = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """`hours` that each ring runs a document before the next one is opened. `at_once`: all rings are opened
    together, which a named person answers for. `votes`: every station of the open rings must have voted for
    it too; who abstains is in nobody's way, but `least_yes` stations have to have tried it and say yes."""

    hours: int = 24
    at_once: bool = False
    stop: StopRule = field(default_factory=StopRule)
    votes: bool = False
    least_yes: int = 1

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, row: RowMapping) -> "Rule":
        """Return the rule of a roll-out; one from before there was more to it has hours only."""
        told = dict(row["rule"] or {})
        stop = {name: one for name, one in told.get("stop", {}).items() if name in _STOP}
        more = {name: told[name] for name in ("votes", "least_yes") if name in told}
        return cls(row["hours"], row["at_once"], StopRule(**stop), **more)


_STOP = frozenset(StopRule.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Says what stops a roll-out or what it waits for, at which station (nothing: at none of its own)."""

    code: str
    station: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "station": self.station, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Offered:
    """A station that was offered the document under its `number`, what it says of it, and since when it is
    known to run there."""

    station: str
    number: int
    state: str
    code: str
    active_at: datetime | None


def stopped_by(
    connection: Connection, hub: MetaData, row: RowMapping, offered: Sequence[Offered]
) -> list[Obstacle]:
    """Return what of the stop rule is broken."""
    rule = Rule.of(row).stop
    refused = [one for one in offered if one.state == "refused"]
    found = []
    if len(refused) > rule.most_refusals:
        found += [Obstacle("refused", one.station, {"code": one.code}) for one in refused]
    if row["kind"] == BUNDLE and offered:
        stations = [one.station for one in offered]
        found += _over(_abstentions(hub, row["sha256"], stations), connection, rule, "most_abstentions")
        found += _over(_differences(hub, row["sha256"], stations), connection, rule, "most_disagreement")
        deaths = connection.execute(_deaths(hub, row["sha256"], stations)).all()
        found += [
            Obstacle("most_worker_deaths", station, {"count": count, "limit": rule.most_worker_deaths})
            for station, count in deaths
            if count > rule.most_worker_deaths
        ]
    return found


def waits_for(
    connection: Connection, hub: MetaData, row: RowMapping, offered: Sequence[Offered], at: datetime
) -> list[Obstacle]:
    """Return what the next ring waits for; after the last one, what is left until it is everywhere."""
    rule = Rule.of(row)
    taking = [one for one in offered if one.state != "refused"]  # within the stop rule: it keeps what it has
    found = [
        Obstacle("not_active", one.station, {"state": one.state}) for one in taking if one.state != "active"
    ]
    if is_last(row):
        return found
    if rule.votes and row["kind"] in VOTED_ON:
        found += _unvoted(newest_votes(connection, hub, taking), taking, rule)
    if not found:
        since = max([one.active_at or at for one in taking] + [row["opened_at"]])
        opens_at = since + timedelta(hours=rule.hours)
        if at < opens_at:
            found.append(Obstacle("hours", "", {"hours": rule.hours, "opens_at": opens_at.isoformat()}))
    return found


def is_last(row: RowMapping) -> bool:
    return bool(row["ring"] >= LAST_RING)


def newest_votes(connection: Connection, hub: MetaData, offered: Iterable[Offered]) -> dict[str, RowMapping]:
    """Return the last vote of each of these stations on its document."""
    votes, numbers = hub.tables["vote"], {one.station: one.number for one in offered}
    query = select(votes).where(votes.c.station.in_(numbers), votes.c.number.in_(set(numbers.values())))
    rows = connection.execute(query.order_by(votes.c.day)).mappings()
    return {row["station"]: row for row in rows if row["number"] == numbers[row["station"]]}


def _unvoted(votes: Mapping[str, RowMapping], offered: Sequence[Offered], rule: Rule) -> Iterator[Obstacle]:
    verdicts = {station: row["verdict"] for station, row in votes.items()}
    for one in offered:
        given = verdicts.get(one.station)
        if given is None:
            yield Obstacle("vote_missing", one.station)
        elif given == NO:
            yield Obstacle("vote_no", one.station, {"reasons": votes[one.station]["reasons"]})
    if all(one.station in verdicts for one in offered) and NO not in verdicts.values():
        yes = sum(given == YES for given in verdicts.values())
        if yes < rule.least_yes:
            abstained = sum(given == ABSTAIN for given in verdicts.values())
            yield Obstacle("no_yes", "", {"yes": yes, "least": rule.least_yes, "abstained": abstained})


def _over(query: Select[Any], connection: Connection, rule: StopRule, name: str) -> Iterator[Obstacle]:
    limit = getattr(rule, name)
    for station, captures, count in connection.execute(query):
        if captures >= rule.least_captures and count / captures > limit:
            share = {"share": round(count / captures, 4), "limit": limit, "captures": captures}
            yield Obstacle(name, station, share)


def _abstentions(hub: MetaData, sha256: str, stations: Sequence[str]) -> Select[Any]:
    seen = hub.tables["inspection"]
    refused = func.sum(case((seen.c.accepted.is_(False), 1), else_=0))
    query = select(seen.c.station, func.count(), refused).where(
        seen.c.station.in_(stations), seen.c.sha256 == sha256, seen.c.source == _OF_STATION
    )
    return query.group_by(seen.c.station).order_by(seen.c.station)


def _differences(hub: MetaData, sha256: str, stations: Sequence[str]) -> Select[Any]:
    """Captures that both models saw: one while it was active, this one in shadow."""
    mine, active = hub.tables["inspection"].alias(), hub.tables["inspection"].alias()
    same = and_(active.c.station == mine.c.station, active.c.capture_id == mine.c.capture_id)
    differs = func.sum(case((mine.c.accepted != active.c.accepted, 1), else_=0))
    query = select(mine.c.station, func.count(), differs).join_from(mine, active, same)
    query = query.where(
        mine.c.station.in_(stations), mine.c.sha256 == sha256, mine.c.source == _OF_STATION,
        mine.c.shadow.is_(True), active.c.source == _OF_STATION, active.c.shadow.is_(False),
        active.c.sha256 != sha256,
    )  # fmt: skip
    return query.group_by(mine.c.station).order_by(mine.c.station)


def _deaths(hub: MetaData, sha256: str, stations: Sequence[str]) -> Select[Any]:
    """A model of several species that is given up has an act for each, all of one instant."""
    acts = hub.tables["release_act"]
    query = select(acts.c.station, func.count(acts.c.at.distinct())).where(
        acts.c.station.in_(stations), acts.c.sha256 == sha256, acts.c.act.in_(_FAILED), acts.c.by.is_(None),
        acts.c.policy_id.is_(None),
    )  # fmt: skip
    return query.group_by(acts.c.station).order_by(acts.c.station)
