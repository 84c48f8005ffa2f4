"""Backtests over captures at headquarters, with a vision worker that says what the photo says."""

import hashlib
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select

from benchmarks.captures import AT, Captures
from station.headquarters import backtests
from station.headquarters.backtest_part import Bench, judge_part
from station.hub import documents
from station.hub.backtest_tables import CAPTURES
from station.hub.database import TABLES
from station.vision.bundle import Bundle


def spoken(bundle: Path) -> list[str]:
    return [sys.executable, "-m", "tests.headquarters.spoken_worker", str(bundle)]


@dataclass
class Photographed(Captures):
    def begin(self, body: bytes = b"candidate", a_part: int = 50) -> int:
        """Begin a backtest of a bundle that only the tests' worker can run, over all that is here."""
        bundle = SimpleNamespace(
            sha256=hashlib.sha256(body).hexdigest(), name="spoken", version="1", task="kernel_class",
            species=("wheat",),
        )  # fmt: skip
        candidate = backtests.Candidate(cast(Bundle, bundle), body, "")
        with self.engine.begin() as connection:
            return backtests.begin(
                connection, TABLES, candidate, backtests.Past(), "anne", AT, a_part=a_part
            ).number

    def keep_bundle(self, body: bytes) -> str:
        """Keep a bundle as one that was sent down; return its SHA-256."""
        new = documents.New("bundle", "spoken", body)
        with self.engine.begin() as connection:
            return documents.keep(connection, TABLES, new, "anne", AT)

    def parts(self, number: int) -> list[tuple[int, int]]:
        with self.engine.connect() as connection:
            return backtests.parts_left(connection, TABLES, number)

    def judge(self, number: int) -> None:
        """Do every part, one after another."""
        for _, part in self.parts(number):
            judge_part(self.bench(), number, part)

    def row(self, number: int) -> Any:
        with self.engine.connect() as connection:
            return backtests.find(connection, TABLES, number)

    def states(self, number: int) -> list[tuple[str, str]]:
        """What came of each capture, by the candidate and by the active model."""
        captures = TABLES.tables[CAPTURES]
        query = select(captures.c.state, captures.c.active_state).where(captures.c.backtest == number)
        with self.engine.connect() as connection:
            return [(mine, active) for mine, active in connection.execute(query.order_by(captures.c.place))]

    def bench(self) -> Bench:
        return Bench(self.engine, TABLES, self.store, lambda: AT, threading.Event(), spoken)
