"""What came late is for managers: they see it with its money, apply or dismiss it, and the ticket says so."""

from station.printing.ticket_text import WIDTH
from tests.api.rig import Counter, ok, problem
from tests.receival.test_revisions import only, received, reported
from tests.silo_rig import GOOD


def test_a_manager_sees_applies_and_prints_what_came_late(counter: Counter) -> None:
    silo = counter.silo
    load = received(silo)
    result = reported(silo, load, "moisture", 14.8)
    with counter.client() as anne:
        problem(anne.get("/revisions"), 403, "not_allowed")
    with counter.client("marc") as marc:
        (row,) = ok(marc.get("/revisions"))
        (cause,) = row["causes"]
        assert (cause["kind"], cause["id"]) == ("lab_result", result.id)
        assert cause["told"] == "Result of the laboratory Labo Ouest: moisture 14.8 %"
        (value,) = row["values"]
        assert (value["old"], value["new"], value["laboratory"]) == (GOOD["moisture"], 14.8, "Labo Ouest")
        assert (row["state"], row["ticket"], row["past_campaign"]) == ("proposed", 1, False)
        assert [one["cell"] for one in row["cells"]] == ["c1"]
        wanted = {"ids": [row["id"]], "reason": "laboratory holds"}
        (applied,) = ok(marc.post("/revisions/apply", json=wanted))
        assert (applied["state"], applied["correcting_ticket"], applied["ended_by"]) == ("applied", 2, "Marc")
        problem(marc.post("/revisions/dismiss", json=wanted), 409, "revision_ended")
        problem(marc.post("/revisions/apply", json={"ids": ["r"], "reason": "x"}), 404, "unknown_revision")
        text = ok(marc.get("/tickets/2"))["text"]
        assert "Cancels and replaces ticket No. 1" in " ".join(text.split())
        assert "by the laboratory Labo Ouest" in text
        assert max(map(len, text.splitlines())) <= WIDTH
        movements = ok(marc.get("/cells/c1/movements"))
        assert (movements[0]["kind"], movements[0]["kg"]) == ("revaluation", 0.0)
        assert ok(marc.get("/revisions")) == []
        assert [one["state"] for one in ok(marc.get("/revisions?state=all"))] == ["applied"]


def test_a_load_of_last_campaign_is_told(counter: Counter) -> None:
    silo = counter.silo
    load = received(silo)
    with silo.desk.ledger.write() as tx:
        load.campaign = "2019"
        tx.add(load)
    reported(silo, load, "moisture", 14.8)
    assert only(silo).campaign == "2019"
    with counter.client("marc") as marc:
        (row,) = ok(marc.get("/revisions"))
    assert row["past_campaign"]
