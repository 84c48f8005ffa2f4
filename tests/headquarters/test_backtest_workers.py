"""Backtests by real workers with the real model: equal answers, however many work and whoever is killed."""

from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import text

from station.headquarters import backtests
from station.headquarters.backtest_part import Bench, judge_part, one_core
from station.hub.database import TABLES
from station.hub.queue import Queue
from station.runtime.bundles import shipped_bundle
from station.vision.bundle import read_bundle
from station.vision.rendered import render_tray
from tests.headquarters.backtest_rig import Photographed
from tests.hub.conftest import headquarters, made, postgres  # noqa: F401 - fixtures
from tests.hub.hub_rig import Headquarters
from tests.hub.test_jobs import until, worker

pytestmark = pytest.mark.long
PHOTOS = 16


@pytest.fixture
def hub(headquarters: Headquarters) -> Photographed:  # noqa: F811
    """Captures by two phones at two silos, and the shipped model active at one of them."""
    found = Photographed(headquarters.engine, headquarters.folder / "photos")
    for place in range(PHOTOS):
        tray = render_tray(place, width=1200, height=900, kernels=50, sheet="blue").jpeg
        found.capture(
            ("north", "south")[place % 2], tray, lab=2.0 + place % 3, phone=f"phone {'ab'[place % 2]}"
        )
    return found


def begin(hub: Photographed, *, handed_out: bool) -> int:
    candidate = backtests.Candidate(read_bundle(shipped_bundle()), shipped_bundle().read_bytes(), "")
    with hub.engine.begin() as connection:
        begun = backtests.begin(
            connection, TABLES, candidate, backtests.Past(), "", hub.bench().clock(), a_part=2
        )
    if handed_out:
        with Queue.opened(hub.engine) as queue:
            queue.backtest(hub.parts(begun.number))
    return begun.number


def looked_at(hub: Photographed, number: int) -> int:
    with hub.engine.connect() as connection:
        return backtests.progress(connection, TABLES, number).looked_at


def report(hub: Photographed, number: int) -> Any:
    row = hub.row(number)
    assert row["state"] == "done", row["why"]
    return row["report"]


def by_one(hub: Photographed) -> Any:
    """The answer without a queue."""
    number = begin(hub, handed_out=False)
    bench = hub.bench()
    for _, part in hub.parts(number):
        judge_part(Bench(bench.engine, TABLES, bench.store, bench.clock, bench.stop, one_core), number, part)
    return report(hub, number)


@pytest.mark.timeout(400)
def test_two_workers_give_the_answer_of_one_and_a_killed_one_costs_its_job_only(
    headquarters: Headquarters,  # noqa: F811
    hub: Photographed,
) -> None:
    expected = by_one(hub)
    assert expected[0]["candidate"]["captures"] == PHOTOS
    number = begin(hub, handed_out=True)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(worker(headquarters))
        until(lambda: hub.row(number)["state"] == "done")
    assert report(hub, number) == expected

    number = begin(hub, handed_out=True)
    with worker(headquarters) as first:
        until(lambda: looked_at(hub, number) >= 3)
        first.kill()
    assert hub.row(number)["state"] == "running"
    with hub.engine.begin() as connection:
        old = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '5 minutes'"
        connection.execute(text(old))
    with worker(headquarters):
        until(lambda: hub.row(number)["state"] == "done")
    assert report(hub, number) == expected
