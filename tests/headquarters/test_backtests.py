"""A candidate over all silos' photos: settled once, done part by part, each capture counted once."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from benchmarks.captures import AT
from station.headquarters import backtest_part, backtests
from station.headquarters.backtest_jobs import parts_without_job
from station.headquarters.backtest_part import judge_part
from station.hub.backtest_tables import PARTS
from station.hub.database import TABLES
from station.hub.photo_store import PhotoStoreFault, place_of
from station.hub.queue import Queue
from tests.headquarters.backtest_rig import Photographed
from tests.hub.conftest import headquarters, made, postgres  # noqa: F401 - fixtures
from tests.hub.hub_rig import Headquarters

SHARES = [0.01, 0.02, 0.03, 0.04, 0.05, 0.02, 0.03, 0.04, 0.05, 0.06, 0.03, 0.02]


@pytest.fixture
def hub(headquarters: Headquarters) -> Photographed:  # noqa: F811
    return Photographed(headquarters.engine, headquarters.folder / "photos")


def harvest(hub: Photographed) -> None:
    """Twelve captures at two silos by two models of phone in two months; the laboratory finds half a point
    more than the photo."""
    for place, share in enumerate(SHARES):
        hub.capture(
            ("north", "south")[place % 2], f"broken={share} photo {place}".encode(), lab=100 * share + 0.5,
            machine=100 * share if place < 3 else None,
            phone=("Galaxy A54 n° 2", "Redmi Note 13 Pro")[place // 6], at=AT + timedelta(days=place * 3),
        )  # fmt: skip


def rows_of(report: list[dict[str, Any]], by: str) -> dict[str, dict[str, Any]]:
    return {row["value"]: row for row in report if row["by"] == by}


def test_a_candidate_is_told_by_silo_phone_and_month_beside_the_active_model(
    hub: Photographed,
) -> None:
    harvest(hub)
    hub.active("north", hub.keep_bundle(b"shifted active"))
    number = hub.begin(a_part=5)
    assert len(hub.parts(number)) == 3
    hub.judge(number)
    row = hub.row(number)
    assert (row["state"], row["captures"], hub.parts(number)) == ("done", 12, [])
    whole = rows_of(row["report"], "all")[""]
    assert whole["candidate"]["captures"] == 12
    lab, machine = whole["candidate"]["evidence"]
    assert (lab["against"], lab["n"], lab["bias"]["value"], lab["sep"]["value"]) == ("lab", 12, -0.5, 0.0)
    assert lab["within"]["value"] == 1.0
    assert lab["within"]["ci"][0] < 0.9
    assert (machine["against"], machine["verdict"], machine["n"]) == ("machine", "not_enough_samples", 3)
    assert whole["active"]["captures"] == 6
    assert whole["active"]["not_judged"] == {"no_release": 6}
    assert {value: one["captures"] for value, one in rows_of(row["report"], "station").items()} == {
        "north": 6, "south": 6,
    }  # fmt: skip
    assert set(rows_of(row["report"], "phone_model")) == {"Galaxy A54", "Redmi Note 13 Pro"}
    assert set(rows_of(row["report"], "month")) == {"2026-07", "2026-08"}


def test_what_the_active_model_said_at_its_silo_is_not_asked_again(hub: Photographed) -> None:
    capture = hub.capture("north", b"broken=0.02", lab=2.0)
    hub.active("north", "f" * 64)
    hub.said("north", capture, "f" * 64, {"mass": {"broken": {"share": 0.5, "low": 0.4, "high": 0.6}}})
    number = hub.begin()
    hub.judge(number)
    assert hub.states(number) == [("judged", "stored")]


def test_an_active_model_whose_bundle_nobody_has_is_told(hub: Photographed) -> None:
    hub.capture("north", b"broken=0.02", lab=2.0)
    hub.active("north", "f" * 64)
    number = hub.begin()
    hub.judge(number)
    assert hub.states(number) == [("judged", "no_bundle")]


def test_photos_that_are_gone_damaged_refused_or_deadly_cost_only_themselves(hub: Photographed) -> None:
    for photo in (b"broken=0.01", b"broken=0.02", b"broken=0.03", b"refuse", b"die", b"broken=0.04"):
        hub.capture("north", photo, lab=2.0)
    number = hub.begin()
    gone, damaged = (hub.folder / place_of(one) for one in _hashes(b"broken=0.02", b"broken=0.03"))
    gone.unlink()
    damaged.write_bytes(b"broken=0.9")
    hub.judge(number)
    assert [state for state, _ in hub.states(number)] == [
        "judged", "photo_gone", "photo_damaged", "judged", "worker_failed", "judged",
    ]  # fmt: skip
    whole = rows_of(hub.row(number)["report"], "all")[""]
    assert whole["not_judged"] == {"photo_damaged": 1, "photo_gone": 1, "worker_failed": 1}
    assert whole["candidate"]["abstention"]["value"] == round(1 / 3, 6)


def _hashes(*photos: bytes) -> list[str]:
    return [hashlib.sha256(one).hexdigest() for one in photos]


def test_a_candidate_that_does_not_run_ends_it_with_the_reason(hub: Photographed) -> None:
    hub.capture("north", b"broken=0.02", lab=2.0)
    number = hub.begin(b"dead on arrival")
    hub.judge(number)
    row = hub.row(number)
    assert (row["state"], row["code"]) == ("failed", "candidate_broken")
    assert "ended with code 7" in row["why"]


def test_a_killed_part_goes_on_and_a_capture_that_kills_is_left_out(hub: Photographed) -> None:
    """A worker that is killed leaves its part with an attempt more and no answer."""
    for place in range(3):
        hub.capture("north", f"broken=0.0{place + 1}".encode(), lab=2.0)
    number = hub.begin()
    parts = TABLES.tables[PARTS]
    with hub.engine.begin() as connection:
        connection.execute(update(parts).values(attempts=backtest_part.MOST_ATTEMPTS))
    hub.judge(number)
    assert [state for state, _ in hub.states(number)] == ["worker_killed", "judged", "judged"]
    judge_part(hub.bench(), number, 0)
    assert hub.row(number)["state"] == "done"


def test_a_store_that_is_away_is_asked_again_and_at_last_told(
    hub: Photographed, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.capture("north", b"broken=0.02", lab=2.0)
    number = hub.begin()
    monkeypatch.setattr(backtest_part, "MOST_FAULTS", 2)

    def away(sha256: str) -> bytes:
        raise PhotoStoreFault("unusable", "nobody there")

    bench = hub.bench()
    monkeypatch.setattr(bench.store, "read", away)
    for state in ("running", "failed"):
        with pytest.raises(PhotoStoreFault):
            judge_part(bench, number, 0)
        assert hub.row(number)["state"] == state
    assert hub.row(number)["code"] == "photo_store"
    with hub.engine.connect() as connection:
        assert "nobody there" in backtests.progress(connection, TABLES, number).why


def test_a_cancelled_backtest_judges_nothing_more(hub: Photographed) -> None:
    hub.capture("north", b"broken=0.02", lab=2.0)
    number = hub.begin()
    with hub.engine.begin() as connection:
        assert backtests.cancel(connection, TABLES, number, AT)
        assert not backtests.cancel(connection, TABLES, number, AT)
    judge_part(hub.bench(), number, 0)
    assert hub.states(number) == [("", "")]


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_others(hub: Photographed) -> None:
    hub.capture("north", b"broken=0.02", lab=2.0)
    number = hub.begin()
    bench = hub.bench()
    bench.stop.set()
    with pytest.raises(backtest_part.Stopping):
        judge_part(bench, number, 0)
    hub.judge(number)
    assert hub.row(number)["state"] == "done"


def test_nothing_to_try_says_what_the_silos_still_have(hub: Photographed) -> None:
    hub.capture("north", b"broken=0.02")
    hub.capture("north", b"broken=0.03", lab=2.0, is_here=False)
    with pytest.raises(backtests.NothingToTry) as refused:
        hub.begin()
    assert refused.value.not_here == 1


def test_a_part_that_no_job_does_is_handed_out_again(hub: Photographed) -> None:
    hub.capture("north", b"broken=0.02", lab=2.0)
    number = hub.begin()
    assert parts_without_job(hub.engine, TABLES) == [(number, 0)]
    with Queue.opened(hub.engine) as queue:
        queue.backtest([(number, 0)])
        queue.backtest([(number, 0)])
    assert parts_without_job(hub.engine, TABLES) == []
    with hub.engine.begin() as connection:
        jobs = connection.exec_driver_sql("DELETE FROM procrastinate_jobs RETURNING queue_name").all()
    assert [tuple(row) for row in jobs] == [("photos",)]
