"""One whole proof of a station: its own rows first, then question after question until a row is named."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from station.hub import proving
from station.hub.applying import apply_next
from station.hub.database import TABLES
from station.hub.own import add_event
from station.hub.proving import Difference, Verdict

LOOK_S = 0.5


class StationSilent(Exception):
    """The station did not answer in time, or what it sent could not be applied so far."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`first` is the first row that differs; `waiting` counts rows in quarantine. `is_damage`: a row is not
    as the bag that it came with, which needed no station to find. Equal up to bag `number`, where `first` is
    None; with `waiting` the two are equal but for rows that wait."""

    number: int
    rows: int
    waiting: int
    first: Difference | None
    is_damage: bool = False

    @property
    def is_equal(self) -> bool:
        return self.first is None and not self.waiting


def prove(
    engine: Engine, station: str, clock: Callable[[], datetime], wait_s: float,
    pause: Callable[[float], object] = time.sleep,
) -> Outcome:  # fmt: skip
    """Ask the station, which answers with its next word, and compare. What waits to be applied is applied
    meanwhile. Raises StationSilent."""

    def answer(table: str, bucket: str) -> Verdict:
        return _answer(engine, station, clock, wait_s, pause, table, bucket)

    with engine.connect() as connection:
        damage = proving.damaged(connection, TABLES, station)
    if damage is not None:
        return _noted(engine, station, clock, Outcome(0, 0, 0, damage, is_damage=True))
    tables = answer("", "")
    first = None
    if tables.name:
        buckets = answer(tables.name, "")
        rows = answer(tables.name, buckets.name) if buckets.name else buckets
        with engine.connect() as connection:
            if rows.name:
                first = proving.difference(connection, TABLES, station, rows.question.id, rows.name)
    return _noted(engine, station, clock, Outcome(tables.number, tables.rows, tables.waiting, first))


def _answer(
    engine: Engine, station: str, clock: Callable[[], datetime], wait_s: float,
    pause: Callable[[float], object], table: str, bucket: str,
) -> Verdict:  # fmt: skip
    with engine.begin() as connection:
        question = proving.ask(connection, TABLES, station, clock(), table, bucket)
    for _ in range(max(1, int(wait_s / LOOK_S))):
        with engine.begin() as connection:
            worked = apply_next(connection, TABLES, clock(), station)
            verdict = proving.verdict(connection, TABLES, question)
        if verdict is not None:
            return verdict
        if not worked:
            pause(LOOK_S)
    raise StationSilent(station)


def _noted(engine: Engine, station: str, clock: Callable[[], datetime], outcome: Outcome) -> Outcome:
    kind = "proved" if outcome.first is None else "differs"
    data: dict[str, Any] = {"number": outcome.number, "rows": outcome.rows, "waiting": outcome.waiting}
    if outcome.first is not None:
        data |= {"table": outcome.first.table, "key": outcome.first.key}
    with engine.begin() as connection:
        add_event(connection, TABLES, kind, clock(), station, data)
    return outcome
