"""A day in mid-July, from 06:00 to the night: one station, every hour's trouble, and books that agree.

The instruments speak bytes, people and programs speak HTTP, and the clock is the yard's. `rig` has what
people and trucks do, `box` the station, `books` what must agree at the end.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from station.demo.site import RULES
from tests.api.rig import ok, problem
from tests.season_day import books
from tests.season_day.rig import Day
from tests.season_day.trucks import Truck, all_trucks, lists
from tests.season_day.yard import open_yard

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

CLEAN = [{"cargo": "grain", "cleaning": "A"}] * 3
DAY, VISITS = "2026-07-20", 120


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with open_yard() as yard, closing(Day(tmp_path, yard)) as day:
        yield day


def test_the_season_day(day: Day) -> None:
    trucks = all_trucks(VISITS)
    apart = [truck for truck in trucks if truck.species == "soft_wheat"][-7:]
    coming = iter([truck for truck in trucks if truck not in apart])
    on_site, refused, unhappy, split, doubted, late, waiting = apart
    day.wait_for("5:30")
    day.start("box-1")
    day.manager, day.operator = day.sign_in("Marc", "office"), day.sign_in("Anne", "bridge")
    what_the_day_needs(day)
    day.announce(trucks)
    day.wait_for("6:00")
    the_list_of_the_morning(day)
    day.trucks(islice(coming, 39), until="13:00")
    day.receive(on_site)
    the_shift_changes(day)
    one_is_refused_and_one_leaves(day, refused, unhappy)
    day.trucks(islice(coming, 11), until="15:00")
    cell_1_is_full(day, split)
    the_grain_of_cell_2_is_treated(day)
    day.receive(doubted, again="the driver asks for it")
    day.trucks(islice(coming, 10), until="16:00")
    two_loads_go_out(day)
    disputed = day.received[0]
    dispute = a_supplier_disputes(day, disputed)
    day.trucks(islice(coming, 6), until="17:00")
    the_control_fails(day)
    day.trucks(islice(coming, 4), until="17:25")
    day.come(late)
    day.trucks(islice(coming, 16), until="18:40")
    the_laboratory_has_measured(day, disputed, dispute)
    the_box_is_swapped(day, late, waiting)
    day.trucks(islice(coming, 10), until="20:00")
    another_pack_holds(day, list(coming))
    day.wait_for("27:10")
    signed = the_day_is_closed(day)
    books.all_agree(day)
    books.stock_agrees(day)
    books.the_lot_is_traced(day)
    two_are_forgotten(day)
    books.all_agree(day)
    books.chains_verify(day)
    assert ok(day.operator.get(f"/days/closings/{DAY}"))["sha256"] == signed


def what_the_day_needs(day: Day) -> None:
    for name, text in lists().items():
        taken = ok(day.manager.post(f"/reference/{name}/file", json={"text": text}))
        assert taken["errors"] == []
    ok(day.operator.post("/samples", json={"barcode": "K1", "kind": "control", "species": "soft_wheat"}), 201)
    target = {"analyte": "protein", "value": 11.5, "tolerance": 0.3, "basis": "as_is"}
    ok(day.manager.post("/controls/K1/targets", json={"targets": [target]}), 201)


def the_list_of_the_morning(day: Day) -> None:
    """The control sample is measured first; all is in order, and Anne signs."""
    day.control("K1", 11.5)
    lines = ok(day.operator.get("/days/list"))["lines"]
    assert [one for one in lines if one["state"] != "ok"] == []
    signed = ok(day.operator.post("/days/open", json={}))
    assert (signed["day"], signed["signed_by"]) == (DAY, "Anne")


def the_shift_changes(day: Day) -> None:
    """Paul has seen the same trucks on site as Anne."""
    seen = ok(day.operator.get("/hand-over"))["visits"]
    assert seen == list(day.open)
    assert seen
    day.hand_over("Paul", seen)


def one_is_refused_and_one_leaves(day: Day, refused: Truck, unhappy: Truck) -> None:
    for truck, act, outcome in ((refused, "refuse", "refused"), (unhappy, "leave", "left")):
        day.arrive(truck)
        day.weigh(truck, truck.gross_kg, "first")
        ok(day.operator.post(f"/loads/{truck.load}/{act}", json={"reason": "insects"}))
        day.gone(truck, outcome)


def cell_1_is_full(day: Day, truck: Truck) -> None:
    """One tips what cell 1 still takes and the rest into cell 2; of one that is gone already it is told that
    it went there. The plan keeps the others out."""
    day.come(truck)
    assert truck.cell == "c1"
    day.wait(timedelta(minutes=10))
    parts = [{"pit": "f1", "cell": "c1", "kg": 12_500.0}, {"pit": "f1", "cell": "c2"}]
    day.leave(truck, tipped={truck.load: parts})
    gone = next(one for one in reversed(day.received) if one.cell == "c1" and one is not truck)
    body = {"parts": [{"pit": "f1", "cell": "c2"}], "reason": "cell 1 was full"}
    ok(day.operator.post(f"/loads/{gone.load}/tipped", json=body))
    document = day.load(gone)["ticket_document"]
    assert [(one["cell"], one["kg"]) for one in document["tipped"]] == [("c2", gone.net_kg)]
    assert document["number"] == truck.ticket + 1
    assert f"replaces ticket No. {gone.ticket}" in document["text"]
    gone.ticket = document["number"]
    plan = {"target_t": day.content_t("c1"), "why": "full"}
    ok(day.manager.post("/plan/cells/c1", json=plan))


def the_grain_of_cell_2_is_treated(day: Day) -> None:
    """With what the label allows."""
    dose: dict[str, Any] = {"kind": "treatment", "product": "K-Obiol EC 25", "dose": 40.0, "unit": "ml/t"}
    problem(day.operator.post("/cells/c2/movements", json=dose), 422, "dose_above_label")
    [moved] = ok(day.operator.post("/cells/c2/movements", json=dose | {"dose": 20.0}), 201)
    assert (moved["kg"], moved["act"]["substance"]) == (0, "deltaméthrine")


def two_loads_go_out(day: Day) -> None:
    """Of one order, from cell 1; a vehicle that carried fertilizer is to be washed first."""
    dirty = [{"cargo": "mineral_fertilizer", "cleaning": "A"}, *CLEAN[1:]]
    for plate, full_kg in (("EX-001-PO", 43_980), ("EX-002-PO", 42_500)):
        row = ok(day.operator.post("/outbound", json={"plate": plate, "order": "CV-7", "axles": 5}), 201)
        assert ok(day.operator.post(f"/outbound/{row['id']}/check", json={"previous": dirty}))["unfit"]
        assert not ok(day.operator.post(f"/outbound/{row['id']}/check", json={"previous": CLEAN}))["unfit"]
        day.load_out(row, "empty", 14_820)
        seal = {"barcode": f"S9{full_kg}", "seal": "PL-7", "parts": 3}
        ok(day.operator.post(f"/outbound/{row['id']}/sample", json=seal), 201)
        day.wait(timedelta(minutes=12))
        row = day.load_out(row, "last", full_kg, drawn=[{"cell": "c1"}])
        assert row["state"] == "delivered"
        day.out_kg += full_kg - 14_820
    [order] = ok(day.operator.get("/outbound/orders"))
    assert order["left_kg"] == 100_000 - day.out_kg


def a_supplier_disputes(day: Day, truck: Truck) -> str:
    """What was kept of the sample goes to a laboratory."""
    why = {"reason": "it was drier", "analytes": ["moisture"]}
    dispute = ok(day.operator.post(f"/loads/{truck.load}/disputes", json=why), 201)
    ok(day.operator.post(f"/retained/{truck.kept}/hand-over", json={"whom": "Labo Sud"}))
    return str(dispute["id"])


def the_control_fails(day: Day) -> None:
    """What the NIR said since the morning is held; with its lamp exchanged it is right again."""
    assert day.control("K1", 12.4)["passed"] is False
    [hold] = ok(day.manager.get("/holds"))
    assert (hold["analyte"], hold["loads"]) == ("protein", len(day.measured))
    day.wait(timedelta(minutes=10))
    assert day.control("K1", 11.5)["passed"] is True
    end = {"act": "confirmed", "reason": "ten samples measured again"}
    assert ok(day.manager.post(f"/holds/{hold['id']}/end", json=end))["ended_by"] == "Marc"
    assert ok(day.manager.get("/holds")) == []


def the_laboratory_has_measured(day: Day, truck: Truck, dispute: str) -> None:
    """The manager applies what it says: a correcting ticket takes the disputed one's place."""
    said = {"analyte": "moisture", "value": 15.4, "basis": "as_is", "laboratory": "Labo Sud"}
    ok(day.manager.post("/lab/results", json={"barcode": truck.barcode, **said}), 201)
    day.box.turn()
    [revision] = ok(day.manager.get("/revisions"))
    assert revision["ticket"] == truck.ticket
    wanted = {"ids": [revision["id"]], "reason": "the laboratory holds"}
    [applied] = ok(day.manager.post("/revisions/apply", json=wanted))
    truck.ticket = applied["correcting_ticket"]
    end = {"outcome": "changed", "reason": "the laboratory holds"}
    assert ok(day.manager.post(f"/disputes/{dispute}/close", json=end))["open"] is False


