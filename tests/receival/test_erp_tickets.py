"""The program of the co-operative gives tickets their numbers; no truck waits for one."""

from dataclasses import replace

import pytest
from sqlmodel import select

from station.acts.desk import Actor, Masters
from station.acts.refusals import Conflict, Fault, Invalid, Refusal
from station.printing.ticket_text import ticket_text
from station.receival.arrivals import visits
from station.receival.arrivals.announcing import Announcement, Seen, announce, confirm_arrival
from station.receival.days.day_closing import sheet
from station.receival.deciding import decisions
from station.receival.papers.erp_numbers import completed
from station.receival.papers.erp_tickets import Issued, take_number
from station.receival.storage import tipped_elsewhere
from station.receival.storage.tippings import Tipped
from station.store.tables import AnnouncedArrival, ErpTicket, Load, Ticket, Visit
from tests.silo_rig import Silo

PROGRAM = Actor("erp", "ERP")


@pytest.fixture
def numbered(silo: Silo) -> Silo:
    silo.desk = replace(silo.desk, masters=Masters(ticket_number="erp"))
    return silo


def announced(silo: Silo, ref: str, *numbers: str, plate: str = "AB-123-CD", loads: int = 1) -> None:
    wanted = tuple(visits.NewLoad("soft_wheat") for _ in range(loads))
    arrival = visits.Arrival(plate, "EARL Dupont", wanted)
    announce(silo.desk, ref, Announcement(arrival, ticket_numbers=numbers), PROGRAM, silo.clock())


def comes(silo: Silo, ref: str) -> Visit:
    with silo.desk.ledger.read() as tx:
        row = tx.exec(select(AnnouncedArrival).where(AnnouncedArrival.external_ref == ref)).one()
    seen = Seen(barcodes=[f"{ref[2:]}{place}" for place in (1, 2)])
    return confirm_arrival(silo.desk, row.id, seen, silo.by, silo.clock())


def weighed(silo: Silo, visit: Visit) -> Ticket:
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    is_shared = len(silo.loads(visit)) > 1  # by equal parts, of which a person is asked
    [ticket, *_] = silo.confirm(15_240, visit, "last", despite_remarks=is_shared).tickets
    return ticket


def say(silo: Silo, number: str, **named: object) -> str:
    return take_number(silo.desk, Issued(number, **named), PROGRAM, silo.clock())[1]  # type: ignore[arg-type]


def refused(silo: Silo, number: str, **named: object) -> Fault:
    with pytest.raises(Refusal) as told:
        say(silo, number, **named)
    return told.value.code


def document(silo: Silo, ticket: Ticket) -> dict[str, object]:
    with silo.desk.ledger.read() as tx:
        return dict(completed(tx, tx.get_one(Ticket, ticket.id)))


def found(silo: Silo) -> list[tuple[str, object]]:
    with silo.desk.ledger.read() as tx:
        told = sheet(tx, silo.desk, silo.desk.policy.collecting_day(silo.clock.now))["findings"]
    return [(one["code"], one["params"]["number"]) for one in told if one["code"].startswith("erp_")]


def text(silo: Silo, ticket: Ticket, language: str = "en") -> str:
    return ticket_text(document(silo, ticket), language)


def test_a_number_that_came_with_the_announcement_is_on_the_ticket_at_once(numbered: Silo) -> None:
    announced(numbered, "E-1", "BA-17")
    ticket = weighed(numbered, comes(numbered, "E-1"))
    assert (ticket.document["erp_number"], ticket.number) == ("BA-17", 1)
    said = text(numbered, ticket)
    assert "DELIVERY TICKET No. BA-17" in said
    assert "PROVISIONAL" not in said
    assert say(numbered, "BA-17", ref="E-1") == "unchanged"
    assert found(numbered) == []


def test_without_a_number_the_truck_goes_and_the_ticket_is_completed_by_a_row(numbered: Silo) -> None:
    announced(numbered, "E-1")
    ticket = weighed(numbered, comes(numbered, "E-1"))
    assert "PROVISIONAL DELIVERY TICKET" in text(numbered, ticket)
    assert "BON D'APPORT PROVISOIRE" in text(numbered, ticket, "fr")
    assert found(numbered) == [("erp_number_awaited", 1)]
    assert say(numbered, "BA-18", ref="E-1", net_kg=27_880) == "numbered"
    assert document(numbered, ticket)["erp_number"] == "BA-18"
    assert "PROVISIONAL" not in text(numbered, ticket)
    with numbered.desk.ledger.read() as tx:
        assert tx.get_one(Ticket, ticket.id).document["erp_number"] is None, "the ticket is not edited"
    assert found(numbered) == []


def test_a_number_between_decision_and_tare_is_kept_for_the_ticket(numbered: Silo) -> None:
    visit = numbered.arrive()
    [load] = numbered.loads(visit)
    assert say(numbered, "BA-19", load_id=load.id) == "kept"
    assert refused(numbered, "BA-20", load_id=load.id) == Fault.ERP_NUMBER_OTHER
    assert weighed(numbered, visit).document["erp_number"] == "BA-19"


