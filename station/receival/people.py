"""Persons, tokens and signing in. Tokens are stored as SHA-256, PINs as argon2id."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk, fold
from station.acts.refusals import Conflict, Fault, NotAllowed, NotFound
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Person, SignIn, Terminal

_pins = PasswordHash((Argon2Hasher(),))


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    person: Person


def add_person(
    desk: Desk, name: str, pin: str, roles: list[str], language: str | None, at: datetime
) -> Person:
    pin_hash = _pins.hash(pin)
    with desk.ledger.write() as tx:
        if _person_named(tx, name):
            raise Conflict(Fault.PERSON_EXISTS, name=name)
        person = Person(
            id=new_id(at),
            name=name,
            name_key=fold(name),
            roles=sorted(set(roles)),
            pin_hash=pin_hash,
            language=language,
        )
        tx.add(person)
        audit.record(tx, "person_added", at, subject_id=person.id, data={"roles": person.roles})
    return person


def add_terminal(desk: Desk, name: str, kind: str, at: datetime) -> tuple[Terminal, str]:
    """Returns the terminal and its token, which is nowhere else and never shown again."""
    token = secrets.token_urlsafe(24)
    with desk.ledger.write() as tx:
        if tx.exec(select(Terminal).where(Terminal.name == name)).first():
            raise Conflict(Fault.TERMINAL_EXISTS, name=name)
        terminal = Terminal(id=new_id(at), name=name, kind=kind, token_hash=_digest(token))
        tx.add(terminal)
        audit.record(tx, "token_added", at, subject_id=terminal.id, data={"kind": kind})
    return terminal, token


def revoke_terminal(desk: Desk, id_or_name: str, at: datetime) -> None:
    with desk.ledger.write() as tx:
        query = select(Terminal).where((Terminal.id == id_or_name) | (Terminal.name == id_or_name))
        terminal = tx.exec(query).first()
        if terminal is None:
            raise NotFound(Fault.UNKNOWN_TERMINAL, name=id_or_name)
        if terminal.revoked_at is None:
            terminal.revoked_at = at
            tx.add(terminal)
            audit.record(tx, "token_revoked", at, subject_id=terminal.id)


def terminal_of(desk: Desk, token: str) -> Terminal:
    """Returns the terminal that holds this token. Raises NotAllowed when it is unknown or revoked."""
    with desk.ledger.read() as tx:
        terminal = tx.exec(select(Terminal).where(Terminal.token_hash == _digest(token))).first()
    if terminal is None or terminal.revoked_at is not None:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
    return terminal


def sign_in(desk: Desk, name: str, pin: str, terminal: Terminal, at: datetime) -> SignedIn:
    """Ends the terminal's earlier sign-in."""
    person = person_with_pin(desk, name, pin)
    token = secrets.token_urlsafe(24)
    with desk.ledger.write() as tx:
        _end_sign_ins(tx, terminal.id, at)
        row = SignIn(
            id=new_id(at), person_id=person.id, terminal_id=terminal.id, token_hash=_digest(token), at=at
        )
        tx.add(row)
        audit.record(tx, "signed_in", at, by=person.id, terminal=terminal.id, subject_id=person.id)
    return SignedIn(token, person)


def person_with_pin(desk: Desk, name: str, pin: str) -> Person:
    """Finds the person, slowly on purpose (argon2) and outside any transaction. Raises
    NotAllowed(wrong_pin)."""
    with desk.ledger.read() as tx:
        person = _person_named(tx, name)
    nobody = _nobody()
    fits = _pins.verify(pin, nobody if person is None else person.pin_hash)
    if person is None or not fits:
        raise NotAllowed(Fault.WRONG_PIN, name=name)
    return person


@cache
def _nobody() -> str:
    """Stands in for a hash when the name is unknown, so that a wrong name costs as long as a wrong PIN. Made
    at the first sign-in: it is as slow as any, and the start waits for nothing."""
    return _pins.hash("no such person")


def actor_with_pin(desk: Desk, name: str, pin: str) -> Actor:
    """Finds a person by name and PIN, for an act at the command line. Raises NotAllowed(wrong_pin)."""
    person = person_with_pin(desk, name, pin)
    return Actor(person.id, person.name, None, frozenset(person.roles))


def sign_out(desk: Desk, actor: Actor, terminal: Terminal, at: datetime) -> None:
    with desk.ledger.write() as tx:
        _end_sign_ins(tx, terminal.id, at)
        audit.record(tx, "signed_out", at, by=actor.id, terminal=terminal.id)


def actor_of(desk: Desk, token: str, terminal: Terminal) -> Actor:
    """Returns who is signed in with this token on this terminal. Raises NotAllowed when nobody is."""
    with desk.ledger.read() as tx:
        found = tx.exec(
            select(Person)
            .join(SignIn, col(SignIn.person_id) == Person.id)
            .where(
                SignIn.token_hash == _digest(token),
                SignIn.terminal_id == terminal.id,
                col(SignIn.ended_at).is_(None),
                col(Person.active).is_(True),
            )
        ).first()
    if found is None:
        raise NotAllowed(Fault.NOT_SIGNED_IN)
    return Actor(found.id, found.name, terminal.id, frozenset(found.roles))


def _person_named(tx: Session, name: str) -> Person | None:
    query = select(Person).where(Person.name_key == fold(name), col(Person.active).is_(True))
    return tx.exec(query).first()


def _end_sign_ins(tx: Session, terminal_id: str, at: datetime) -> None:
    query = select(SignIn).where(SignIn.terminal_id == terminal_id, col(SignIn.ended_at).is_(None))
    for row in tx.exec(query):
        row.ended_at = at
        tx.add(row)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
