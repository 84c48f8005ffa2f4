"""Over HTTP a sample is kept, handed over and destroyed, and lists say what lies where."""

from dataclasses import replace

import pytest

from station.acts.desk import Keeping
from tests.api.rig import Counter, arrival, ok, problem


@pytest.fixture
def shelf(counter: Counter) -> Counter:
    context = counter.context()
    keeping = Keeping(places=("A{01-03}",), days=30)
    counter.app.state.context = replace(context, desk=replace(context.desk, keeping=keeping))
    return counter


def test_a_load_is_kept_listed_handed_over_and_received(shelf: Counter) -> None:
    with shelf.client() as anne:
        visit = ok(anne.post("/visits", json=arrival("AB-123-CD", "S00001")), 201)
        load = visit["loads"][0]["id"]
        kept = ok(anne.post(f"/loads/{load}/retained", json={}), 201)
        assert (kept["number"], kept["place"], kept["barcode"]) == ("E00001-8", "A01", "S00001")
        assert kept["keep_until"] == "2026-08-19"
        assert problem(anne.post(f"/loads/{load}/retained", json={}), 409, "already_kept")["title"] == (
            "The sample S00001 is kept already: no. E00001-8, place A01"
        )
        (row,) = ok(anne.get("/retained"))
        assert (row["plate"], row["supplier"], row["due"]) == ("AB-123-CD", "EARL Dupont", False)
        given = ok(anne.post("/retained/e00001-8/hand-over", json={"whom": "Labo SGS"}))
        assert (given["state"], given["holder"], given["place"]) == ("out", "Labo SGS", "")
        received = ok(anne.post("/retained/E00001-8/received", json={}))
        assert [(act["kind"], act["by"]) for act in received["custody"]] == [
            ("sealed", "Anne"), ("handed_over", "Anne"), ("received", "Anne"),
        ]  # fmt: skip
        assert ok(anne.get("/retained")) == []
        assert [one["number"] for one in ok(anne.get("/retained", params={"state": "out"}))] == ["E00001-8"]


def test_what_is_due_is_destroyed_and_nothing_else(shelf: Counter) -> None:
    with shelf.client() as anne:
        for number in (1, 2):
            visit = ok(anne.post("/visits", json=arrival(f"AB-12{number}-CD", f"S0000{number}")), 201)
            ok(anne.post(f"/loads/{visit['loads'][0]['id']}/retained", json={}), 201)
        ok(anne.post("/retained/E00002-6/block", json={"reason": "contestation"}))
        body = {"numbers": ["E00001-8"]}
        problem(anne.post("/retained/destroy", json=body), 409, "kept_longer")
        shelf.silo.clock.pass_(days=31)
    with shelf.client("admin", **{"Silo-Operator": "Anne", "Silo-Pin": "2468"}) as admin:
        assert [one["number"] for one in ok(admin.get("/retained?state=due"))] == ["E00001-8"]
        both = {"numbers": ["E00001-8", "E00002-6"]}
        blocked = problem(admin.post("/retained/destroy", json=both), 409, "retained_blocked")
        assert blocked["title"] == "The retained sample E00002-6 is not to be destroyed: disputed"
        (gone,) = ok(admin.post("/retained/destroy", json=body))
        assert (gone["state"], gone["custody"][-1]["by"]) == ("destroyed", "Anne")


def test_a_list_is_answered_page_after_page(shelf: Counter) -> None:
    with shelf.client() as anne:
        for number in (1, 2, 3):
            visit = ok(anne.post("/visits", json=arrival(f"AB-12{number}-CD", f"S0000{number}")), 201)
            ok(anne.post(f"/loads/{visit['loads'][0]['id']}/retained", json={}), 201)
        first = anne.get("/retained", params={"limit": 2})
        assert [one["place"] for one in ok(first)] == ["A03", "A02"]
        after = first.headers["Silo-Next"]
        assert [one["place"] for one in ok(anne.get("/retained", params={"after": after}))] == ["A01"]
