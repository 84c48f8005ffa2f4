"""PINs are checked in a thread of their own: who must wait is told so at once, and nobody else waits."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from station.acts import passwords
from station.api import pins as desk
from station.receival.persons import people
from tests.api.rig import Counter, counter_of, ok, problem, served, wait_until
from tests.silo_rig import HandClock


@dataclass
class Argon2:
    """Stands before the hasher: names threads, and holds every check until its gate is open."""

    threads: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self._verify, self._hash = passwords._hashes.verify, passwords._hashes.hash

    def verify(self, *given: Any) -> bool:
        self._pass()
        return self._verify(*given)

    def hash(self, *given: Any) -> str:
        self._pass()
        return self._hash(*given)

    def _pass(self) -> None:
        self.threads.append(threading.current_thread().name)
        assert self.gate.wait(20)


@pytest.fixture
def argon2(monkeypatch: pytest.MonkeyPatch) -> Iterator[Argon2]:
    watched = Argon2()
    monkeypatch.setattr(passwords._hashes, "verify", watched.verify)
    monkeypatch.setattr(passwords._hashes, "hash", watched.hash)
    yield watched
    watched.gate.set()


def attempt(counter: Counter, who: str, pin: str = "0000", name: str = "Anne") -> Any:
    with counter.client(who) as client:
        return client.post("/sign-in", json={"name": name, "pin": pin})


def test_of_many_attempts_at_once_one_waits_and_the_others_are_told_so_at_once(
    counter: Counter, argon2: Argon2
) -> None:
    """While the one is held: no attempt, and nobody else, waits for it."""
    argon2.gate.clear()
    with ThreadPoolExecutor(60) as flood:
        attempts = [flood.submit(attempt, counter, "anne") for _ in range(60)]
        wait_until(lambda: sum(one.done() for one in attempts) == 59)
        for refused in (one.result() for one in attempts if one.done()):
            problem(refused, 429, "too_many_at_once")
            assert refused.headers["retry-after"] == "1"
        with counter.client("marc") as honest:
            assert ok(honest.get("/visits")) == []
            assert ok(honest.get("/health"))
        assert len(argon2.threads) == 1
        honest_sign_in = flood.submit(attempt, counter, "marc", "1357", "Marc")
        argon2.gate.set()
        ok(honest_sign_in.result())
    assert sorted(one.result().status_code for one in attempts) == [401, *[429] * 59]


def test_few_terminals_wait_and_the_next_is_told_so_at_once(counter: Counter, argon2: Argon2) -> None:
    tokens = [
        people.add_terminal(counter.silo.desk, f"t{number}", "terminal", counter.silo.clock())[1]
        for number in range(desk.MOST_AT_ONCE + 1)
    ]
    argon2.gate.clear()

    def at(token: str) -> Any:
        with counter.client("nobody", Authorization=f"Bearer {token}") as client:
            return client.post("/sign-in", json={"name": "Anne", "pin": "2468"})

    with ThreadPoolExecutor(len(tokens)) as flood:
        attempts = [flood.submit(at, token) for token in tokens]
        wait_until(lambda: any(one.done() for one in attempts))
        (refused,) = [one for one in attempts if one.done()]
        problem(refused.result(), 429, "too_many_at_once")
        argon2.gate.set()
        assert sorted(one.result().status_code for one in attempts) == [*[200] * desk.MOST_AT_ONCE, 429]


def test_a_pin_is_never_hashed_in_a_thread_that_other_requests_need(counter: Counter, argon2: Argon2) -> None:
    attempt(counter, "anne")
    attempt(counter, "anne", name="Nobody")
    person = {"name": "Paul", "pin": "4321", "roles": ["operator"]}
    named = {"Silo-Operator": "Anne", "Silo-Pin": "2468"}
    with counter.client("admin") as admin:
        ok(admin.post("/admin/people", json=person), 201)
        ok(admin.patch("/admin/people/Paul", json={"pin": "1234"}))
        movement = {"kind": "out", "kg": 1000.0, "reason": "sale"}
        ok(admin.post("/cells/c1/movements", json=movement, headers=named), 201)
    assert len(argon2.threads) >= 5
    assert {name.partition("_")[0] for name in argon2.threads} == {"pins"}


def test_a_locked_terminal_is_told_so_at_once_and_how_long(counter: Counter, argon2: Argon2) -> None:
    for _ in range(5):
        problem(attempt(counter, "anne"), 401, "wrong_pin")
    hashed = len(argon2.threads)
    locked = attempt(counter, "anne", "2468")
    assert problem(locked, 429, "too_many_attempts")["params"]["seconds"] == 60
    assert locked.headers["retry-after"] == "60"
    assert len(argon2.threads) == hashed
    ok(attempt(counter, "marc", "2468"))  # Anne, at another terminal
    ok(attempt(counter, "anne", "1357", "Marc"))  # another person, at this one
    counter.silo.clock.pass_(seconds=60)
    problem(attempt(counter, "anne"), 401, "wrong_pin")
    assert problem(attempt(counter, "anne", "2468"), 429, "too_many_attempts")["params"]["seconds"] == 120


def test_a_lock_outlasts_a_restart(counter: Counter) -> None:
    for _ in range(5):
        problem(attempt(counter, "anne"), 401, "wrong_pin")
    with served(counter_of(counter.silo, counter.tokens)) as restarted:
        problem(attempt(restarted, "anne", "2468"), 429, "too_many_attempts")
        ok(attempt(restarted, "marc", "2468"))


def test_a_new_pin_opens_a_lock(counter: Counter) -> None:
    for _ in range(5):
        problem(attempt(counter, "anne"), 401, "wrong_pin")
    with counter.client("admin") as admin:
        ok(admin.patch("/admin/people/Anne", json={"pin": "8642"}))
    problem(attempt(counter, "anne", "2468"), 401, "wrong_pin")
    ok(attempt(counter, "anne", "8642"))


def test_pins_beside_the_admin_token_lock_too(counter: Counter) -> None:
    movement = {"kind": "out", "kg": 1000.0, "reason": "sale"}
    named = {"Silo-Operator": "Anne", "Silo-Pin": "0000"}
    with counter.client("admin") as admin:
        for _ in range(5):
            problem(admin.post("/cells/c1/movements", json=movement, headers=named), 401, "wrong_pin")
        named["Silo-Pin"] = "2468"
        problem(admin.post("/cells/c1/movements", json=movement, headers=named), 429, "too_many_attempts")
    ok(attempt(counter, "anne", "2468"))


def test_an_attempt_whose_sender_hung_up_gives_its_place_back(unserved: Counter, argon2: Argon2) -> None:
    inquiry: Any = type("Asked", (), {"desk": unserved.silo.desk, "now": HandClock()})()
    pins = desk.PinDesk()

    async def hang_up() -> None:
        task = asyncio.create_task(pins.attempt(inquiry, "t", "Anne", argon2.gate.wait))
        while not pins._turnstile._busy or pins._turnstile._thread._work_queue.qsize():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(hang_up())
    wait_until(lambda: not pins._turnstile._busy)
