"""A station as a process, made to be killed: its store, its acts and its poster, with a clock that jumps.

It receives loads, one after the other, and between them does to rows what acts do seldom: an upsert, a
deletion, a key that changes, a name that is forgotten. Where a file `stop` is in its folder it receives
a last load, hands over what it owes and ends.
"""

import argparse
import contextlib
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text
from sqlmodel import func, select

from benchmarks.ledger import OPERATOR, SITE_FILE, Day, cell_like
from drivers.reading import Frame
from station.acts.desk import Desk
from station.acts.refusals import Refusal
from station.post.sending import owing
from station.receival.arrivals import visits
from station.receival.measuring.frames import StoredFrame
from station.runtime.poster import poster_of
from station.site.file import SiteSettings
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store.engine import Ledger
from station.store.journal import Place
from station.store.tables import Visit

HOURS_BEFORE, DAYS_AFTER = timedelta(hours=-3), timedelta(days=2)
YEAR_1970 = timedelta(days=-56 * 365)
JUMPS = (timedelta(), timedelta(), HOURS_BEFORE, DAYS_AFTER, YEAR_1970)
JUMP_EVERY_S = 4.0
CELLS, TRIES = 8, 20
ENDS_WITHIN_S = 120.0
STOP = "stop"
EVERY_S = 0.3  # a load
SELDOM = (
    "INSERT OR REPLACE INTO pit (id, name) VALUES (:key, :word)",
    "INSERT INTO pit (id, name) VALUES (:key, :word) ON CONFLICT (id) DO UPDATE SET name = :word",
    "UPDATE OR REPLACE pit SET id = :other WHERE id = :key",
    "DELETE FROM pit WHERE id = :key",
    "DELETE FROM pit WHERE id LIKE 'z%'",
    "UPDATE supplier SET name = :word WHERE id IN (SELECT id FROM supplier ORDER BY id LIMIT 1)",
    "UPDATE post_link SET forgets = 1",
)
FEW = [f"z{number}" for number in range(4)]


class JumpingClock:
    """The time, and every few seconds another one: three hours ago, the day after tomorrow, 1970."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._offset, self._until = timedelta(), 0.0

    def __call__(self) -> datetime:
        now = time.monotonic()
        if now >= self._until:
            self._offset = self._random.choice(JUMPS)
            self._until = now + self._random.uniform(0.5, JUMP_EVERY_S)
        return datetime.now(UTC) + self._offset


@dataclass
class JumpingDay(Day):
    """Loads without photos, at the times of a clock that jumps."""

    jumping: Any = None

    def clock(self) -> datetime:
        return self.jumping()  # type: ignore[no-any-return]

    def frame(self, port: str) -> StoredFrame:
        """Its place in the frame file is its own, whatever the clock says."""
        place = time.time_ns() // 1000 % 2**31
        frame = Frame(f"{port} {place}\r\n".encode(), self.clock())
        return StoredFrame(port, frame, Place(f"{port}/1", place))


@contextmanager
def opened(folder: Path, clock: Any) -> Iterator[Desk]:
    """A station's desk, as after its start."""
    site = _roomy(load_settings(SITE_FILE))
    with closing(Ledger(folder)) as ledger:
        desk = Desk(ledger, policy_of(site))
        load_site(desk, site, SITE_FILE, rule_pack_texts(site, SITE_FILE), clock())
        yield desk


def _roomy(site: SiteSettings) -> SiteSettings:
    """Its cells take whatever comes."""
    cells = [cell_like(site, number) for number in range(CELLS)]
    lines = [line.model_copy(update={"cells": [cell.id for cell in cells]}) for line in site.lines]
    return site.model_copy(update={"cells": cells, "lines": lines})


def write(folder: Path, seed: int) -> None:
    random = Random(seed)
    clock = JumpingClock(random)
    with opened(folder, clock) as desk:
        poster = poster_of(desk.ledger, clock)
        assert poster is not None
        with desk.ledger.read() as tx:
            number = tx.exec(select(func.count()).select_from(Visit)).one()
        day = day_of(desk, clock, number)
        with poster.running():
            while not (folder / STOP).exists():
                act(day, random)
                time.sleep(random.uniform(0.0, 2 * EVERY_S))
            for _ in range(TRIES):
                with contextlib.suppress(Refusal):
                    day.receive()
                    break
            _hand_over(desk.ledger)


def day_of(desk: Desk, clock: Any, number: int = 0) -> Day:
    """Loads without photos; so many were received before."""
    return JumpingDay(desk, None, None, number=number, photo_every=1_000_000, jumping=clock)  # type: ignore[arg-type]


def act(day: Day, random: Random) -> None:
    with contextlib.suppress(Refusal):  # a time that is impossible, perhaps
        day.receive()
        if random.random() < 0.2:
            visits.cancel_visit(day.desk, day.arrive().id, "bench", OPERATOR, day.clock())
    if random.random() < 0.7:
        wanted = text(random.choice(SELDOM))
        known = {"key": random.choice(FEW), "other": random.choice(FEW), "word": f"w{random.random()}"}
        with day.desk.ledger.write() as tx:
            tx.connection().execute(wanted, {name: known[name] for name in wanted.compile().params})


def _hand_over(ledger: Ledger) -> None:
    """Wait until headquarters has all."""
    end = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < end:
        with ledger.read() as tx:
            owed = owing(tx)
        if owed is None or not (owed.bags or owed.changes):
            return
        time.sleep(0.1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("seed", type=int)
    asked = parser.parse_args()
    write(asked.folder, asked.seed)
