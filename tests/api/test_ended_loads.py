"""The loads that have their outcome: newest first, with who decided and why."""

from sqlmodel import select

from station.receival.arrivals.visits import NewLoad
from station.receival.bridge.weighings import confirm
from station.receival.deciding import decisions
from station.receival.storage.tippings import Tipped
from station.store.tables import Decision
from tests.api.rig import Counter, ok


def test_every_outcome_stands_in_the_list_with_who_and_why(counter: Counter) -> None:
    silo = counter.silo
    ticketed = silo.receive("AA-111-AA").tickets[0]
    silo.arrive("EE-555-EE")
    with counter.client() as anne:
        for plate, end in (("BB-222-BB", "refuse"), ("CC-333-CC", "leave")):
            (load,) = silo.loads(silo.arrive(plate))
            ok(anne.post(f"/loads/{load.id}/{end}", json={"reason": "too wet"}))
        cancelled = silo.arrive("DD-444-DD", NewLoad("barley"))
        ok(anne.post(f"/visits/{cancelled.id}/cancel", json={"reason": "entered twice"}))
        rows = ok(anne.get("/loads"))
        assert [(row["plate"], row["outcome"], row["by"], row["reason"]) for row in rows] == [
            ("DD-444-DD", "cancelled", "Anne", "entered twice"),
            ("CC-333-CC", "left", "Anne", "too wet"),
            ("BB-222-BB", "refused", "Anne", "too wet"),
            ("AA-111-AA", "ticketed", "anne", ""),
        ]
        assert [(row["ticket"], row["net_kg"], row["cell"]) for row in rows[2:]] == [
            (None, None, None), (ticketed.number, 27_880, "c1"),
        ]  # fmt: skip
        assert rows[0]["species"] == "barley"
        one = ok(anne.get(f"/loads/{rows[2]['id']}"))
        assert (one["outcome_by"], one["outcome_at"]) == ("Anne", rows[2]["at"])


def test_an_override_says_its_reason(counter: Counter) -> None:
    silo = counter.silo
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0], "c5", "p1")
    silo.confirm(15_240, visit, "last")
    with counter.client() as anne:
        (row,) = ok(anne.get("/loads"))
        assert (row["cell"], row["reason"]) == ("c5", "pit blocked")


def test_grain_that_was_tipped_elsewhere_stands_where_it_went(counter: Counter) -> None:
    silo = counter.silo
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    silo.decide(load)
    weighing = silo.weigh(15_240)
    tipped = {load.id: [Tipped("p1", "c5", 1.0)]}
    confirm(silo.desk, weighing.id, visit.id, "last", silo.by, silo.clock(), tipped=tipped)
    with counter.client() as anne:
        (row,) = ok(anne.get("/loads"))
        assert row["cell"] == "c5"


def test_a_second_person_who_approved_is_named(counter: Counter) -> None:
    silo = counter.silo
    silo.receive("AA-111-AA")
    with silo.desk.ledger.write() as tx:
        decision = tx.exec(select(Decision)).one()
        decision.approved_by = silo.by.id
        tx.add(decision)
    with counter.client() as anne:
        (row,) = ok(anne.get("/loads"))
        assert row["approved_by"] == row["by"] == "anne"


def test_since_leaves_out_what_ended_before_and_what_is_taken_back(counter: Counter) -> None:
    silo = counter.silo
    silo.receive("AA-111-AA")
    silo.clock.pass_(hours=1)
    (load,) = silo.loads(silo.arrive("BB-222-BB"))
    since = silo.clock()
    decisions.refuse(silo.desk, load.id, "too wet", silo.by, silo.clock())
    with counter.client() as anne:
        asked = {"since": since.isoformat()}
        assert [row["plate"] for row in ok(anne.get("/loads", params=asked))] == ["BB-222-BB"]
        ok(anne.post(f"/loads/{load.id}/take-back"))
        assert ok(anne.get("/loads", params=asked)) == []
        assert [row["plate"] for row in ok(anne.get("/loads"))] == ["AA-111-AA"]
