"""Tracing over HTTP: a lot back to its loads, a ticket forward, and what cannot be told apart."""

from typing import Any

from tests.api.rig import Counter, ok, problem


def sold(paper: str, kg: float = 20_000.0) -> dict[str, Any]:
    return {"kind": "out", "kg": kg, "reason": "sale", "paper_number": paper}


def test_a_lot_and_a_cell_are_traced(counter: Counter) -> None:
    with counter.client() as anne:
        ok(anne.post("/cells/c1/movements", json=sold("BL-1")), 201)
        lot = ok(anne.get("/trace", params={"sought": "BL-1"}))
        assert (lot["subject"]["kind"], lot["kg"]) == ("lot", 20_000)
        assert [one["kind"] for one in lot["sources"]] == ["opening"]
        cell = ok(anne.get("/trace", params={"sought": "c1"}))
        assert cell["kg"] == cell["lies_kg"] == lot["lies_kg"]
        assert [one["paper_number"] for one in cell["lots"]] == ["BL-1"]
        assert cell["came_kg"] == cell["lies_kg"] + 20_000
        assert cell["difference_kg"] == 0


def test_what_is_not_there_and_what_may_be_several_is_said(counter: Counter) -> None:
    with counter.client() as anne:
        problem(anne.get("/trace", params={"sought": "BL-9"}), 404, "nothing_traced")
        for paper in ("BL-1", "BL-1", "c1"):
            ok(anne.post("/cells/c1/movements", json={**sold(paper), "despite_kg": 20_000.0}), 201)
        several = problem(anne.get("/trace", params={"sought": "BL-1"}), 409, "several_traced")
        assert len(several["params"]["names"]) == 2
        one = several["params"]["names"][0].split()[1]
        assert ok(anne.get("/trace", params={"sought": one}))["kg"] == 20_000
        problem(anne.get("/trace", params={"sought": "c1"}), 409, "several_traced")
        assert ok(anne.get("/trace", params={"sought": "c1", "kind": "cell"}))["subject"]["kind"] == "cell"
