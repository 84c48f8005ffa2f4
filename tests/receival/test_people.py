"""Persons sign in at terminals; tokens are revocable and never stored."""

from datetime import timedelta

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, NotAllowed, NotFound
from station.receival.persons import people
from station.store.tables import Person, SignIn, Terminal
from tests.silo_rig import Silo

SHIFT = timedelta(hours=12)


@pytest.fixture
def terminal(silo: Silo) -> Terminal:
    people.add_person(silo.desk, "Anne", "2468", ["operator"], "fr", silo.clock())
    return people.add_terminal(silo.desk, "bridge house", "terminal", silo.clock())[0]


def test_a_person_acts_only_while_signed_in_at_that_terminal(silo: Silo, terminal: Terminal) -> None:
    signed = people.sign_in(silo.desk, "anne", "2468", terminal, silo.clock())
    actor = people.actor_of(silo.desk, signed.token, terminal, silo.clock(), SHIFT)
    assert (actor.name, actor.terminal, actor.roles) == ("Anne", terminal.id, {"operator"})
    other, _ = people.add_terminal(silo.desk, "office", "terminal", silo.clock())
    with pytest.raises(NotAllowed):
        people.actor_of(silo.desk, signed.token, other, silo.clock(), SHIFT)
    people.sign_out(silo.desk, actor, terminal, silo.clock())
    with pytest.raises(NotAllowed):
        people.actor_of(silo.desk, signed.token, terminal, silo.clock(), SHIFT)


def test_signing_in_ends_the_sign_in_before(silo: Silo, terminal: Terminal) -> None:
    first = people.sign_in(silo.desk, "Anne", "2468", terminal, silo.clock())
    people.sign_in(silo.desk, "Anne", "2468", terminal, silo.clock())
    with pytest.raises(NotAllowed):
        people.actor_of(silo.desk, first.token, terminal, silo.clock(), SHIFT)


@pytest.mark.parametrize(("name", "pin"), [("Anne", "1357"), ("Nobody", "2468")])
def test_a_wrong_name_and_a_wrong_pin_are_the_same_no(
    silo: Silo, terminal: Terminal, name: str, pin: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        people.sign_in(silo.desk, name, pin, terminal, silo.clock())
    assert refused.value.code is Fault.WRONG_PIN


def test_a_revoked_or_unknown_token_is_nobodys(silo: Silo) -> None:
    row, token = people.add_terminal(silo.desk, "phone 1", "phone", silo.clock())
    assert people.terminal_of(silo.desk, token).id == row.id
    people.revoke_terminal(silo.desk, "phone 1", silo.clock())
    for wrong in (token, "unknown", ""):
        with pytest.raises(NotAllowed):
            people.terminal_of(silo.desk, wrong)
    with pytest.raises(NotFound):
        people.revoke_terminal(silo.desk, "phone 2", silo.clock())


def test_names_of_persons_and_terminals_are_used_once(silo: Silo, terminal: Terminal) -> None:
    with pytest.raises(Conflict):
        people.add_person(silo.desk, "ANNE", "1234", ["manager"], None, silo.clock())
    with pytest.raises(Conflict):
        people.add_terminal(silo.desk, terminal.name, "phone", silo.clock())


def test_neither_pin_nor_token_is_in_the_ledger(silo: Silo, terminal: Terminal) -> None:
    signed = people.sign_in(silo.desk, "Anne", "2468", terminal, silo.clock())
    _, token = people.add_terminal(silo.desk, "office", "terminal", silo.clock())
    silo.desk.ledger.checkpoint()
    stored = silo.desk.ledger.file.read_bytes()
    assert signed.token.encode() not in stored
    assert token.encode() not in stored
    with silo.desk.ledger.read() as tx:
        person = tx.exec(select(Person)).one()
        assert person.pin_hash.startswith("$argon2id$")
        assert tx.exec(select(SignIn)).one().token_hash != signed.token


def test_a_password_lets_in_at_the_pages_until_the_person_is_removed(silo: Silo) -> None:
    people.add_person(silo.desk, "Marc", "1357", ["manager"], "fr", silo.clock())
    assert _refusal(silo, "Marc", "1357") is Fault.WRONG_PASSWORD  # he has none yet, and a PIN is none
    people.set_password(silo.desk, "marc", "a long password", silo.clock())
    found = people.person_with_password(silo.desk, "Marc", "a long password", "page 10.0.0.7", silo.clock())
    assert found.name == "Marc"
    assert found.password_hash is not None
    assert found.password_hash.startswith("$argon2id$")
    assert _refusal(silo, "Marc", "a long passwor") is Fault.WRONG_PASSWORD
    assert _refusal(silo, "Nobody", "a long password") is Fault.WRONG_PASSWORD
    people.remove_person(silo.desk, "Marc", silo.clock())
    assert _refusal(silo, "Marc", "a long password") is Fault.WRONG_PASSWORD
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Person, found.id).password_hash is None


def _refusal(silo: Silo, name: str, password: str) -> Fault:
    with pytest.raises(NotAllowed) as refused:
        people.person_with_password(silo.desk, name, password, "page 10.0.0.7", silo.clock())
    return refused.value.code
