"""The program that books reads finished facts: in one order, each once, and again when it asks again."""

from typing import Any

import httpx2

from station.receival.deciding import decisions
from station.store import counters
from station.store.tables import Visit
from tests.api.rig import Counter, ok, problem
from tests.api.test_announced import announcement, erp
from tests.silo_rig import ANNE, Silo


def a_day(silo: Silo) -> None:
    """Two tickets, one refused, one cancelled."""
    silo.receive("AB-123-CD")
    visit = silo.arrive("CC-333-CC")
    decisions.refuse(silo.desk, silo.loads(visit)[0].id, "insects", ANNE, silo.clock())
    silo.receive("EF-456-GH")


def whole(program: httpx2.Client, limit: int, after: str = "0") -> list[dict[str, Any]]:
    """Reads as a program does: until nothing is new."""
    facts: list[dict[str, Any]] = []
    while page := ok(program.get("/feed", params={"after": after, "limit": limit})):
        facts += page["facts"]
        after = page["next"]
        if not page["facts"]:
            return facts
    return facts


def test_every_fact_comes_once_whatever_the_pages(counter: Counter) -> None:
    a_day(counter.silo)
    with counter.client("nobody", **erp(counter)) as program:
        facts = whole(program, 100)
        assert [fact["kind"] for fact in facts] == [
            "weighing", "weighing", "ticket", "outcome", "weighing", "weighing", "ticket",
        ]  # fmt: skip
        assert whole(program, 1) == whole(program, 3) == facts
        assert whole(program, 100, facts[2]["cursor"]) == facts[3:]
        assert [fact["previous"] for fact in facts] == ["0", *(fact["cursor"] for fact in facts[:-1])]
        assert len({fact["id"] for fact in facts}) == len(facts)
        problem(program.get("/feed", params={"after": "x"}), 422, "not_valid")


def test_a_ticket_says_all_that_its_paper_says(counter: Counter) -> None:
    with counter.client("nobody", **erp(counter)) as program, counter.client() as anne:
        row = ok(program.put("/erp/arrivals/A-1", json=announcement()))
        visit = ok(anne.post(f"/announced/{row['id']}/arrive", json={"barcodes": ["S1"]}), 201)
        silo = counter.silo
        [load] = silo.loads(row_of(silo, visit["id"]))
        silo.confirm(43_120, row_of(silo, visit["id"]), "first")
        silo.measure_well(row_of(silo, visit["id"]))
        silo.decide(load)
        silo.confirm(15_240, row_of(silo, visit["id"]), "last")
        facts = whole(program, 100)
    assert {fact["external_ref"] for fact in facts} == {"A-1"}
    ticket = facts[-1]["document"]
    assert (ticket["net_kg"], ticket["plate"], ticket["number"]) == (27_880, "AB-123-CD", 1)
    assert ticket["tipped"][0]["cell"] == "c1"
    assert {"protein", "moisture"} <= set(ticket["values"])
    assert [fact["weighing"]["role"] for fact in facts[:2]] == ["first", "last"]


def row_of(silo: Silo, visit_id: str) -> Any:
    with silo.desk.ledger.read() as tx:
        return tx.get_one(Visit, visit_id)


def test_a_restored_station_goes_on_behind_what_was_read_and_shows_the_hole(counter: Counter) -> None:
    silo = counter.silo
    silo.receive("AB-123-CD")
    with counter.client("nobody", **erp(counter)) as program:
        read = whole(program, 100)[-1]["cursor"]
        lost = str(int(read) + 40)  # what the program had read before the disk broke
        with silo.desk.ledger.write() as tx:
            counters.leap(tx)
        silo.receive("EF-456-GH")
        later = whole(program, 100, lost)
    assert [fact["kind"] for fact in later] == ["weighing", "weighing", "ticket"]
    assert later[0]["previous"] == read != lost
