"""What is looked at costs the same at the end of a campaign as at its beginning."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from benchmarks.copies import COPIED, make_campaign
from benchmarks.ledger import Day
from benchmarks.screens import ENDLESS, Ask, app_of, asks, tokens_of
from station.receival.persons import people
from station.store import audit
from tests.api.rig import ok

pytestmark = pytest.mark.long

REAL = 40
TIMES = 5
GROWING = {*COPIED, "audit_event"}
# A model is shown with what its newest thousand captures say, signals are of all photos of some days, and the
# photos of a day are counted over its loads; the short campaign here is part of a day.
BOUNDED = {
    "/api/v1/models": "captures of a release",
    "/api/v1/models/signals": "captures of the days",
    "/api/v1/photo-day": "loads of the day",
    "/api/v1/plan": "loads of the week",
    "/api/v1/observed": "loads of the days",
    "/api/v1/days/sheet": "loads of the day",
    "/api/v1/trace": "all that a cell held",
}


class Questions:
    """Counts what the readers ask of SQLite, and keeps how each statement is answered."""

    def __init__(self, day: Day) -> None:
        self.steps = self.statements = 0
        self.plans: set[tuple[str, str]] = set()
        self._explained: set[str] = set()
        self._is_counting = False
        self._engine = day.desk.ledger._reader
        self._file = day.desk.ledger.file

    @contextmanager
    def counted(self) -> Iterator[None]:
        self.steps, self.statements, self._is_counting = 0, 0, True
        event.listen(self._engine, "before_cursor_execute", self._asked)
        event.listen(self._engine, "checkout", self._checked_out)
        try:
            yield
        finally:
            self._is_counting = False  # the connections keep counting
            event.remove(self._engine, "before_cursor_execute", self._asked)
            event.remove(self._engine, "checkout", self._checked_out)

    def _checked_out(self, connection: sqlite3.Connection, *_: Any) -> None:
        connection.set_progress_handler(self._step, 20)

    def _step(self) -> int:
        self.steps += 20 * self._is_counting
        return 0

    def _asked(self, _c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self.statements += 1
        if statement.startswith("SELECT") and statement not in self._explained:
            self._explained.add(statement)
            with closing(sqlite3.connect(self._file)) as connection:
                for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                    self.plans.add((statement, detail))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    day = make_campaign(tmp_path_factory.mktemp("begun") / "data", REAL, 1)
    yield day
    day.desk.ledger.close()


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    day = make_campaign(tmp_path_factory.mktemp("long") / "data", REAL, TIMES)
    yield day
    day.desk.ledger.close()


def looked(day: Day) -> dict[Ask, Questions]:
    """Every GET of the API, each with what it asked."""
    from fastapi.testclient import TestClient

    app = app_of(day)
    tokens = tokens_of(day)
    found = {}
    client = TestClient(app)
    for ask in asks(app, day.desk.ledger, limit=4):
        headers = {"Authorization": f"Bearer {tokens[ask.by]}"}
        client.get(ask.address, headers=headers)  # statements are compiled, names are known
        questions = Questions(day)
        with questions.counted():
            answer = client.get(ask.address, headers=headers)
        is_there = not ask.path.endswith("{sha256}") and not re.search(
            r"/days/closings/|/outbound/notes/\d|/trace\?.*kind=(ticket|lot)", ask.address
        )
        assert answer.status_code == (200 if is_there else 404), ask.address
        found[ask] = questions
    return found


def is_endless(statement: str, detail: str) -> bool:
    """Does it look through a whole table that grows? Walking an index from its end is none, where nothing is
    left out on the way and it stops after some rows."""
    scanned = re.match(r"SCAN (\w+)", detail)
    if scanned is None or _table(statement, scanned[1]) not in GROWING:
        return False
    return "LIMIT" not in statement or "WHERE" in statement


def _table(statement: str, name: str) -> str:
    """The table of an alias."""
    alias = re.search(rf"(?:FROM|JOIN) \"?(\w+)\"? AS \"?{name}\b", statement)
    return alias[1] if alias else name


def test_nothing_that_is_looked_at_costs_more_in_a_long_campaign(begun: Day, long: Day) -> None:
    before, after = looked(begun), looked(long)
    costs = {_shape(ask): (questions.steps, questions.statements) for ask, questions in before.items()}
    dearer = {
        ask.address: (costs[_shape(ask)], (questions.steps, questions.statements))
        for ask, questions in after.items()
        if ask.path not in BOUNDED
        and (
            questions.steps > 1.5 * costs[_shape(ask)][0] + 1000
            or questions.statements > costs[_shape(ask)][1] + 3
        )
    }
    assert dearer == {}
    endless = {
        (ask.path, detail, statement)
        for ask, questions in after.items()
        for statement, detail in questions.plans
        if is_endless(statement, detail)
    }
    assert endless == set()
    assert {ask.path for ask in after} >= {
        "/api/v1/visits", "/api/v1/weighings", "/api/v1/exceptions", "/api/v1/tickets", "/api/v1/vehicles",
    }  # fmt: skip


def _shape(ask: Ask) -> tuple[str, str]:
    return ask.path, ask.address.partition("?")[2]


def test_no_list_is_a_question_for_each_of_its_rows(long: Day) -> None:
    dear = {
        ask.address: questions.statements
        for ask, questions in looked(long).items()
        if questions.statements > 34 and ask.path not in (*BOUNDED, "/api/v1/replay")
    }
    assert dear == {}


def test_every_page_of_a_list_is_answered_once_and_in_order(long: Day) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(app_of(long))
    _, token = people.add_terminal(long.desk, "pages", "terminal", long.clock())
    client.headers["Authorization"] = f"Bearer {token}"
    for path, query in (
        ("visits", {"open": "true"}), ("visits", {"open": "false"}), ("weighings", {}),
        ("weighings", {"state": "used"}), ("exceptions", {}), ("exceptions", {"newest": "true"}),
        ("tickets", {}), ("loads", {}),
    ):  # fmt: skip
        whole = rows_of(client, path, {**query, "limit": "500"})
        assert len(whole) >= 20, (path, query)
        assert rows_of(client, path, {**query, "limit": "7"}) == whole
        assert len(set(whole)) == len(whole)
    oldest = rows_of(client, "exceptions", {})
    assert rows_of(client, "exceptions", {"newest": "true"}) == oldest[::-1]


def rows_of(client: Any, path: str, query: dict[str, str]) -> list[str]:
    """The identities of all rows, page after page."""
    found, after = [], {}
    while True:
        answer = client.get(f"/api/v1/{path}", params={**query, **after})
        found += [str(row.get("id", row.get("number"))) for row in ok(answer)]
        if "Silo-Next" not in answer.headers:
            return found
        after = {"after": answer.headers["Silo-Next"]}


@pytest.mark.parametrize(
    "after", ["", "x", "1-2-3", "-1", "9" * 40, "1-" + "9" * 30, "٣", "99999999999999999-1"]
)
@pytest.mark.parametrize("path", ["visits", "loads", "weighings", "exceptions", "tickets", "movements"])
def test_a_place_that_no_page_has_named_is_no_server_error(long: Day, path: str, after: str) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(app_of(long), raise_server_exceptions=False)
    _, token = people.add_terminal(long.desk, f"{path} {after}", "terminal", long.clock())
    answer = client.get(
        f"/api/v1/{path}", params={"after": after}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code in (200, 422)


def test_the_copies_make_a_ledger_that_is_whole(long: Day) -> None:
    with long.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
        assert tx.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
        numbers = tx.connection().exec_driver_sql("SELECT number FROM ticket ORDER BY number").scalars().all()
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= REAL * TIMES, "others of this file may have received more"
    long.receive()


def test_only_streams_are_left_out() -> None:
    assert ENDLESS == ("/api/v1/events",)
