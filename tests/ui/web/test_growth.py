"""A page costs the same at the end of a campaign as at its beginning."""

from collections.abc import Iterator, Mapping

import pytest
from sqlmodel import select

from benchmarks.copies import make_campaign
from benchmarks.ledger import Day
from benchmarks.screens import app_of
from station.store.tables import CellMovement, Load, Visit
from tests.api.test_growth import Questions, is_endless
from tests.ui.web.rig import add_readers, reader_of
from ui.web.app import create_pages

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
REAL, TIMES = 40, 5
# The whole campaign falls on one day here, and no supplier has a full page of visits at its beginning.
BOUNDED = {
    "day": "loads of a day", "today": "loads of a day", "supplier": "a page for each supplier",
    "plan": "loads of a week",
}  # fmt: skip


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    day = make_campaign(tmp_path_factory.mktemp("begun") / "data", REAL, 1)
    yield day
    day.desk.ledger.close()


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    day = make_campaign(tmp_path_factory.mktemp("grown") / "data", REAL, TIMES)
    yield day
    day.desk.ledger.close()


def looked(day: Day) -> Mapping[str, Questions]:
    """Every page, each with what it asked of the ledger; a load and a cell out of the middle."""
    add_readers(day.desk.ledger)
    app = create_pages(app_of(day).state.context)
    client = reader_of(app, "marc", day.clock())
    with day.desk.ledger.read() as tx:
        loads = tx.exec(select(Load).order_by("seq")).all()
        middle = loads[len(loads) // 2]
        plate = tx.get_one(Visit, middle.visit_id).plate
        cell = tx.exec(select(CellMovement.cell_id)).first()
    asked = {
        "day": f"/day?day={day.desk.policy.collecting_day(middle.outcome_at or day.clock())}",
        "today": "/day", "loads": "/loads", "plate": f"/loads?q={plate}", "begins": "/loads?q=B",
        "supplier": "/loads?q=bench", "ticket": "/loads?q=17", "load": f"/loads/{middle.id}",
        "cells": "/cells", "cell": f"/cells/{cell}", "exceptions": "/exceptions", "disputes": "/disputes",
        "devices": "/devices", "device": "/devices/bridge", "corrections": "/corrections",
        "people": "/people", "watch": "/watch", "pairs": "/pair", "groups": "/groups",
        "who was right": "/who-was-right", "fairness": "/fairness",
        "certificates": "/certificates", "plan": "/plan", "rules": "/rules",
    }  # fmt: skip
    found = {}
    for name, address in asked.items():
        client.get(address)  # statements are compiled, names are known
        questions = Questions(day)
        with questions.counted():
            answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text[-300:])
        found[name] = questions
    return found


def test_no_page_costs_more_in_a_long_campaign(begun: Day, grown: Day) -> None:
    before, after = looked(begun), looked(grown)
    dearer = {
        name: ((before[name].steps, before[name].statements), (one.steps, one.statements))
        for name, one in after.items()
        if name not in BOUNDED
        and (one.steps > 1.5 * before[name].steps + 1000 or one.statements > before[name].statements + 3)
    }
    assert dearer == {}
    endless = {
        (name, detail, statement)
        for name, one in after.items()
        for statement, detail in one.plans
        if is_endless(statement, detail)
    }
    assert endless == set()
    assert {name: one.statements for name, one in after.items() if one.statements > 64} == {}
