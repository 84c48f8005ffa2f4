"""Over HTTP a day's list is chosen, shown again, and says what it buys."""

from tests.api.rig import Counter, arrival, ok, problem


def test_a_list_is_chosen_and_shown_again(counter: Counter) -> None:
    with counter.client() as anne:
        assert ok(anne.get("/sendings")) == []
        for number in (1, 2):
            visit = ok(anne.post("/visits", json=arrival(f"AB-12{number}-CD", f"S0000{number}")), 201)
            ok(anne.post(f"/loads/{visit['loads'][0]['id']}/retained", json={}), 201)
        problem(anne.post("/sendings", json={"budget": 0}), 422, "not_valid")
        chosen = ok(anne.post("/sendings", json={"budget": 1}), 201)
        assert (chosen["kind"], chosen["fresh"], chosen["by"]) == ("choice", 2, "Anne")
        (sample,) = chosen["samples"]
        assert (sample["blocks"], sample["why"][0]["reason"]) == (["chosen"], "random")
        (again,) = ok(anne.get("/sendings"))
        assert again["samples"] == chosen["samples"]


def test_what_a_laboratory_said_tells_what_more_samples_buy(counter: Counter) -> None:
    with counter.client() as anne:
        for number, value in ((1, 12.0), (2, 12.2), (3, 12.1)):
            visit = ok(anne.post("/visits", json=arrival(f"AB-12{number}-CD", f"S0000{number}")), 201)
            counter.silo.measure("nir", {"protein": 10.4, "moisture": 13.5}, f"S0000{number}")
            ok(anne.post(f"/loads/{visit['loads'][0]['id']}/retained", json={}), 201)
            result = {"barcode": f"S0000{number}", "analyte": "protein", "value": value, "basis": "dm"}
            ok(anne.post("/lab/results", json={**result, "laboratory": "Labo"}), 201)
        (gain,) = ok(anne.post("/sendings", json={"budget": 1}), 201)["gains"]
        assert (gain["species"], gain["analyte"], gain["n"], gain["more"]) == ("soft_wheat", "protein", 3, 1)
        assert abs(gain["half_width"] - 0.1 * 4.302652729749464 / 3**0.5) < 1e-6
        assert gain["half_width_then"] < gain["half_width"]


def test_a_composite_tells_what_is_kept_of_its_loads(counter: Counter) -> None:
    with counter.client() as anne:
        loads = []
        for number in (1, 2):
            visit = ok(anne.post("/visits", json=arrival(f"AB-12{number}-CD", f"S0000{number}")), 201)
            loads.append(visit["loads"][0]["id"])
        ok(anne.post(f"/loads/{loads[0]}/retained", json={}), 201)
        made = ok(anne.post("/composites", json={"barcode": "M00001", "load_ids": loads}), 201)
        assert (sorted(made["loads"]), made["over"]) == (sorted(loads), [])
        result = {"barcode": "M00001", "analyte": "moisture", "value": 19.0, "laboratory": "Labo"}
        ok(anne.post("/lab/results", json={**result, "despite_remarks": True}), 201)
        found = ok(anne.get("/samples/M00001/loads-kept"))
        assert [one["number"] for one in found["retained"]] == ["E00001-8"]
        assert {one["params"]["analyte"] for one in found["over"]} == {"moisture"}
        problem(anne.get("/samples/M9/loads-kept"), 404, "unknown_sample")
        problem(anne.post("/composites", json={"barcode": "M2", "cell": "c1"}), 422, "not_valid")


def test_a_wet_year_marks_grades_provisional_until_a_manager_ends_it(counter: Counter) -> None:
    with counter.client() as anne, counter.client("marc") as marc:
        visit = ok(anne.post("/visits", json=arrival("AB-121-CD", "S00001")), 201)
        load = visit["loads"][0]["id"]
        ok(anne.post(f"/loads/{load}/retained", json={}), 201)
        body = {
            "species": "soft_wheat", "since": "2026-07-20T00:00:00Z", "until": "2026-07-21T00:00:00Z",
            "reason": "récolte humide",
        }  # fmt: skip
        problem(anne.post("/sendings/all", json=body), 403, "not_allowed")
        sent = ok(marc.post("/sendings/all", json=body), 201)
        assert [(one["number"], one["provisional"]) for one in sent["samples"]] == [("E00001-8", True)]
        assert ok(anne.get(f"/loads/{load}"))["provisional"]
        ok(marc.post(f"/loads/{load}/final-grade", json={"reason": "Hagberg 260"}), 204)
        assert not ok(anne.get(f"/loads/{load}"))["provisional"]