def the_box_is_swapped(day: Day, late: Truck, waiting: Truck) -> None:
    """The last backup knows neither the tickets since nor who came; headquarters knows all but one ticket,
    which is on paper."""
    day.wait_for("18:58")
    day.come(waiting)
    day.box.settle()
    day.leave(late)
    day.program.read()
    day.swap("box-2", last_ticket=late.ticket)
    assert books.tickets(day).keys() < {truck.load for truck in day.received}
    problem(day.operator.post("/visits", json=late.arrival()), 409, "recovery_first")
    assert day.box.reconcile().left == []
    assert ok(day.manager.get("/disputes")) == []
    assert [one["state"] for one in ok(day.manager.get("/revisions?state=all"))] == ["applied"]
    paper = {"closed": True, "paper_number": str(late.ticket), "net_kg": late.net_kg}
    assert ok(day.operator.post(f"/loads/{late.load}/paper", json=paper))["state"] == "on_paper"
    day.ended[late.load] = "on_paper"
    asked = ok(day.operator.post(f"/loads/{waiting.load}/paper", json={"closed": False}))
    assert asked["state"] == "proposed"
    day.decide(waiting)
    day.wait(timedelta(minutes=5))
    day.leave(waiting)
    assert waiting.ticket == late.ticket + 1