def test_a_correcting_ticket_awaits_a_number_of_its_own(numbered: Silo) -> None:
    announced(numbered, "E-1", "BA-1")
    first = weighed(numbered, comes(numbered, "E-1"))
    with numbered.desk.ledger.read() as tx:
        load = tx.get_one(Load, first.load_id)
    tipped_elsewhere.correct_tipping(
        numbered.desk, load.id, [Tipped("p1", "c4", share=1.0)], "cell full", numbered.by, numbered.clock()
    )
    with numbered.desk.ledger.read() as tx:
        second = tx.exec(select(Ticket).where(Ticket.corrects_id == first.id)).one()
    assert second.document["erp_number"] is None
    assert second.document["corrects"]["erp_number"] == "BA-1"
    assert found(numbered) == [("erp_number_awaited", 2)]
    assert say(numbered, "BA-2", ref="E-1") == "numbered"
    assert document(numbered, second)["erp_number"] == "BA-2"
    assert document(numbered, first)["erp_number"] == "BA-1"


def test_wrong_doubled_and_foreign_numbers_are_refused_kept_once_and_asked_about(numbered: Silo) -> None:
    announced(numbered, "E-1", "BA-1")
    weighed(numbered, comes(numbered, "E-1"))
    other = numbered.receive("EF-456-GH").tickets[0]
    assert say(numbered, "BA-2", load_id=other.load_id, net_kg=27_000) == "numbered"
    for _ in range(2):
        assert refused(numbered, "BA-1", load_id=other.load_id) == Fault.ERP_NUMBER_DOUBLED
        assert refused(numbered, "BA-7", ref="E-9") == Fault.UNKNOWN_ANNOUNCEMENT
    announced(numbered, "E-2", plate="GH-1-GH")
    assert refused(numbered, "BA-8", ref="E-2") == Fault.ANNOUNCED_NOT_HERE
    visit = comes(numbered, "E-2")
    assert say(numbered, "BA-8", ref="E-2") == "kept"
    decisions.refuse(numbered.desk, numbered.loads(visit)[0].id, "insects", numbered.by, numbered.clock())
    assert found(numbered) == [
        ("erp_kg_differs", 2), ("erp_number_unused", "BA-8"), ("erp_ticket_doubled", "BA-1"),
        ("erp_ticket_unknown", "BA-7"),
    ]  # fmt: skip
    assert say(numbered, "BA-2", load_id=other.load_id, net_kg=27_880) == "corrected"
    assert ("erp_kg_differs", 2) not in found(numbered)
    assert rows(numbered, "BA-1") == 3  # with the announcement, at the ticket, and what was refused


def rows(silo: Silo, number: str) -> int:
    with silo.desk.ledger.read() as tx:
        return len(tx.exec(select(ErpTicket).where(ErpTicket.number == number)).all())


def test_a_load_of_several_is_named_by_its_place(numbered: Silo) -> None:
    announced(numbered, "E-1", loads=2)
    visit = comes(numbered, "E-1")
    assert refused(numbered, "BA-1", ref="E-1") == Fault.ERP_LOAD_UNCLEAR
    assert say(numbered, "BA-1", ref="E-1", position=2) == "kept"
    weighed(numbered, visit)
    with numbered.desk.ledger.read() as tx:
        told = [ticket.document["erp_number"] for ticket in tx.exec(select(Ticket).order_by(Ticket.number))]  # type: ignore[arg-type]
    assert told == [None, "BA-1"]


def test_an_announced_number_that_another_load_has_keeps_no_truck_waiting(numbered: Silo) -> None:
    announced(numbered, "E-1", "BA-1")
    announced(numbered, "E-2", "BA-1", plate="EF-456-GH")
    assert weighed(numbered, comes(numbered, "E-1")).document["erp_number"] == "BA-1"
    assert weighed(numbered, comes(numbered, "E-2")).document["erp_number"] is None
    assert found(numbered) == [("erp_number_awaited", 2), ("erp_ticket_doubled", "BA-1")]
    with pytest.raises(Conflict, match="erp_number_doubled"):
        announced(numbered, "E-3", "BA-1", plate="GH-1-GH")


def test_where_the_programs_ticket_is_the_legal_one_ours_is_a_weigh_note(silo: Silo) -> None:
    silo.desk = replace(silo.desk, masters=Masters(legal_ticket="erp"))
    ticket = silo.receive("AB-123-CD").tickets[0]
    assert "WEIGH NOTE No. 1" in text(silo, ticket)
    assert "BULLETIN DE PESÉE" in text(silo, ticket, "fr")
    assert found(silo) == [("erp_number_awaited", 1)]
    say(silo, "BA-1", load_id=ticket.load_id)
    visit = silo.arrive("EF-456-GH")
    say(silo, "BA-2", load_id=silo.loads(visit)[0].id)
    weighed(silo, visit)
    assert found(silo) == []


def test_a_station_that_numbers_tickets_itself_takes_none(silo: Silo) -> None:
    ticket = silo.receive("AB-123-CD").tickets[0]
    with pytest.raises(Invalid, match="tickets_numbered_here"):
        say(silo, "BA-1", load_id=ticket.load_id)
    with pytest.raises(Invalid, match="tickets_numbered_here"):
        announced(silo, "E-1", "BA-1")
    assert "erp_number" not in ticket.document
