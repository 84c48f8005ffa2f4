"""How each station stands: what it owes and what waits here, its clock, its release, its last word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, and_, func, select
from sqlalchemy.engine import RowMapping

from station.hub.applying import PARKED
from station.hub.own import BAGS, QUARANTINE, STATIONS
from station.hub.receiving import RECEIVED
from station.store import schema

SILENT = timedelta(minutes=10)
CLOCK_WRONG_S = 60.0
NEW, OK, REVOKED, FORK = "new", "ok", "revoked", "fork"


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` is new (never enrolled), ok, revoked or fork. `owed` and `changes` are what the station said
    with its last word, at `heard_at`; `lag` counts bags that are here and not applied, `parked` those of them
    that are too new, `waiting` rows in quarantine. `older` says who of the two is: station, hub or neither
    (""). `sha256` is that of the last bag, `running` are the hashes that the station says it runs."""

    station: str
    name: str
    state: str
    bags: int
    sha256: str
    owed: int | None
    changes: int | None
    oldest_at: str | None
    lag: int
    parked: int
    waiting: int
    clock_offset_s: float | None
    release: str
    schema: str
    older: str
    running: dict[str, Any]
    heard_at: datetime | None
    told: dict[str, Any]

    @property
    def photos_owed(self) -> int | None:
        return _number(self.told.get("photos_owed"))

    def age_s(self, at: datetime) -> float | None:
        return (at - self.heard_at).total_seconds() if self.heard_at else None

    def is_silent(self, at: datetime) -> bool:
        return self.state in (OK, FORK) and (self.heard_at is None or at - self.heard_at > SILENT)

    def is_clock_wrong(self) -> bool:
        return abs(self.clock_offset_s or 0.0) > CLOCK_WRONG_S


def standings(connection: Connection, hub: MetaData) -> list[Standing]:
    stations, bags, quarantine = (hub.tables[name] for name in (STATIONS, BAGS, QUARANTINE))
    counted = select(bags.c.station, bags.c.state, func.count()).group_by(bags.c.station, bags.c.state)
    lag = {(station, state): n for station, state, n in connection.execute(counted)}
    waits = select(quarantine.c.station, func.count()).where(quarantine.c.ended_at.is_(None))
    waiting = _by_station(connection.execute(waits.group_by(quarantine.c.station)))
    shapes = _shapes(connection, hub)
    return [
        _standing(row, lag, waiting.get(row["id"], 0), shapes.get(row["id"], ""))
        for row in connection.execute(select(stations).order_by(stations.c.id)).mappings()
    ]


def _shapes(connection: Connection, hub: MetaData) -> dict[str, str]:
    """Return the shape of each station's last bag."""
    stations, bags = hub.tables[STATIONS], hub.tables[BAGS]
    last = and_(
        *(
            bags.c[ours] == stations.c[theirs]
            for ours, theirs in (
                ("station", "id"),
                ("epoch", "epoch"),
                ("number", "have"),
                ("sha256", "sha256"),
            )
        )
    )
    return _by_station(connection.execute(select(stations.c.id, bags.c.revision).join(bags, last)))


def _by_station(rows: Iterable[Any]) -> dict[str, Any]:
    return {station: value for station, value in rows}  # noqa: C416  rows of two columns


def _standing(row: RowMapping, lag: dict[tuple[str, str], int], waiting: int, shape: str) -> Standing:
    told = row["alive"] or {}
    parked = lag.get((row["id"], PARKED), 0)
    shape = _text(told.get("schema")) or shape
    return Standing(
        station=row["id"], name=row["name"], state=_state(row), bags=row["have"], sha256=row["sha256"],
        owed=_number(told.get("owed")), changes=_number(told.get("changes")),
        oldest_at=_text(told.get("oldest_at")) or None, lag=lag.get((row["id"], RECEIVED), 0) + parked,
        parked=parked, waiting=waiting, clock_offset_s=_seconds(told.get("clock_offset_s")),
        release=_text(told.get("release")), schema=shape, older=_older(shape),
        running=_running(told),
        heard_at=row["seen_at"], told=told,
    )  # fmt: skip


def _state(row: RowMapping) -> str:
    if row["revoked_at"]:
        return REVOKED
    if row["forked"]:
        return FORK
    return OK if row["public_key"] else NEW


def _older(shape: str) -> str:
    if not shape or shape == schema.head():
        return ""
    return "station" if shape in schema.revisions() or shape < schema.head() else "hub"


def _running(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hashes of what judges at the station."""
    models, pack = told.get("models"), told.get("rule_pack")
    found: dict[str, Any] = {}
    if isinstance(models, list):
        found["models"] = [_text(one) for one in models]
    if isinstance(pack, dict):
        found["rule_pack"] = _text(pack.get("sha256"))
    return found


def _text(told: object) -> str:
    """A word is a stranger's: it may say anything."""
    return told if isinstance(told, str) else ""


def _seconds(told: object) -> float | None:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else None


def _number(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) else None
