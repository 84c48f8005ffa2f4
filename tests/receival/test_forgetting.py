"""A name lives in one row: emptied, nothing recorded names the person or the supplier any more."""

import sqlite3

import pytest
from sqlmodel import select

from station.acts.desk import Actor
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound
from station.receival.packs.replay import replay
from station.receival.persons import forgetting, people
from station.store import audit, forgotten, pages
from station.store.tables import AuditEvent, Person, Ticket
from tests.silo_rig import MARC, Silo

PERSON, SUPPLIER = "Zénobie Quatrefages", "EARL Dupont"
WHY = "asked for by letter of 12 March"


@pytest.fixture
def worked(silo: Silo) -> Silo:
    """A day at which one person did every act, typed a value and was an owner of nothing."""
    person = people.add_person(silo.desk, PERSON, "2468", ["operator", "manager"], "fr", silo.clock())
    terminal, _ = people.add_terminal(silo.desk, "bridge house", "terminal", silo.clock())
    people.sign_in(silo.desk, PERSON, "2468", terminal, silo.clock())
    silo.by = Actor(person.id, person.name, terminal.id, frozenset(person.roles))
    silo.receive("AB-123-CD")
    return silo


def dump(silo: Silo) -> str:
    """The whole ledger as text, less the tickets."""
    silo.desk.ledger.checkpoint()
    with sqlite3.connect(f"file:{silo.desk.ledger.file}?mode=ro", uri=True) as copy:
        return "\n".join(line for line in copy.iterdump() if not line.startswith('INSERT INTO "ticket"'))


def is_whole(silo: Silo) -> bool:
    with silo.desk.ledger.read() as tx:
        replays = [replay(tx, one) for one in pages.decisions(tx, None, None, None)]
        return audit.first_broken(tx) is None and bool(replays) and all(one.is_equal for one in replays)


def test_a_persons_name_is_in_one_row_and_on_paper_only(worked: Silo) -> None:
    assert PERSON in dump(worked)
    forgetting.forget_person(worked.desk, PERSON, WHY, MARC, worked.clock())
    assert PERSON not in dump(worked)
    with worked.desk.ledger.read() as tx:
        ticket = tx.get_one(Ticket, next(iter(worked.tickets())))
        assert ticket.document["by"] == PERSON
        assert tx.get_one(Person, worked.by.id).name == ""
    assert is_whole(worked)
    with pytest.raises(NotAllowed):
        people.actor_with_pin(worked.desk, PERSON, "2468", worked.clock())
    with pytest.raises(NotAllowed):
        people.actor_with_pin(worked.desk, "", "2468", worked.clock())


def test_a_suppliers_name_is_in_one_row_and_on_paper_only(worked: Silo) -> None:
    forgetting.forget_supplier(worked.desk, SUPPLIER, WHY, MARC, worked.clock())
    assert SUPPLIER not in dump(worked)
    assert is_whole(worked)
    worked.receive("EF-456-GH")  # the next arrival under the name begins a new row
    assert is_whole(worked)


def test_a_supplier_on_site_is_not_forgotten(worked: Silo) -> None:
    worked.arrive("IJ-789-KL")
    with pytest.raises(Conflict) as refused:
        forgetting.forget_supplier(worked.desk, SUPPLIER, WHY, MARC, worked.clock())
    assert refused.value.code is Fault.SUPPLIER_ON_SITE


def test_whom_nobody_knows_cannot_be_forgotten(silo: Silo) -> None:
    with pytest.raises(NotFound):
        forgetting.forget_person(silo.desk, "Nobody", WHY, MARC, silo.clock())
    with pytest.raises(NotFound):
        forgetting.forget_supplier(silo.desk, "Nobody", WHY, MARC, silo.clock())


def test_the_reason_stays_and_so_may_not_hold_the_name(worked: Silo) -> None:
    with pytest.raises(Invalid) as refused:
        forgetting.forget_person(worked.desk, PERSON, f"letter of {PERSON.upper()}", MARC, worked.clock())
    assert refused.value.code is Fault.NAME_IN_REASON
    forgetting.forget_person(worked.desk, PERSON, WHY, MARC, worked.clock())
    with worked.desk.ledger.read() as tx:
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "person_forgotten")).one()
        assert (event.by, event.subject_id, event.data) == (MARC.id, worked.by.id, {"reason": WHY})
        assert forgotten.last(tx) == event.seq
