"""What a form asks is asked everywhere alike, and answered before the decision or the ticket."""

import json
from pathlib import Path
from typing import Any

from sqlmodel import select

from station.acts.desk import Actor
from station.export.records import record
from station.receival.arrivals import forms
from station.runtime.sent_forms import Forms
from station.store.tables import DownDocument, FormAnswer
from tests.api.rig import JPEG, Counter, accept, ok, problem, upload
from tests.silo_rig import MARC, START

EXAMPLE = (Path(__file__).parents[2] / "examples/form.json").read_text(encoding="utf-8")
ANSWERS = {"rain": "none", "stored_at_farm": False}


def example(**over: Any) -> str:
    return json.dumps({**json.loads(EXAMPLE), **over})


def install(counter: Counter, text: str = EXAMPLE) -> str:
    """Its SHA-256."""
    return forms.install(counter.silo.desk, text, MARC, "harvest", counter.silo.clock()).sha256


def weighed(counter: Counter) -> str:
    silo = counter.silo
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    return silo.loads(visit)[0].id


def test_a_manager_installs_a_form_and_it_is_asked_at_once(counter: Counter) -> None:
    load = weighed(counter)
    with counter.client("marc", "fr") as marc, counter.client() as anne:
        assert ok(anne.get(f"/loads/{load}"))["questions"] == []
        problem(anne.post("/forms", json={"content": EXAMPLE, "why": "x"}), 403, "not_allowed")
        made = ok(marc.post("/forms", json={"content": EXAMPLE, "why": "moisson"}), 201)
        assert (made["name"], made["title"], len(made["questions"])) == ("reception", "Réception", 6)
        asked = [one["code"] for one in ok(anne.get(f"/loads/{load}"))["questions"] if one["asked"]]
        assert asked == ["rain", "stored_at_farm", "field"]
        problem(marc.post("/forms", json={"content": EXAMPLE, "why": "x"}), 409, "form_installed")
        changed = example(required=[])
        problem(marc.post("/forms", json={"content": changed, "why": "x"}), 409, "form_version_used")
        wrong = problem(
            marc.post("/forms", json={"content": example(before="lunch"), "why": "x"}), 422, "form_wrong"
        )
        assert "before" in wrong["title"]
        ok(marc.post("/forms/withdraw", json={"name": "reception", "why": "over"}), 204)
        assert ok(anne.get("/forms")) == []
        problem(marc.post("/forms/withdraw", json={"name": "reception", "why": "over"}), 404, "unknown_form")


def test_nothing_is_decided_before_what_must_be_answered_is(counter: Counter) -> None:
    load, form = weighed(counter), install(counter)
    with counter.client() as anne:
        proposal = ok(anne.get(f"/loads/{load}"))["proposal"]
        choice = {"proposal_id": proposal["id"], "cell": proposal["cell"], "pit": proposal["pit"]}
        refused = problem(anne.post(f"/loads/{load}/decision", json=choice), 409, "answers_missing")
        assert refused["params"]["questions"] == ["rain", "stored_at_farm"]
        body = {"form": form, "answers": {"rain": "heavy", "stored_at_farm": False}}
        rows = ok(anne.post(f"/loads/{load}/answers", json=body))
        assert [
            one["code"] for one in rows if one["asked"] and one["required"] and one["answer"] is None
        ] == ["hours_since_rain"]
        assert {one["code"]: (one["text"], one["by"]) for one in rows}["rain"] == ("heavy", "Anne")
        problem(anne.post(f"/loads/{load}/decision", json=choice), 409, "answers_missing")
        ok(anne.post(f"/loads/{load}/answers", json={"form": form, "answers": {"rain": "none"}}))
        accept(anne, load)


def test_a_form_for_the_ticket_lets_the_truck_tip_first(counter: Counter) -> None:
    load, form = weighed(counter), install(counter, example(before="ticket"))
    with counter.client() as anne:
        accept(anne, load)
        counter.silo.weigh(15_240)
        (weighing,) = ok(anne.get("/weighings", params={"state": "offered"}))
        chosen = weighing["preselected"]
        body = {"visit_id": chosen["visit_id"], "role": "last", "load_ids": [load]}
        problem(anne.post(f"/weighings/{weighing['id']}/confirm", json=body), 409, "answers_missing")
        ok(anne.post(f"/loads/{load}/answers", json={"form": form, "answers": ANSWERS}))
        assert len(ok(anne.post(f"/weighings/{weighing['id']}/confirm", json=body))["tickets"]) == 1


