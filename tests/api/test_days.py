"""A day is closed over HTTP: what does not agree is named in words, and who signs has a name."""

from dataclasses import replace

from tests.api.rig import Counter, ok, problem


def test_a_day_is_looked_at_explained_and_closed(counter: Counter) -> None:
    silo = counter.silo
    silo.receive("AB-101-CD")
    visit = silo.arrive("AB-102-CD")
    with counter.client() as anne, counter.client("admin") as admin, counter.client("anne", "fr") as french:
        sheet = ok(anne.get("/days/sheet"))
        assert (sheet["day"], sheet["closed_at"]) == ("2026-07-20", None)
        assert sheet["findings"][0]["message"].startswith("AB-102-CD is still on site, since ")
        assert sheet["owners"][0]["name"] == "EARL Dupont"
        assert "sur site" in ok(french.get("/days/sheet"))["findings"][0]["message"]
        body = {"day": sheet["day"], "said": {}}
        problem(admin.post("/days/close", json=body), 403, "not_allowed")
        no = problem(anne.post("/days/close", json=body), 409, "day_unexplained")
        assert no["params"]["keys"] == [f"visit {visit.id}"]
        signed = ok(anne.post("/days/close", json=body | {"said": {f"visit {visit.id}": "broken down"}}))
        assert (signed["closed_by"], signed["findings"][0]["reason"]) == ("Anne", "broken down")
        problem(anne.post("/days/close", json=body), 409, "day_closed")
        assert ok(anne.get("/days/closings/2026-07-20")) == signed
        assert [one["sha256"] for one in ok(admin.get("/days/closings"))] == [signed["sha256"]]
        problem(anne.get("/days/closings/2026-07-19"), 404, "unknown_day")


def test_a_station_that_only_observes_says_so_and_how_often_it_agrees(counter: Counter) -> None:
    silo = counter.silo
    counter.app.state.context = replace(counter.context(), desk=replace(silo.desk, observes=True))
    silo.desk = replace(silo.desk, observes=True)
    silo.receive("AB-101-CD")
    silo.receive("AB-102-CD")
    with counter.client() as anne:
        assert ok(anne.get("/site"))["observes"] is True
        (row,) = ok(anne.get("/observed"))
        assert (row["species"], row["cell"], row["loads"], row["agreed"]) == ("soft_wheat", "c1", 2, 2)
        assert (round(row["low"], 2), row["high"]) == (0.16, 1.0)
        assert ok(anne.get("/tickets")) == []
        assert [one["outcome"] for one in ok(anne.get("/loads"))] == ["observed", "observed"]
