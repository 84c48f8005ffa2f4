"""Whole visits over HTTP: arrival to ticket, truck and trailer, refusal, overrides, exceptions."""

from typing import Any

import pytest

from tests.api.rig import JPEG, Counter, accept, arrival, confirm, measure, offered, ok, problem, upload
from tests.silo_rig import GOOD, GOOD_NIR


def test_one_load_from_arrival_to_ticket(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id = visit["loads"][0]["id"]
        assert visit["loads"][0]["state"] == "arrived"
        done = confirm(anne, silo, 43_120)
        assert (done["visit"]["gross_kg"], done["visit"]["loads"][0]["state"]) == (43_120, "weighed")
        assert done["visit"]["weighings"][0]["confirmed_by"] == "Anne"
        assert ok(anne.get(f"/loads/{load_id}"))["missing"] == ["moisture", "protein", "test_weight"]
        measure(silo, "S1")
        load = ok(anne.get(f"/loads/{load_id}"))
        assert (load["state"], load["cell"], load["pit"], load["hold"]) == ("proposed", "c1", "p1", False)
        protein = next(value for value in load["values"] if value["analyte"] == "protein")
        assert (protein["value"], protein["basis"], protein["device"]) == (12.023121, "dm", "nir")
        assert {reading["device"]: reading["used_for"] for reading in load["readings"]} == {
            "gac": ["moisture", "test_weight"],
            "nir": ["protein"],
        }
        assert all(reason["message"] for reason in load["proposal"]["ranked"][0]["reasons"])
        assert {refused["cell"] for refused in load["proposal"]["refused"]} >= {"c3", "q1"}
        assert_says_the_odds_without_euros(load["proposal"])
        decision = accept(anne, load_id)
        assert (decision["by"], decision["overridden"]) == ("Anne", False)
        c1 = next(cell for cell in ok(anne.get("/cells")) if cell["id"] == "c1")
        assert c1["reserved_t"] == pytest.approx(26.7344)
        done = confirm(anne, silo, 15_240)
        (ticket,) = done["tickets"]
        assert (ticket["number"], ticket["net_kg"], ticket["by"]) == (1, 27_880, "Anne")
        assert done["visit"]["loads"][0]["state"] == "ticketed"
        assert ok(anne.get("/visits")) == []
        assert [row["plate"] for row in ok(anne.get("/visits", params={"open": False}))] == ["AB-123-CD"]
        assert ok(anne.get("/tickets/1")) == ticket == ok(anne.get("/tickets"))[0]
        load = ok(anne.get(f"/loads/{load_id}"))
        assert (load["gross_kg"], load["tare_kg"], load["ticket"]) == (43_120, 15_240, 1)
        assert load["ticket_document"]["tipped"] == [
            {"pit": "p1", "cell": "c1", "share": 1.0, "kg": 27_880.0}
        ]
        c1 = next(cell for cell in ok(anne.get("/cells")) if cell["id"] == "c1")
        assert (c1["content_t"], c1["reserved_t"]) == (pytest.approx(827.88), 0)
        assert c1["quality"]["test_weight"] == {
            "value": 77.4,
            "unit": "kg/hl",
            "basis": None,
            "u": None,
            "known_t": 27.88,
        }
        (vehicle,) = ok(anne.get("/vehicles", params={"q": "ab1"}))
        assert (vehicle["supplier"], vehicle["last_tare_kg"]) == ("EARL Dupont", 15_240)


def test_truck_and_trailer_are_two_loads_with_two_tickets(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1", "S2")), 201)
        truck, trailer = (load["id"] for load in visit["loads"])
        confirm(anne, silo, 50_000)
        measure(silo, "S1", "S2")
        accept(anne, truck)
        accept(anne, trailer)
        silo.weigh(33_000)
        assert offered(anne)["preselected"] | {"visit_id": None} == {
            "visit_id": None, "plate": "AB-123-CD", "role": "intermediate", "load_ids": [truck],
        }  # fmt: skip
        weighing = offered(anne)
        body = {"visit_id": visit["id"], "role": "intermediate"}
        first = ok(anne.post(f"/weighings/{weighing['id']}/confirm", json=body))
        assert [ticket["net_kg"] for ticket in first["tickets"]] == [17_000]
        last = confirm(anne, silo, 16_500)
        assert [(t["number"], t["gross_kg"], t["net_kg"]) for t in last["tickets"]] == [(2, 33_000, 16_500)]
        assert last["visit"]["ended_at"]


def test_a_refused_and_a_withdrawn_load_end_with_their_reason(counter: Counter) -> None:
    with counter.client() as anne:
        for act, outcome in (("refuse", "refused"), ("leave", "left")):
            visit = ok(anne.post("/visits", json=arrival()), 201)
            load_id = visit["loads"][0]["id"]
            load = ok(anne.post(f"/loads/{load_id}/{act}", json={"reason": "insects"}))
            assert (load["state"], load["outcome_reason"]) == (outcome, "insects")
            problem(anne.post(f"/loads/{load_id}/{act}", json={"reason": "again"}), 409, "load_ended")
        visit = ok(anne.post("/visits", json=arrival()), 201)
        cancelled = ok(anne.post(f"/visits/{visit['id']}/cancel", json={"reason": "entered twice"}))
        assert cancelled["loads"][0]["state"] == "cancelled"


def assert_says_the_odds_without_euros(proposal: dict[str, Any]) -> None:
    first = proposal["ranked"][0]
    assert 0.0 <= first["p_load_ok"] <= 1.0
    assert 0.0 <= first["p_cell_ok"] <= 1.0
    assert first["after"]["t"] >= proposal["load_t"]
    assert first["after"]["content"]["protein"]["unit"] == "%"
    assert "value" not in first
    assert proposal["ask"] is None


def test_a_superseded_proposal_comes_back_with_the_new_one(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id = visit["loads"][0]["id"]
        confirm(anne, silo, 43_120)
        measure(silo, "S1")
        old = ok(anne.get(f"/loads/{load_id}"))["proposal"]
        silo.measure("gac", {**GOOD, "moisture": 14.7}, "S1")
        choice = {"proposal_id": old["id"], "cell": "c1", "pit": "p1"}
        refused = problem(anne.post(f"/loads/{load_id}/decision", json=choice), 409, "proposal_superseded")
        new = ok(anne.get(f"/loads/{load_id}"))["proposal"]
        assert refused["params"]["proposal"] == new
        assert new["id"] != old["id"]
        assert ok(anne.get(f"/loads/{load_id}"))["decision"] is None
        choice["proposal_id"] = new["id"]
        why = problem(anne.post(f"/loads/{load_id}/decision", json=choice), 409, "retest_unexplained")
        assert why["params"] == {"analyte": "test_weight", "count": 2}
        ok(anne.post(f"/loads/{load_id}/retest", json={"reason": "supplier asked for it"}))
        accept(anne, load_id)


def test_an_override_needs_a_reason_and_a_barred_cell_a_manager(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne, counter.client("marc") as marc:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id = visit["loads"][0]["id"]
        confirm(anne, silo, 43_120)
        measure(silo, "S1")
        typed = {"barcode": "S1", "values": {"don": {"value": 2400}}}
        assert ok(anne.post("/readings", json=typed), 201)["typed_by"] == "Anne"
        load = ok(anne.get(f"/loads/{load_id}"))
        assert (load["state"], load["cell"], load["hold"]) == ("proposed", "q1", True)
        choice = {"proposal_id": load["proposal"]["id"], "cell": "c1", "pit": "p1"}
        address = f"/loads/{load_id}/decision"
        problem(anne.post(address, json=choice), 422, "override_needs_reason")
        choice["reason"] = "lab says otherwise"
        problem(anne.post(address, json=choice), 403, "never_blend_override")
        assert ok(marc.post(address, json=choice), 201)["overridden"]
        assert ok(anne.get(f"/loads/{load_id}"))["state"] == "decided"


def test_an_exception_is_assigned_or_dismissed_once(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        lost = silo.measure("gac", GOOD, "S9")
        stray = silo.measure("gac", GOOD, "S8")
        waiting = ok(anne.get("/exceptions"))
        assert [(item["id"], item["reason"]["code"]) for item in waiting] == [
            (lost.id, "unknown_barcode"), (stray.id, "unknown_barcode"),
        ]  # fmt: skip
        assert waiting[0]["candidates"] == ["S1"]
        address = f"/exceptions/{lost.id}/assign"
        refused = problem(anne.post(address, json={"barcode": "S1"}), 409, "contradicts_sample")
        assert [remark["code"] for remark in refused["params"]["remarks"]] == ["other_barcode"]
        assigned = ok(anne.post(address, json={"barcode": "S1", "reason": "mistyped at the GAC"}))
        assert assigned["reason"]["code"] == "paired_by_person"
        dismissed = ok(anne.post(f"/exceptions/{stray.id}/dismiss", json={"reason": "cleaning"}))
        assert dismissed["reason"] | {"message": ""} == {
            "code": "dismissed", "params": {"text": "cleaning"}, "message": "",
        }  # fmt: skip
        assert ok(anne.get("/exceptions")) == []
        again = anne.post(f"/exceptions/{lost.id}/assign", json={"barcode": "S1"})
        problem(again, 404, "unknown_exception")
        sample = ok(anne.get("/samples/S1"))
        assert [reading["id"] for reading in sample["readings"]] == [lost.id]


def test_exceptions_that_a_waiting_load_needs_come_first_and_nothing_contradicting_is_suggested(
    counter: Counter,
) -> None:
    silo = counter.silo
    with counter.client() as anne:
        wheat = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        confirm(anne, silo, 43_120)
        stray = silo.measure("gac", {"temperature": 20.0}, "X1")
        barley = silo.measure("nir", GOOD_NIR, product="Barley")
        misread = silo.measure("gac", GOOD, "S11", product="Wheat")
        wrong = silo.measure("nir", GOOD_NIR, "S1", product="Barley")
        load_id = wheat["loads"][0]["id"]
        waiting = ok(anne.get("/exceptions"))
        assert [(item["id"], item["blocks"]) for item in waiting] == [
            (misread.id, [load_id]), (wrong.id, [load_id]), (stray.id, []), (barley.id, []),
        ]  # fmt: skip
        assert [item["candidates"] for item in waiting] == [["S1"]] * 4
        assert [(item["suggested"], item["fitting"]) for item in waiting] == [(None, [])] * 4
        ok(anne.post("/samples", json={"barcode": "B7", "species": "barley"}), 201)
        fits = ok(anne.get("/exceptions"))[3]
        assert (fits["suggested"], fits["fitting"]) == ("B7", ["B7"])
        assert fits["candidates"] == ["B7", "S1"]


def test_what_ends_something_is_taken_back_over_http(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id, why = visit["loads"][0]["id"], {"reason": "by mistake"}
        weighing = silo.weigh(43_120)
        ok(anne.post(f"/weighings/{weighing.id}/dismiss", json=why))
        assert ok(anne.post(f"/weighings/{weighing.id}/take-back"))["state"] == "offered"
        ok(anne.post(f"/loads/{load_id}/refuse", json=why))
        assert ok(anne.post(f"/loads/{load_id}/take-back"))["state"] == "arrived"
        ok(anne.post(f"/visits/{visit['id']}/cancel", json=why))
        assert ok(anne.post(f"/visits/{visit['id']}/take-back"))["ended_at"] is None
        ids = [silo.measure("gac", GOOD, barcode).id for barcode in ("X1", "X2")]
        ok(anne.post("/exceptions/dismiss", json={"ids": ids, **why}))
        assert ok(anne.get("/exceptions")) == []
        back = ok(anne.post("/exceptions/take-back", json={"ids": ids}))
        assert [item["reason"]["code"] for item in back] == ["unknown_barcode"] * 2
        ok(anne.post(f"/exceptions/{ids[0]}/assign", json={"barcode": "X1", "as_courtesy": True}))
        assert [item["id"] for item in ok(anne.get("/exceptions", params={"state": "assigned"}))] == ids[:1]
        silo.clock.pass_(minutes=2)
        ok(anne.post("/exceptions/take-back", json={"ids": ids[:1]}))
        ok(anne.post(f"/loads/{load_id}/leave", json=why))
        silo.clock.pass_(seconds=61)
        problem(anne.post(f"/loads/{load_id}/take-back"), 409, "too_late_to_take_back")


def test_samples_varieties_and_weights_are_entered_by_hand(counter: Counter) -> None:
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival()), 201)
        load_id = visit["loads"][0]["id"]
        assert ok(anne.post(f"/loads/{load_id}/sample", json={"barcode": "S1"}))["barcode"] == "S1"
        used = anne.post("/samples", json={"barcode": "S1", "kind": "courtesy"})
        problem(used, 409, "barcode_used")
        bag = ok(anne.post("/samples", json={"barcode": "B1", "species": "barley", "note": "a bag"}), 201)
        assert (bag["kind"], bag["load_id"]) == ("courtesy", None)
        problem(anne.post("/samples", json={"barcode": "B2", "kind": "load"}), 422, "not_valid")
        seen = ok(anne.post(f"/loads/{load_id}/variety", json={"operator_variety": "Rubisko"}))
        assert (seen["operator_variety"], seen["declared_variety"]) == ("Rubisko", "")
        problem(anne.post("/weighings", json={"kg": 25}), 422, "weight_too_light")
        asked = problem(anne.post("/weighings", json={"kg": 43120.5}), 409, "not_a_division")
        assert [remark["code"] for remark in asked["params"]["remarks"]] == ["not_a_division"]
        typed = ok(anne.post("/weighings", json={"kg": 43120, "reason": "indicator down"}), 201)
        assert (typed["state"], typed["typed_by"], typed["preselected"]["plate"]) == (
            "offered", "Anne", "AB-123-CD",
        )  # fmt: skip
        gone = ok(anne.post(f"/weighings/{typed['id']}/dismiss", json={"reason": "typed twice"}))
        assert (gone["state"], gone["preselected"]) == ("dismissed", None)
        problem(anne.post(f"/weighings/{typed['id']}/dismiss", json={"reason": "x"}), 409, "weighing_used")


def test_an_offered_weight_nobody_fits_is_for_a_new_visit(counter: Counter) -> None:
    counter.silo.weigh(43_120)
    with counter.client() as anne:
        assert offered(anne)["preselected"] == {
            "visit_id": None, "plate": None, "role": "first", "load_ids": [],
        }  # fmt: skip


def test_the_photos_inspections_reach_the_load(counter: Counter) -> None:
    with counter.client() as anne, counter.client("app") as app:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id = visit["loads"][0]["id"]
        capture = ok(upload(app, JPEG, form='{"barcode": "S1"}'), 201)
        assert (capture["state"], capture["unpaired"], capture["phone"]) == ("pending", False, "app 1")
        assert ok(anne.get(f"/loads/{load_id}"))["photo"][0]["code"] == "photo_pending"
        outside = {
            "name": "other", "version": "7", "accepted": True, "kernels": 100,
            "classes": {"whole": {"count": 97, "share": 0.97, "low": 0.92, "high": 0.99}},
        }  # fmt: skip
        address = f"/captures/{capture['id']}/inspections"
        made = ok(app.post(address, json=outside), 201)
        assert ok(app.post(address, json=outside), 201)["id"] == made["id"]
        ok(app.post(address, json={"name": "third", "version": "1", "accepted": False}), 201)
        load = ok(anne.get(f"/loads/{load_id}"))
        assert [one["model"] for one in load["captures"][0]["inspections"]] == ["other", "third"]
        assert [reason["code"] for reason in load["photo"]] == ["photo_shares"]
        assert "97% whole, no break seen (92-99)" in load["photo"][0]["message"]


def test_an_outside_model_may_say_numbers_that_can_be_true(counter: Counter) -> None:
    with counter.client() as anne, counter.client("app") as app:
        ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        capture = ok(upload(app, JPEG, form='{"barcode": "S1"}'), 201)
        address = f"/captures/{capture['id']}/inspections"
        said = {"name": "other", "version": "8", "accepted": True}
        protein = {"value": 11.9, "low": 11.0, "high": 12.8, "basis": "dm"}
        made = ok(app.post(address, json={**said, "numbers": {"protein": protein}}), 201)
        assert made["numbers"] == {"protein": {**protein, "unit": "%", "per": "sample"}}
        for wrong in (
            {**protein, "low": 12.0},
            {**protein, "basis": None},
            {**protein, "value": 80, "high": 90},
        ):
            assert app.post(address, json={**said, "numbers": {"protein": wrong}}).status_code == 422
        assert app.post(address, json={**said, "numbers": {"colour": protein}}).status_code == 422


def test_the_site_and_its_people_are_told(counter: Counter) -> None:
    with counter.client() as anne:
        site = ok(anne.get("/site"))
        assert (site["name"], site["campaign"]) == ("Silo de Beauvoir", "2026")
        assert site["pits"][1] == {"id": "p2", "name": "Pit 2", "cells": ["c1", "c3", "c5", "h1", "q1"]}
        assert site["analytes"][:3] == ["moisture", "protein", "test_weight"]
        assert "weight" not in site["analytes"]
        assert [person["name"] for person in ok(anne.get("/people"))] == ["Anne", "Ines", "Marc"]
        assert "pin_hash" not in anne.get("/people").text
        assert [one["name"] for one in ok(anne.get("/suppliers", params={"q": "dup"}))] == ["EARL Dupont"]


def test_an_arrival_is_corrected_until_its_ticket(counter: Counter) -> None:
    with counter.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        problem(anne.post("/visits", json=arrival("ab 123 cd")), 409, "vehicle_on_site")
        right = {
            "plate": "lö-ab 123", "supplier": "EARL Dupond", "new_supplier": True,
            "loads": [{"load_id": visit["loads"][0]["id"], "species": "barley"}],
        }  # fmt: skip
        after = ok(anne.post(f"/visits/{visit['id']}/correct", json=right))
        assert (after["plate"], after["supplier"], after["loads"][0]["species"]) == (
            "LÖ-AB 123", "EARL Dupond", "barley",
        )  # fmt: skip
        assert [row["plate"] for row in ok(anne.get("/vehicles", params={"q": "loab"}))] == ["LÖ-AB 123"]
        assert [row["name"] for row in ok(anne.get("/suppliers", params={"q": "ÉARL DUPOND"}))] == [
            "EARL Dupond"
        ]