def test_answers_keep_the_version_that_was_asked(counter: Counter) -> None:
    load, first = weighed(counter), install(counter)
    told = json.loads(EXAMPLE)
    told["properties"]["rain"]["oneOf"] = told["properties"]["rain"]["oneOf"][:1]
    del told["properties"]["hours_since_rain"]["asked_if"]  # which no answer meets any more
    second = install(counter, json.dumps({**told, "version": 2}))
    with counter.client() as anne:
        ok(anne.post(f"/loads/{load}/answers", json={"form": first, "answers": {**ANSWERS, "rain": "some"}}))
        rows = ok(anne.get(f"/loads/{load}"))["questions"]
        kept = {one["code"]: one["answer"] for one in rows if one["answer"] is not None}
        assert kept == {"stored_at_farm": False}  # “some” is no answer any more
        assert {one["form"] for one in rows} == {second}
        wrong = {"form": second, "answers": {"rain": "some"}}
        problem(anne.post(f"/loads/{load}/answers", json=wrong), 422, "answer_wrong")
        problem(
            anne.post(f"/loads/{load}/answers", json={"form": "0" * 64, "answers": {}}), 404, "unknown_form"
        )
        ok(anne.post(f"/loads/{load}/answers", json={"form": second, "answers": {"stored_at_farm": None}}))
        assert not [one for one in ok(anne.get(f"/loads/{load}"))["questions"] if one["answer"] is not None]
    with counter.silo.desk.ledger.read() as tx:
        assert [row.version for row in tx.exec(select(FormAnswer)).all()] == [1, 2]


def test_a_phone_answers_with_its_photos_once(counter: Counter) -> None:
    load, form = weighed(counter), install(counter)
    answered = [{"load_id": load, "form": form, "answers": {**ANSWERS, "field": "Le Clos"}}]
    sent = json.dumps({"barcode": "S00000", "answers": answered})
    with counter.client("phone", "fr") as phone:
        assert [one["name"] for one in ok(phone.get("/phones/page"))["forms"]] == ["reception"]
        id_ = ok(upload(phone, JPEG, form=sent), 201)["id"]
        ok(upload(phone, JPEG, form=sent, id_=id_), 200)
        wrong = json.dumps({"answers": [{"load_id": load, "form": form, "answers": {"rain": "hail"}}]})
        problem(upload(phone, JPEG, form=wrong), 422, "answer_wrong")
        problem(upload(phone, JPEG, form='{"answers": 7}'), 422, "not_valid")
    with counter.client() as anne:
        rows = ok(anne.get(f"/loads/{load}"))["questions"]
        accept(anne, load)
    assert {one["code"]: (one["answer"], one["by"]) for one in rows if one["answer"] is not None} == {
        "rain": ("none", "phone 1"), "stored_at_farm": (False, "phone 1"), "field": ("Le Clos", "phone 1"),
    }  # fmt: skip
    with counter.silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(FormAnswer)).all()) == 1


def test_a_dataset_has_the_answers_but_no_free_word(counter: Counter) -> None:
    load, form = weighed(counter), install(counter)
    with counter.client("phone") as phone:
        answered = [{"load_id": load, "form": form, "answers": {**ANSWERS, "field": "chez Dupont"}}]
        sent = json.dumps({"barcode": "S00000", "answers": answered})
        id_ = ok(upload(phone, JPEG, form=sent), 201)["id"]
    with counter.silo.desk.ledger.read() as tx:
        told = record(tx, id_)
    assert told is not None
    assert told["answers"] == {"reception": {"version": 1, "answers": ANSWERS}}
    assert "Dupont" not in json.dumps(told)


def test_headquarters_sends_a_form_down_and_takes_it_back(counter: Counter) -> None:
    desk = counter.silo.desk
    sent = DownDocument(
        number=1, kind="form", name="reception", sha256="", size=0, by="Chef", more={"why": "harvest"},
        state="verified", heard_at=START, state_at=START,
    )  # fmt: skip
    taker = Forms(desk, Actor("headquarters", "headquarters"))
    for _ in range(2):  # the same again is no news
        taker.take(sent, EXAMPLE.encode(), counter.silo.clock())
    with counter.client() as anne:
        (held,) = ok(anne.get("/forms"))
        assert (held["version"], held["why"]) == (1, "harvest")
        taker.take(sent, example(version=2).encode(), counter.silo.clock())
        taker.take(sent, EXAMPLE.encode(), counter.silo.clock())  # headquarters goes back to it
        (held,) = ok(anne.get("/forms"))
        assert held["version"] == 1
        sent.more = {"withdraws": held["sha256"], "why": "over"}
        taker.take(sent, b"", counter.silo.clock())
        assert ok(anne.get("/forms")) == []
