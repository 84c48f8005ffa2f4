"""Drying, cleaning, ventilation and treatments over HTTP, and what the cells and lines say of them."""

from typing import Any
from urllib.parse import quote

from tests.api.rig import Counter, ok, problem

C1 = "/cells/c1/movements"
DOSE = {
    "product": "K-Obiol", "dose": 20.0, "unit": "ml/t", "substance": "deltaméthrine",
    "treatment": "insecticide",
}  # fmt: skip


def cell(client: Any, name: str = "c1") -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in ok(client.get("/cells")) if one["id"] == name)
    return found


def test_a_drying_says_both_masses_and_what_the_scale_missed(counter: Counter) -> None:
    body = {
        "kind": "drying", "kg": 100_000.0, "moisture_from": 16.0, "moisture_to": 14.0,
        "measured_kg": 97_500.0,
    }  # fmt: skip
    with counter.client() as anne:
        refused = problem(anne.post(C1, json=body), 409, "other_moisture")
        assert [one["code"] for one in refused["params"]["remarks"]] == ["other_moisture"]
        sure = {"reason": "the wet side", "despite_kg": 100_000.0}
        problem(anne.post(C1, json={**body, **sure, "despite_kg": 10_000.0}), 409, "other_moisture")
        problem(anne.post(C1, json={**body, **sure, "reason": " "}), 422, "answer_needs_reason")
        (row,) = ok(anne.post(C1, json={**body, **sure}), 201)
        assert (row["kind"], row["kg"], row["by"]) == ("drying", -2_500, "Anne")
        act = row["act"]
        assert (act["kg_in"], act["kg_out"], act["moisture_to"]) == (100_000, 97_500, 14.0)
        assert (act["water_kg"], act["freinte_kg"]) == (2_325.581, 174.419)
        problem(anne.post(C1, json={**body, "moisture_to": 17.0}), 422, "drying_wrong")
        listed = ok(anne.get("/movements"))
        assert [one["kind"] for one in listed] == ["drying"]


def test_grain_and_empty_cells_are_cleaned_and_cells_ventilated(counter: Counter) -> None:
    with counter.client() as anne:
        (row,) = ok(anne.post(C1, json={"kind": "grain_cleaning", "kg": 900.0, "impurities": 1.1}), 201)
        assert (row["act"]["waste_kg"], cell(anne)["quality"]["impurities"]["value"]) == (900, 1.1)
        (row,) = ok(anne.post(C1, json={"kind": "ventilation", "hours": 8.0, "celsius": 17.5}), 201)
        assert (row["kg"], row["act"]["hours"], row["act"]["celsius"]) == (0, 8, 17.5)
        problem(anne.post(C1, json={"kind": "cell_cleaning"}), 409, "cell_not_empty")
        (row,) = ok(anne.post("/cells/c5/movements", json={"kind": "cell_cleaning"}), 201)
        assert (row["kind"], row["content_kg"]) == ("cell_cleaning", 0)


def test_a_treated_cell_is_flagged_in_the_readers_language(counter: Counter) -> None:
    with counter.client(language="fr") as anne:
        (row,) = ok(anne.post(C1, json={"kind": "treatment", **DOSE}), 201)
        assert (row["act"]["product"], row["act"]["treatment"]) == ("K-Obiol", "insecticide")
        (flag,) = cell(anne)["flags"]
        message = flag["message"].replace("\N{NO-BREAK SPACE}", " ")
        assert (flag["code"], message) == ("cell_treated", "Grain traité : deltaméthrine")
        refused = problem(anne.post(C1, json={"kind": "treatment", **DOSE}), 409, "same_substance")
        assert "deltaméthrine" in refused["title"]
        problem(anne.post(C1, json={"kind": "treatment", **DOSE, "substance": ""}), 422, "substance_not_said")


def test_a_line_is_treated_and_flushed_and_the_register_keeps_both(counter: Counter) -> None:
    def treated(client: Any) -> list[str]:
        found: list[str] = next(one for one in ok(client.get("/lines")) if one["id"] == "l1")["treated"]
        return found

    with counter.client() as anne:
        row = ok(anne.post("/lines/l1/treatments", json=DOSE), 201)
        assert (row["line"], row["by"], row["in_line"]) == ("l1", "Anne", ["deltaméthrine"])
        assert treated(anne) == ["deltaméthrine"]
        ok(anne.post("/lines/l1/flush", json={"reason": "5 t of feed wheat"}), 201)
        assert treated(anne) == []
        problem(anne.post("/lines/l9/flush", json={"reason": "x"}), 404, "unknown_line")
        assert [one["kind"] for one in ok(anne.get("/treatments"))] == ["flush", "insecticide"]


def test_a_load_is_treated_once_with_a_substance(counter: Counter) -> None:
    visit = counter.silo.arrive("AB-123-CD")
    (load,) = counter.silo.loads(visit)
    with counter.client() as anne:
        row = ok(anne.post(f"/loads/{load.id}/treatments", json=DOSE), 201)
        assert (row["load_id"], row["kind"]) == (load.id, "insecticide")
        problem(anne.post(f"/loads/{load.id}/treatments", json=DOSE), 409, "same_substance")
        problem(anne.post("/loads/nothing/treatments", json=DOSE), 404, "unknown_load")


def test_a_load_may_be_named_by_its_ticket_and_its_cell_and_line_know_of_it(counter: Counter) -> None:
    """The number has a slash in it; the grain lies in a cell by then."""
    counter.silo.receive("AB-123-CD")
    with counter.client() as anne:
        (ticket,) = ok(anne.get("/tickets"))
        named = f"{ticket['campaign']}/{ticket['number']}"
        row = ok(anne.post(f"/loads/{quote(named, safe='')}/treatments", json=DOSE), 201)
        assert row["load_id"] == ticket["load_id"]
        assert [one["code"] for one in cell(anne)["flags"]] == ["cell_treated"]
        assert next(one for one in ok(anne.get("/lines")) if one["id"] == "l1")["treated"] == [
            "deltaméthrine"
        ]
        problem(anne.post(f"/loads/{ticket['number']}/treatments", json=DOSE), 409, "same_substance")
        problem(anne.post("/loads/2026%2F99/treatments", json=DOSE), 404, "unknown_load")
