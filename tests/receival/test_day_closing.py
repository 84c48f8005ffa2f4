"""A day is closed in its order: all agrees to the kilogram, or a person says why."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid, Refusal
from station.grain.loadweight import owners_kg
from station.receival.arrivals import on_paper
from station.receival.arrivals.paper_pad import Pad, Read, close_from_pad
from station.receival.arrivals.visits import NewLoad
from station.receival.days import day_closing
from station.receival.storage.tipped_elsewhere import correct_tipping
from station.receival.storage.tippings import Tipped
from station.store import counters
from station.store.ids import new_id
from station.store.tables import CellMovement, DayClosing, Load, Ticket
from tests.receival.test_on_paper import open_load
from tests.silo_rig import ANNE, Silo

DAY = date(2026, 7, 20)


def sheet(silo: Silo, day: date = DAY) -> dict[str, Any]:
    with silo.desk.ledger.read() as tx:
        return day_closing.sheet(tx, silo.desk, day)


def close(silo: Silo, day: date = DAY, reason: str = "looked at") -> DayClosing:
    said = {one["key"]: reason for one in sheet(silo, day)["findings"]}
    return day_closing.close_day(silo.desk, day, said, ANNE, silo.clock())


def codes(silo: Silo, day: date = DAY) -> list[str]:
    return [one["code"] for one in sheet(silo, day)["findings"]]


def refused(act: Any, kind: type[Refusal]) -> Refusal:
    with pytest.raises(kind) as found:
        act()
    return found.value


def next_morning(silo: Silo) -> date:
    silo.clock.pass_(days=1)
    return silo.desk.policy.collecting_day(silo.clock.now)


def test_a_day_without_a_fault_closes_with_what_came_in(silo: Silo) -> None:
    silo.receive("AB-101-CD")
    silo.clock.pass_(minutes=12)
    silo.receive("AB-102-CD", 40_000, 14_000)
    row = close(silo)
    said = row.document
    assert said["findings"] == []
    assert [(one["outcome"], one["loads"], one["ticket_kg"], one["moved_kg"]) for one in said["tonnes"]] == [
        ("ticketed", 2, 53_880, 53_880)
    ]
    assert [one["kg"] for one in said["owners"]] == [53_880]
    (cell,) = [one for one in said["cells"] if one["brought"]]
    assert cell["brought"] == {"soft_wheat": 53_880}
    (numbers,) = said["numbers"]
    assert (numbers["after"], numbers["last"], numbers["issued"], numbers["missing"]) == (0, 2, 2, [])
    assert said["minutes"]["trucks"] == 2
    assert row.sha256 == day_closing.digest(said)


def test_an_open_visit_asks_for_its_reason_and_is_carried_over(silo: Silo) -> None:
    visit = silo.arrive("AB-103-CD")
    no = refused(lambda: day_closing.close_day(silo.desk, DAY, {}, ANNE, silo.clock()), Conflict)
    assert (no.code, no.params["keys"]) == (Fault.DAY_UNEXPLAINED, [f"visit {visit.id}"])
    row = close(silo, reason="sleeps in the yard")
    (finding,) = row.document["findings"]
    assert (finding["code"], finding["params"]["plate"]) == ("visit_open", "AB-103-CD")
    assert finding["reason"] == "sleeps in the yard"
    assert codes(silo, next_morning(silo)) == ["visit_open"], "it is asked about until it ends"


def test_a_missing_number_is_named_and_one_on_paper_is_none(silo: Silo) -> None:
    silo.receive("AB-101-CD")
    name = counters.of_tickets(silo.desk.policy.site, silo.desk.policy.campaign)
    with silo.desk.ledger.write() as tx:
        counters.draw(tx, name, 4)
        load = tx.exec(select(Load)).one()
        tx.add(
            Load(**load.model_dump(exclude={"id", "seq", "position", "outcome", "outcome_reason"}),
                 id=new_id(silo.clock()), position=2, outcome="on_paper", outcome_reason="3")
        )  # fmt: skip
    silo.receive("AB-102-CD")
    (numbers,) = sheet(silo)["numbers"]
    assert (numbers["on_paper"], numbers["missing"]) == ([3], [[2, 2], [4, 5]])
    assert codes(silo) == ["number_missing", "numbers_missing"]
    close(silo)
    day = next_morning(silo)
    silo.receive("AB-104-CD")
    assert codes(silo, day) == [], "a gap is explained once"


def test_a_ticket_that_is_not_what_moved_or_was_weighed_is_found(silo: Silo) -> None:
    silo.receive("AB-101-CD")
    with silo.desk.ledger.write() as tx:
        ticket = tx.exec(select(Ticket)).one()
        ticket.net_kg += 1
        tx.add(ticket)
    first, second = sheet(silo)["findings"]
    assert (first["code"], first["params"]["net_kg"], first["params"]["moved_kg"]) == (
        "ticket_not_moved", 27_881, 27_880,
    )  # fmt: skip
    assert (second["code"], second["params"]["weighed_kg"]) == ("ticket_not_weighed", 27_880)


def test_a_cells_book_goes_on_from_the_closing_before(silo: Silo) -> None:
    silo.receive("AB-101-CD")
    close(silo)
    day = next_morning(silo)
    silo.receive("AB-102-CD")
    assert codes(silo, day) == []
    with silo.desk.ledger.write() as tx:
        row = tx.exec(select(CellMovement).where(CellMovement.kind == "in")).all()[-1]
        row.content_kg -= 2
        tx.add(row)
    (finding,) = sheet(silo, day)["findings"]
    assert finding["code"] == "cell_not_reckoned"
    assert finding["params"]["reckoned_kg"] - finding["params"]["content_kg"] == 2


def test_days_are_closed_in_order_and_once(silo: Silo) -> None:
    silo.receive("AB-101-CD")
    future = refused(lambda: close(silo, DAY + timedelta(days=1)), Invalid)
    assert future.code is Fault.DAY_NOT_BEGUN
    close(silo)
    assert refused(lambda: close(silo), Conflict).code is Fault.DAY_CLOSED
    second = next_morning(silo)
    silo.receive("AB-102-CD")
    third = next_morning(silo)
    before = refused(lambda: close(silo, third), Conflict)
    assert (before.code, before.params["until"]) == (Fault.DAY_BEFORE_OPEN, second.isoformat())
    with silo.desk.ledger.read() as tx:
        assert day_closing.next_day(tx, silo.desk.policy, silo.clock()) == second
    close(silo, second)
    close(silo, third)


def test_what_is_recorded_of_a_closed_day_stands_in_the_next_closing(silo: Silo) -> None:
    first = silo.receive("AB-101-CD").tickets[0]
    close(silo)
    silo.receive("AB-102-CD")  # after the closing, before the day's end
    day = next_morning(silo)
    with silo.desk.ledger.write() as tx:
        before = tx.get_one(Ticket, first.id)
        before.current = False
        tx.add(before)
        copied = before.model_dump(exclude={"id", "seq", "external_source", "external_ref"})
        at = silo.clock()
        number = counters.draw(tx, counters.of_tickets(before.site, before.campaign))
        tx.add(Ticket(**copied | {"number": number, "corrects_id": before.id, "at": at, "current": True,
                                  "net_kg": before.net_kg - 40}, id=new_id(at)))  # fmt: skip
    said = sheet(silo, day)
    assert [(one["what"], one["day"], one["kg"]) for one in said["late"]] == [
        ("ticket", "2026-07-20", 27_880),
        ("corrected", "2026-07-20", -40),
        ("in", "2026-07-20", 27_880),
    ]
    assert said["findings"] == []
    assert said["numbers"][0]["issued"] == 2, "no number is lost between two days"


def test_a_vehicle_that_was_weighed_in_parts_is_what_its_parts_are_together(silo: Silo) -> None:
    visit = silo.arrive("AB-101-CD", trailer="EF-456-GH")
    silo.confirm(20_120, visit, "first", part="uncoupled")
    silo.confirm(23_000, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    silo.confirm(8_240, visit, "last", part="uncoupled")
    (ticket,) = silo.confirm(7_000, visit, "last").tickets
    assert sheet(silo)["findings"] == []
    with silo.desk.ledger.write() as tx:
        row = tx.get_one(Ticket, ticket.id)
        row.net_kg += 1
        tx.add(row)
    assert sheet(silo)["findings"][1]["params"]["weighed_kg"] == 27_880


def from_the_pad(silo: Silo, at: datetime, number: str = "P-7") -> Ticket:
    """A load of another day that is entered now."""
    (load,) = silo.loads(silo.arrive("PA-101-PE"))
    pad = Pad(
        number, Read(15_240, at + timedelta(minutes=9)), Read(43_120, at), (Tipped("p1", "c1", share=1.0),)
    )
    ticket = close_from_pad(silo.desk, load.id, pad, ANNE, silo.clock())
    assert ticket is not None
    return ticket


def test_a_load_of_the_pad_stands_with_its_day_or_as_late(silo: Silo) -> None:
    silo.receive("AB-101-CD")
    first = silo.clock.now
    day = next_morning(silo)
    from_the_pad(silo, first)
    silo.receive("AB-102-CD")
    said = sheet(silo)
    assert (said["tonnes"][0]["ticket_kg"], said["findings"]) == (55_760, [])
    assert said["numbers"][0]["issued"] == 1, "its number was drawn the day after"
    assert sheet(silo, day)["numbers"][0]["missing"] == [], "also where no day was closed before"
    close(silo)
    from_the_pad(silo, first + timedelta(hours=1), "P-8")
    said = sheet(silo, day)
    assert [(one["what"], one["day"], one["kg"]) for one in said["late"]] == [
        ("ticket", "2026-07-20", 27_880), ("in", "2026-07-20", 27_880),
    ]  # fmt: skip
    assert (said["numbers"][0]["issued"], said["findings"]) == (3, [])


def test_a_ticket_that_corrects_one_of_before_leaves_no_gap_at_a_first_closing(silo: Silo) -> None:
    first = silo.receive("AB-101-CD").tickets[0]
    day = next_morning(silo)
    silo.receive("AB-102-CD")
    correct_tipping(
        silo.desk, first.load_id, (Tipped("p2", "c5", share=1.0),), "cell full", ANNE, silo.clock()
    )
    silo.receive("AB-103-CD")
    said = sheet(silo, day)
    assert (said["numbers"][0]["issued"], said["findings"]) == (3, [])


def test_loads_of_several_owners_add_up(silo: Silo) -> None:
    thirds = (("EARL A", 1 / 3), ("EARL B", 1 / 3), ("EARL C", 1 / 3))
    visit = silo.arrive("AB-101-CD", NewLoad("soft_wheat", owners=thirds, barcode="S90001"))
    silo.confirm(43_121, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    silo.confirm(15_240, visit, "last")
    owned = sheet(silo)["owners"]
    assert len(owned) == 3
    assert sum(one["kg"] for one in owned) == 27_881
    assert all(one["kg"] == round(one["kg"]) for one in owned)


def test_a_load_that_was_closed_on_paper_is_its_owners_too(silo: Silo) -> None:
    on_paper.close_on_paper(silo.desk, open_load(silo).id, "7", 27_880, None, ANNE, silo.clock())
    assert [one["kg"] for one in sheet(silo)["owners"]] == [27_880]


@given(kg=st.integers(1, 60_000), parts=st.lists(st.integers(1, 99), min_size=1, max_size=6))
def test_whole_kilograms_are_split_without_a_rest(kg: int, parts: list[int]) -> None:
    found = owners_kg(kg, {str(at): part / sum(parts) for at, part in enumerate(parts)})
    assert sum(found.values()) == kg
    assert all(part >= 0 and part == round(part) for part in found.values())
