"""A day is closed over HTTP: what does not agree is named in words, and who signs has a name."""

from dataclasses import replace

from sqlmodel import select

from station.runtime.live import DeviceLive
from station.store.tables import HandOver
from tests.api.rig import Counter, ok, problem
from tests.silo_rig import START


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


def test_the_list_of_the_morning_says_what_is_not_in_order_and_is_signed(counter: Counter) -> None:
    bridge = DeviceLive("b", "Bridge", "toledo", "weighbridge", "1", "tcp:x:1", "live", START, weight_kg=0.0)
    counter.live = [bridge]
    with counter.client() as anne:
        lines = {one["topic"]: one for one in ok(anne.get("/days/list"))["lines"]}
        assert {one["state"] for topic, one in lines.items() if topic != "backup"} == {"ok"}
        assert lines["bridge"]["messages"] == ["The bridge shows zero"]
        assert lines["backup"]["state"] == "asks"
        counter.live = [replace(bridge, weight_kg=40.0), replace(bridge, id="c", name="Out", state="down")]
        line = ok(anne.get("/days/list"))["lines"][0]
        assert (line["state"], len(line["messages"])) == ("failed", 2)
        no = problem(anne.post("/days/open", json={}), 409, "day_list_unexplained")
        assert no["params"]["topics"] == ["bridge", "backup"]
        waved = {"bridge": "typed today", "backup": "stick tonight"}
        signed = ok(anne.post("/days/open", json={"waved": waved}))
        assert (signed["signed_by"], signed["waved"]) == ("Anne", waved)


def test_a_shift_is_handed_over_with_what_both_have_seen(counter: Counter) -> None:
    visit = counter.silo.arrive("AB-101-CD")
    with counter.client() as anne:
        seen = ok(anne.get("/hand-over"))
        assert (seen["visits"], seen["exceptions"]) == ([visit.id], 0)
        later = counter.silo.arrive("AB-102-CD")
        body = {"comes": "Marc", "pin": "1357", "visits": seen["visits"], "note": "pit 2 is slow"}
        problem(anne.post("/hand-over", json=body), 409, "hand_over_changed")
        body["visits"] = [visit.id, later.id]
        problem(anne.post("/hand-over", json=body | {"pin": "0000"}), 401, "wrong_pin")
        signed = ok(anne.post("/hand-over", json=body))
        assert signed["person"]["name"] == "Marc"
        problem(anne.post("/hand-over", json=body), 401, "not_signed_in")
    with counter.client(**{"Silo-Person": signed["token"]}) as marc:
        assert ok(marc.get("/hand-over"))["visits"] == body["visits"]
    with counter.silo.desk.ledger.read() as tx:
        row = tx.exec(select(HandOver)).one()
    assert (row.by != row.comes, row.carried["visits"], row.note) == (True, body["visits"], "pit 2 is slow")
