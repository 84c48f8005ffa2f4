"""Movements of a cell over HTTP: recorded by a person, shown newest first, page by page."""

from typing import Any

from tests.api.rig import Counter, ok, problem

C1 = "/cells/c1/movements"


def out(**over: Any) -> dict[str, Any]:
    return {"kind": "out", "kg": 26_400.0, "reason": "sale", "paper_number": "BL-7", **over}


def test_a_movement_out_names_its_weighings_and_uses_them(counter: Counter) -> None:
    pair = [counter.silo.weigh(15_000).id, counter.silo.weigh(41_400).id]
    with counter.client() as anne:
        problem(anne.post(C1, json=out(kg=26_000.0, weighings=pair)), 422, "not_the_difference")
        (row,) = ok(anne.post(C1, json=out(weighings=pair)), 201)
        said = {
            "cell": "c1", "kind": "out", "kg": -26_400, "content_kg": 773_600, "by": "Anne", "reason": "sale",
            "paper_number": "BL-7", "regime": "owned", "organisation": "Silo de Beauvoir", "weighings": pair,
            "other_cell": None, "load_id": None,
        }  # fmt: skip
        assert said.items() <= row.items()
        assert row["values"]["protein"]["value"] == 11.6
        assert ok(anne.get("/weighings", params={"state": "offered"})) == []
        cell = next(one for one in ok(anne.get("/cells")) if one["id"] == "c1")
        assert cell["content_t"] == 773.6


def test_more_than_is_known_is_asked_about_in_the_readers_language(counter: Counter) -> None:
    with counter.client(language="fr") as anne:
        refused = problem(anne.post(C1, json=out(kg=900_000.0)), 409, "more_than_known")
        plain = refused["title"].replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
        assert plain == "Cellule C1 : 800 000 kg connus, pas 900 000 kg"
        (row,) = ok(anne.post(C1, json=out(kg=900_000.0, despite_kg=900_000.0)), 201)
        assert row["content_kg"] == -100_000


def test_a_transfer_answers_with_both_movements_and_each_names_the_other_cell(counter: Counter) -> None:
    body = {"kind": "transfer", "to_cell": "c5", "kg": 50_000.0, "reason": "room"}
    with counter.client() as anne:
        both = ok(anne.post(C1, json=body), 201)
        assert [(row["cell"], row["kg"], row["other_cell"]) for row in both] == [
            ("c1", -50_000, "c5"), ("c5", 50_000, "c1"),
        ]  # fmt: skip
        assert ok(anne.get("/cells/c5/movements")) == [both[1]]
        problem(anne.post(C1, json={**body, "to_cell": "c1"}), 422, "same_cell")
        problem(anne.post(C1, json={**body, "to_cell": "c3"}), 403, "never_blend_transfer")
        problem(anne.post(C1, json={**body, "to_cell": "c9"}), 404, "unknown_cell")
        problem(anne.post("/cells/c9/movements", json=body), 404, "unknown_cell")


def test_a_correction_is_for_managers(counter: Counter) -> None:
    body = {"kind": "correction", "kg": 0, "reason": "inventory", "despite_kg": 0}
    with counter.client() as anne, counter.client("marc") as marc:
        problem(anne.post(C1, json=body), 403, "not_allowed")
        (row,) = ok(marc.post(C1, json=body), 201)
        assert (row["kg"], row["content_kg"], row["by"]) == (-800_000, 0, "Marc")


def test_movements_are_paged_newest_first(counter: Counter) -> None:
    counter.silo.receive("AB-123-CD")
    with counter.client() as anne:
        for kg in (1000.0, 2000.0):
            ok(anne.post(C1, json=out(kg=kg, paper_number=f"BL-{kg}")), 201)
        every = ok(anne.get(C1))
        assert [row["kind"] for row in every] == ["out", "out", "in", "opening"]
        assert [row["kg"] for row in every] == [-2000, -1000, 27_880, 800_000]
        assert (every[2]["load_id"] is not None, every[3]["by"]) == (True, None)
        first = ok(anne.get(C1, params={"limit": 3}))
        rest = ok(anne.get(C1, params={"limit": 3, "before": first[-1]["seq"]}))
        assert first + rest == every
        assert ok(anne.get(C1, params={"before": every[-1]["seq"]})) == []
        problem(anne.get("/cells/c9/movements"), 404, "unknown_cell")
        for wrong in ({"limit": 0}, {"limit": 501}, {"before": 0}):
            problem(anne.get(C1, params=wrong), 422, "not_valid")


def test_a_movement_that_says_too_little_or_nonsense_is_not_valid(still: Counter) -> None:
    wrong: list[dict[str, Any]] = [
        {}, {"kind": "out"}, out(kg=0.0), out(kg=-1.0), out(reason=" "), out(kind="in"), out(to_cell="c5"),
        out(weighings=["one"]), out(regime="lent"), {"kind": "transfer", "kg": 1.0, "reason": "x"},
        {"kind": "correction", "kg": -1.0, "reason": "x"},
    ]  # fmt: skip
    with still.client("marc") as marc:
        for body in wrong:
            problem(marc.post(C1, json=body), 422, "not_valid")
        assert len(ok(marc.get(C1))) == 1


def test_what_persons_entered_of_all_cells_is_listed_newest_first(counter: Counter) -> None:
    with counter.client() as anne, counter.client("marc") as marc:
        counter.silo.receive("AA-111-AA")  # what comes with a ticket is not entered here
        ok(anne.post(C1, json=out()), 201)
        both = ok(
            anne.post(C1, json={"kind": "transfer", "to_cell": "c5", "kg": 50_000.0, "reason": "room"}), 201
        )
        ok(
            marc.post(
                "/cells/c5/movements",
                json={"kind": "correction", "kg": 40_000.0, "reason": "count", "despite_kg": 40_000.0},
            ),
            201,
        )
        answer = anne.get("/movements", params={"limit": 2})
        assert [(row["kind"], row["cell"], row["kg"]) for row in ok(answer)] == [
            ("correction", "c5", -10_000), ("transfer", "c1", -50_000),
        ]  # fmt: skip
        assert ok(answer)[1] == both[0]
        (last,) = ok(anne.get("/movements", params={"after": answer.headers["Silo-Next"]}))
        assert (last["kind"], last["by"], last["paper_number"]) == ("out", "Anne", "BL-7")


def test_a_cell_names_where_its_grain_may_go_without_a_manager(counter: Counter) -> None:
    with counter.client() as anne:
        cells = {cell["id"]: cell for cell in ok(anne.get("/cells"))}
        for source in cells.values():
            for target in cells:
                body = {"kind": "transfer", "to_cell": target, "kg": 1.0, "reason": "room"}
                answer = anne.post(f"/cells/{source['id']}/movements", json={**body, "despite_kg": 1.0})
                assert (answer.status_code == 201) == (target in source["blends_into"]), (source, target)
        assert "c5" in cells["c1"]["blends_into"]
        assert "c3" not in cells["c1"]["blends_into"]
