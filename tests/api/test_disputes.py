"""Over HTTP a ticket is disputed by an operator, closed by a manager, and printed with all that is known."""

import pytest
from sqlmodel import select

from station.api.views.dispute_text import dispute_text
from station.store.tables import Load
from tests.api.rig import Counter, ok, problem

WHY = {"reason": "protein too low", "analytes": ["protein"]}


@pytest.fixture
def load(counter: Counter) -> str:
    silo = counter.silo
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        found = tx.exec(select(Load)).one().id
    with counter.client() as anne:
        kept = ok(anne.post(f"/loads/{found}/retained", json={"seal": "P7"}), 201)
        ok(anne.post(f"/retained/{kept['number']}/hand-over", json={"whom": "Labo Sud"}))
    return found


def test_a_dispute_is_opened_noted_and_closed_by_a_manager(counter: Counter, load: str) -> None:
    with counter.client() as anne:
        opened = ok(anne.post(f"/loads/{load}/disputes", json=WHY), 201)
        assert (opened["open"], opened["raised_by"], opened["by"]) == (True, "supplier", "Anne")
        problem(anne.post(f"/loads/{load}/disputes", json=WHY), 409, "dispute_open")
        one = f"/disputes/{opened['id']}"
        ok(anne.post(f"{one}/note", json={"text": "sent to Labo Sud"}))
        problem(anne.post(f"{one}/close", json={"outcome": "upheld", "reason": "agreed"}), 403, "not_allowed")
        assert [row["id"] for row in ok(anne.get("/disputes"))] == [opened["id"]]
    with counter.client("marc") as marc:
        problem(marc.post(f"{one}/close", json={"outcome": "won", "reason": "agreed"}), 422, "not_valid")
        closed = ok(marc.post(f"{one}/close", json={"outcome": "upheld", "reason": "agreed"}))
        assert [act["act"] for act in closed["acts"]] == ["opened", "noted", "closed"]
        assert {value["analyte"] for value in closed["acts"][-1]["values"]} >= {"protein", "moisture"}
        problem(marc.post(f"{one}/note", json={"text": "late"}), 409, "dispute_closed")
        assert ok(marc.get("/disputes")) == []
        assert len(ok(marc.get("/disputes", params={"state": "all"}))) == 1
        assert len(ok(marc.get(f"/loads/{load}/disputes"))) == 1
        problem(marc.get("/loads/none/disputes"), 404, "unknown_load")


def test_after_the_window_the_refusal_says_the_day(counter: Counter, load: str) -> None:
    counter.silo.clock.pass_(days=16)
    named = {"Silo-Operator": "Anne", "Silo-Pin": "2468"}  # who was signed in is no more
    with counter.client("admin", "fr", **named) as anne:
        late = problem(anne.post(f"/loads/{load}/disputes", json=WHY), 409, "too_late_to_dispute")
    assert late["title"] == "Le bon 1 pouvait être contesté jusqu'au 04/08/2026"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_paper_prints_values_decision_and_custody(counter: Counter, load: str, language: str) -> None:
    with counter.client(language=language) as anne:
        opened = ok(anne.post(f"/loads/{load}/disputes", json=WHY), 201)
        paper = ok(anne.get(f"/disputes/{opened['id']}"))
        problem(anne.get("/disputes/none"), 404, "unknown_dispute")
    assert [act["by"] for act in paper["retained"][0]["custody"]] == ["Anne"] * 3
    lines = paper["text"].splitlines()
    assert max(len(line) for line in lines) <= 78
    words = {
        "en": ("DISPUTE of ticket No. 1", "decided by anne", "handed over (Anne): Labo Sud", "seal P7"),
        "fr": ("CONTESTATION du bon n° 1", "orientation de anne", "remis (Anne) : Labo Sud", "plomb P7"),
    }
    for part in words[language]:
        assert part in paper["text"]


def test_the_paper_marks_what_the_ticket_marked() -> None:
    expired = {"code": "verification_expired", "params": {"instrument": "NIR", "until": "2026-06-01"}}
    protein = {"value": 11.2, "unit": "%", "basis": "dm", "remarks": [expired]}
    ticket = {
        "number": 1,
        "at": "2026-07-20T08:00:00+00:00",
        "on_paper": False,
        "values": {"protein": protein},
    }
    paper = {
        "ticket": ticket, "species": "soft_wheat", "raised_by": "supplier", "reason": "price", "analytes": [],
        "decision": None, "judged": {}, "values": [], "retained": [], "acts": [],
    }  # fmt: skip
    lines = dispute_text(paper, "Silo", "en").splitlines()
    at = lines.index("  protein: 11.2 % dry m.")
    assert lines[at + 1].strip() == "! NIR: its verification expired on 01/06/2026"
