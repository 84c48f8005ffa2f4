"""Over HTTP a named person answers what headquarters asks to correct."""

import pytest

from station.acts.desk import Actor
from station.receival.arrivals import asked_corrections
from station.receival.arrivals.asked_corrections import Asked
from station.receival.arrivals.visits import NewLoad
from station.receival.masters import reference_data
from station.receival.masters.reference_data import KnownVariety
from tests.api.rig import Counter, ok, problem

HEADQUARTERS = Actor("headquarters", "headquarters")
REQUESTS = "/correction-requests"


@pytest.fixture
def load(counter: Counter) -> str:
    """A load that headquarters asks twice to correct."""
    silo = counter.silo
    (row,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))
    for id_, plate in (("r1", "AB-125-CD"), ("r2", "AB-126-CD")):
        asked = Asked(id_, row.id, "plate", "AB-123-CD", plate, "the slip says so")
        asked_corrections.note(silo.desk, asked, 1, HEADQUARTERS, silo.clock())
    return row.id


def test_a_person_accepts_one_and_the_other_crosses(counter: Counter, load: str) -> None:
    with counter.client(language="fr") as anne:
        assert [(row["id"], row["now"]) for row in ok(anne.get(REQUESTS))] == [
            ("r2", "AB-123-CD"), ("r1", "AB-123-CD"),
        ]  # fmt: skip
        row = ok(anne.post(f"{REQUESTS}/r1/accept", json={"note": "seen"}))
        assert (row["state"], row["answered_by"], row["now"]) == ("accepted", "Anne", "AB-125-CD")
        (other,) = ok(anne.get(REQUESTS))
        assert (other["id"], other["crosses"]) == ("r2", True)
        problem(anne.post(f"{REQUESTS}/r2/accept", json={}), 409, "corrections_cross")
        row = ok(anne.post(f"{REQUESTS}/r2/refuse", json={"reason": "the first was right"}))
        assert (row["state"], row["answer"]) == ("refused", "the first was right")
        problem(anne.post(f"{REQUESTS}/r2/accept", json={"despite_crossing": True}), 404, "unknown_request")
        problem(anne.post(f"{REQUESTS}/r2/refuse", json={"reason": ""}), 422, "not_valid")
        assert len(ok(anne.get(REQUESTS, params={"state": "answered"}))) == 2


def test_nobody_answers_without_a_name(counter: Counter, load: str) -> None:
    with counter.client("admin") as admin:
        assert len(ok(admin.get(REQUESTS))) == 2
        problem(admin.post(f"{REQUESTS}/r1/accept", json={}), 403, "not_allowed")


def test_the_varieties_of_headquarters_are_listed(counter: Counter) -> None:
    silo = counter.silo
    varieties = [KnownVariety("v1", "soft_wheat", "Chevignon"), KnownVariety("v2", "barley", "Planet")]
    reference_data.merge(silo.desk, [], varieties, 1, HEADQUARTERS, silo.clock())
    with counter.client() as anne:
        assert [row["name"] for row in ok(anne.get("/varieties"))] == ["Chevignon", "Planet"]
        assert [row["id"] for row in ok(anne.get("/varieties", params={"species": "barley"}))] == ["v2"]
