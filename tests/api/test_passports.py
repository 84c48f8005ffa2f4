"""A lot's passport: what left against what its buyer asks for."""

from tests.api.rig import Counter, ok, problem

OUT = {"kind": "out", "kg": 25_000.0, "reason": "sale", "paper_number": "BL-1"}


def test_a_lot_says_how_likely_it_meets_the_grade_of_its_cell(counter: Counter) -> None:
    with counter.client() as anne:
        ok(anne.post("/cells/c1/movements", json=OUT), 201)
        found = ok(anne.post("/passport", json={"sought": "BL-1"}))
        assert (found["grade"], found["kg"]) == ("milling_no_2", 25_000)
        lines = {one["analyte"]: one for one in found["lines"]}
        assert lines["protein"]["value"] == 11.6
        assert lines["protein"]["p"] > 0.5
        assert lines["don"]["value"] is None  # nobody measured it: it is not said to be met
        assert lines["don"]["p"] is None
        problem(anne.post("/passport", json={"sought": "BL-9"}), 404, "nothing_traced")
        problem(anne.post("/passport", json={"sought": "BL-1", "grade": "beer"}), 422, "unknown_grade")
        problem(anne.post("/passport", json={"sought": "BL-1", "text": "x"}), 422, "rule_pack_wrong")
