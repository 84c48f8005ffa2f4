"""Over HTTP a manager plans cells; everybody sees the plan beside the content, and when a cell is full."""

from datetime import timedelta

from tests.api.rig import Counter, ok, problem

FILE = """Cellule;Espèce;Qualité;Engagements;Objectif, t;2026-W30;2026-S31
c4;blé tendre;;;500;120;80,5
c1;orge;;;;;
zz;;;;1;;
;;;;1;;
"""
WHY = {"why": "mid July"}


def test_a_manager_plans_a_cell_and_a_plan_against_its_content_is_refused(counter: Counter) -> None:
    with counter.client() as anne, counter.client("marc", "fr") as marc:
        body = {"target_t": 450.0, "expected": {"2026-W30": 120.0}, **WHY}
        problem(anne.post("/plan/cells/c4", json=body), 403, "not_allowed")
        line = ok(marc.post("/plan/cells/c4", json=body))
        assert (line["target_t"], line["expected_t"]) == (450, 120)
        assert (line["by"], line["why"]) == ("Marc", "mid July")
        barley = marc.post("/plan/cells/c1", json={"species": "barley", **WHY})
        assert "blé tendre" in problem(barley, 409, "cell_holds_other")["title"]
        (same,) = [one for one in ok(anne.get("/plan")) if one["cell"] == "c4"]
        assert same == line


def test_a_file_plans_many_cells_and_tells_what_it_does_not_take(counter: Counter) -> None:
    with counter.client("marc", "fr") as marc:
        tried = ok(marc.post("/plan/file", json={"text": FILE, "dry_run": True, **WHY}))
        assert not any(one["planned"] for one in ok(marc.get("/plan")))
        taken = ok(marc.post("/plan/file", json={"text": FILE, **WHY}))
        assert tried == taken
        assert taken["cells"] == ["c4"]
        assert [(one["line"], one["code"]) for one in taken["errors"]] == [
            (3, "cell_holds_other"), (4, "unknown_cell"), (5, "field_empty"),
        ]  # fmt: skip
        assert taken["errors"][0]["message"].startswith("ligne 3 : la cellule C1 contient")
        (line,) = [one for one in ok(marc.get("/plan")) if one["cell"] == "c4"]
        assert (line["target_t"], line["expected"]) == (500, {"2026-W30": 120, "2026-W31": 80.5})


def test_a_cell_says_when_it_is_full_at_the_pace_of_the_last_hours(counter: Counter) -> None:
    silo = counter.silo
    with counter.client() as anne:
        for number in range(3):
            assert cell(ok(anne.get("/cells")))["full_at"] is None, "two loads make no pace"
            silo.receive(f"AB-10{number}-CD")
            silo.clock.pass_(minutes=20)
        shown = cell(ok(anne.get("/cells")))
        line = cell(ok(anne.get("/plan")), "cell")
    assert shown["full_at"][:16] == line["full_at"][:16]
    assert line["arrived_t"] == 83.64
    hours = line["room_t"] / line["pace_t_h"]
    assert timedelta(hours=hours) < timedelta(hours=3)
    assert 40 < line["pace_t_h"] < 60


def cell(rows: list[dict[str, object]], name: str = "id") -> dict:  # type: ignore[type-arg]
    return next(one for one in rows if one[name] == "c1")
