"""The time is asked for, stated and repaired over HTTP, and health says how the clock stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from station.clock import StationClock
from station.receival.clocks.timekeeper import Timekeeper
from tests.api.rig import Counter, ok, problem
from tests.silo_rig import START

IN_1970, IN_2036 = datetime(1970, 1, 1, tzinfo=UTC), datetime(2036, 3, 1, tzinfo=UTC)


def set_machine(counter: Counter, wall: datetime, recorded: datetime, *, is_synchronised: bool) -> None:
    """The station's clock from now on."""
    desk = counter.silo.desk
    clock = StationClock(wall=lambda: wall, synchronised=lambda: is_synchronised, not_before=recorded)
    keeper = Timekeeper(desk, clock)
    counter.app.state.context = replace(counter.context(), timekeeper=keeper)
    keeper.look()


def test_a_clock_in_doubt_is_told_to_anybody_and_stated_by_whoever_is_signed_in(counter: Counter) -> None:
    set_machine(counter, IN_1970, START, is_synchronised=False)
    with counter.client("nobody") as nobody, counter.client() as anne, counter.client("gate") as gate:
        health = ok(nobody.get("/health"))
        assert (health["accepting"], health["clock"]["asks"], health["clock"]["doubt"]) == (
            True,
            True,
            "behind",
        )
        assert [one["code"] for one in health["warnings"] if "clock" in one["code"]] == ["clock_behind"]
        at = (START + timedelta(days=1)).isoformat()
        problem(gate.post("/clock", json={"time": at}), 401, "not_signed_in")
        told = ok(anne.post("/clock", json={"time": at}))
        assert (told["asks"], told["confirmed"]) == (False, False)
        assert told["stated"] == told["now"] >= at
        codes = [one["code"] for one in ok(nobody.get("/health"))["warnings"]]
        assert "clock_goes_by_word" in codes
        refused = problem(
            anne.post("/clock", json={"time": (START + timedelta(days=800)).isoformat()}), 409, "time_unusual"
        )
        assert "21/07/2026" in refused["detail"]


def test_a_clock_that_nobody_doubts_is_not_stated(counter: Counter) -> None:
    with counter.client() as anne:
        assert ok(anne.get("/clock"))["confirmed"]
        problem(anne.post("/clock", json={"time": START.isoformat()}), 409, "clock_not_doubted")


@pytest.mark.parametrize(("who", "status"), [("anne", 403), ("marc", 200), ("ines", 200), ("admin", 200)])
def test_a_wrong_floor_is_ended_by_who_answers_for_the_site(counter: Counter, who: str, status: int) -> None:
    set_machine(counter, START, IN_2036, is_synchronised=True)
    with counter.client(who) as client:
        warned = [one["code"] for one in ok(client.get("/health"))["warnings"]]
        assert "clock_needs_repair" in warned
        answer = client.post("/clock/repair", json={"why": "dead battery"})
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["confirmed"]
            assert datetime.fromisoformat(answer.json()["now"]) - START < timedelta(minutes=1)


def test_health_says_what_runs(counter: Counter) -> None:
    with counter.client("nobody") as nobody:
        health = ok(nobody.get("/health"))
    assert health["release"]
    assert health["models"] == []  # none is installed in the small silo