def another_pack_holds(day: Day, coming: Sequence[Truck]) -> None:
    """It wants a heavier milling wheat: from now on this grain is feed. What was decided before stands."""
    text = RULES.read_text(encoding="utf-8").replace('"2026.1"', '"2026.2"', 1)
    text = text.replace("2026-06-01T06:00:00+02:00", f"{DAY}T20:00:00+02:00", 1)
    text = text.replace("limit = 76.0", "limit = 77.5", 1)
    pack = ok(day.manager.post("/rules", json={"text": text, "why": "the miller's word"}), 201)
    assert (pack["version"], pack["in_force"]) == ("2026.2", True)
    before = len(day.received) + len(day.open)
    day.trucks(coming, until="26:30")
    judged = {truck.number: (truck.pack == pack["sha256"], truck.cell) for truck in day.decided}
    assert {judged[truck.number] for truck in coming} == {(True, "c3"), (True, "c4")}
    assert {is_new for is_new, _ in list(judged.values())[:before]} == {False}


def the_day_is_closed(day: Day) -> str:
    """Nothing is left to explain; return the digest that Paul signed."""
    sheet = ok(day.operator.get("/days/sheet"))
    assert sheet["findings"] == []
    assert sheet["left"] == {"exceptions": 0, "weighings": 0, "holds": 0}
    books.sheet_agrees(day, sheet)
    signed = ok(day.operator.post("/days/close", json={"day": DAY, "said": {}}))
    assert (signed["closed_by"], signed["tonnes"]) == ("Paul", sheet["tonnes"])
    return str(signed["sha256"])


def two_are_forgotten(day: Day) -> None:
    """The operator who left at noon, and a supplier: here, at headquarters and on the second disk."""
    for kind, name in (("people", "Anne"), ("suppliers", "EARL Blanc")):
        body = {"name": name, "reason": "asked for by letter"}
        assert day.manager.post(f"/{kind}/forget", json=body).status_code == 204
    day.wait(timedelta(hours=4))
    books.nobody_has_the_name(day, "Anne", "EARL Blanc")
