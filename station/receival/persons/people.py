"""Persons, tokens and signing in. Tokens are stored as SHA-256, PINs and passwords as argon2id."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.passwords import fits, hash_of
from station.acts.refusals import Conflict, Fault, NotAllowed, NotFound
from station.receival.clocks.clock_acts import leapt_over, newest_leaps
from station.receival.persons.pin_locks import FAILED, PASSWORD_CHANGED, PIN_CHANGED, SIGNED_IN
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Person, SignIn, Terminal


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    person: Person


def add_person(
    desk: Desk, name: str, pin: str, roles: list[str], language: str | None, at: datetime
) -> Person:
    pin_hash = hash_of(pin)
    with desk.ledger.write() as tx:
        if _person_named(tx, name):
            raise Conflict(Fault.PERSON_EXISTS, name=name)
        person_id = new_id(at)
        _free_name(tx, name, person_id)
        person = Person(
            id=person_id,
            name=name,
            name_key=fold(name),
            roles=sorted(set(roles)),
            pin_hash=pin_hash,
            language=language,
        )
        tx.add(person)
        audit.record(tx, "person_added", at, subject_id=person.id, data={"roles": person.roles})
    return person


def rename_person(desk: Desk, id_or_name: str, name: str, at: datetime) -> Person:
    """Raises NotFound(unknown_person), Conflict(person_exists)."""
    with desk.ledger.write() as tx:
        person, other = person_with(tx, id_or_name), _person_named(tx, name)
        if other is not None and other.id != person.id:
            raise Conflict(Fault.PERSON_EXISTS, name=name)
        _free_name(tx, name, person.id)
        person.name, person.name_key = name, fold(name)
        tx.add(person)
        audit.record(tx, "person_renamed", at, subject_id=person.id)
    return person


def change_pin(desk: Desk, id_or_name: str, pin: str, at: datetime) -> Person:
    """The person signs in anew, everywhere. Slow (argon2). Raises NotFound(unknown_person)."""
    pin_hash = hash_of(pin)
    with desk.ledger.write() as tx:
        person = person_with(tx, id_or_name)
        person.pin_hash = pin_hash
        tx.add(person)
        _end_sign_ins(tx, SignIn.person_id == person.id, at)
        audit.record(tx, PIN_CHANGED, at, subject_id=person.id)
    return person


def set_password(desk: Desk, id_or_name: str, password: str, at: datetime) -> Person:
    """The pages let the person in with it; whoever is signed in there with another one is no longer. Slow
    (argon2). Raises NotFound(unknown_person)."""
    password_hash = hash_of(password)
    with desk.ledger.write() as tx:
        person = person_with(tx, id_or_name)
        person.password_hash = password_hash
        tx.add(person)
        audit.record(tx, PASSWORD_CHANGED, at, subject_id=person.id)
    return person


def remove_person(desk: Desk, id_or_name: str, at: datetime) -> None:
    """Who has left signs in no more and acts no more; what is recorded still bears the name. Raises
    NotFound(unknown_person)."""
    with desk.ledger.write() as tx:
        person = person_with(tx, id_or_name)
        person.active, person.pin_hash, person.password_hash = False, "", None
        tx.add(person)
        _end_sign_ins(tx, SignIn.person_id == person.id, at)
        audit.record(tx, "person_removed", at, subject_id=person.id)


def add_terminal(desk: Desk, name: str, kind: str, at: datetime) -> tuple[Terminal, str]:
    """Returns the terminal and its token, which is nowhere else and never shown again."""
    with desk.ledger.write() as tx:
        _require_free(tx, name)
        return _add_terminal(tx, name, kind, None, at)


def admit_phone(desk: Desk, name: str, invited_by: str, at: datetime) -> tuple[Terminal, str]:
    """Gives an invited phone its token; a name that another good token has gets a number behind it."""
    with desk.ledger.write() as tx:
        names = chain([name], (f"{name} {number}" for number in count(2)))
        free = next(one for one in names if _good_terminal(tx, one) is None)
        return _add_terminal(tx, free, "phone", invited_by, at)


def _add_terminal(tx: Session, name: str, kind: str, by: str | None, at: datetime) -> tuple[Terminal, str]:
    token = secrets.token_urlsafe(24)
    terminal = Terminal(id=new_id(at), name=name, kind=kind, token_hash=_digest(token))
    tx.add(terminal)
    audit.record(tx, "token_added", at, by=by, subject_id=terminal.id, data={"kind": kind})
    return terminal, token


def rename_terminal(desk: Desk, id_or_name: str, name: str, at: datetime) -> Terminal:
    """Raises NotFound(unknown_terminal), Conflict(terminal_exists)."""
    with desk.ledger.write() as tx:
        terminal = _terminal(tx, id_or_name)
        if terminal.name != name:
            _require_free(tx, name)
        terminal.name = name
        tx.add(terminal)
        audit.record(tx, "token_renamed", at, subject_id=terminal.id)
    return terminal


def revoke_terminal(
    desk: Desk, id_or_name: str, at: datetime, by: str | None = None, kind: str | None = None
) -> None:
    """The token opens nothing any more, and who was signed in there is no longer; its name is free again.
    Raises NotFound(unknown_terminal), also where it is not of this `kind`."""
    with desk.ledger.write() as tx:
        terminal = _terminal(tx, id_or_name)
        if kind is not None and terminal.kind != kind:
            raise NotFound(Fault.UNKNOWN_TERMINAL, name=id_or_name)
        if terminal.revoked_at is None:
            terminal.revoked_at = at
            tx.add(terminal)
            _end_sign_ins(tx, SignIn.terminal_id == terminal.id, at)
            audit.record(tx, "token_revoked", at, by=by, subject_id=terminal.id)


def terminal_of(desk: Desk, token: str) -> Terminal:
    """Returns the terminal that holds this token. Raises NotAllowed when it is unknown or revoked."""
    with desk.ledger.read() as tx:
        terminal = tx.exec(select(Terminal).where(Terminal.token_hash == _digest(token))).first()
    if terminal is None or terminal.revoked_at is not None:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
    return terminal


def sign_in(desk: Desk, name: str, pin: str, terminal: Terminal, at: datetime) -> SignedIn:
    """Ends the terminal's earlier sign-in. Slow (argon2). Raises NotAllowed(wrong_pin)."""
    person = _person_with_pin(desk, name, pin, terminal.id, at)
    token = secrets.token_urlsafe(24)
    with desk.ledger.write() as tx:
        _end_sign_ins(tx, SignIn.terminal_id == terminal.id, at)
        row = SignIn(
            id=new_id(at), person_id=person.id, terminal_id=terminal.id, token_hash=_digest(token), at=at
        )
        tx.add(row)
        audit.record(tx, SIGNED_IN, at, by=person.id, terminal=terminal.id, subject_id=person.id)
    return SignedIn(token, person)


def actor_with_pin(desk: Desk, name: str, pin: str, at: datetime) -> Actor:
    """Finds a person by name and PIN, for an act at the command line. Slow (argon2). Raises
    NotAllowed(wrong_pin)."""
    person = _person_with_pin(desk, name, pin, None, at)
    return Actor(person.id, person.name, None, frozenset(person.roles))


def person_with_password(desk: Desk, name: str, password: str, place: str, at: datetime) -> Person:
    """Finds a person by name and password, for the pages; `place` says from where. Slow (argon2). Raises
    NotAllowed(wrong_password), also for a person who has none."""
    with desk.ledger.read() as tx:
        person = _person_named(tx, name)
    is_right = fits(password, person.password_hash if person is not None else None)
    if person is None or not is_right:
        _record_failure(desk, person, place, at)
        raise NotAllowed(Fault.WRONG_PASSWORD, name=name)
    with desk.ledger.write() as tx:
        audit.record(tx, SIGNED_IN, at, by=person.id, terminal=place, subject_id=person.id)
    return person


def is_good(tx: Session, signed_at: datetime, at: datetime, lasts: timedelta) -> bool:
    """Tells whether a sign-in still holds, not counting what station time leapt over; one from the future
    (the clock was repaired since) is over."""
    if timedelta(0) <= at - signed_at < lasts:
        return True
    return signed_at < at < signed_at + lasts + leapt_over(newest_leaps(tx), signed_at, at)


def person_id_of(desk: Desk, name: str) -> str | None:
    """None: nobody of this name signs in here."""
    with desk.ledger.read() as tx:
        person = _person_named(tx, name)
    return person.id if person else None


def _person_with_pin(desk: Desk, name: str, pin: str, terminal_id: str | None, at: datetime) -> Person:
    """Finds the person, slowly on purpose and outside any transaction. A failure is recorded, without what
    was typed: it may be a PIN in the wrong field."""
    with desk.ledger.read() as tx:
        person = _person_named(tx, name)
    is_right = fits(pin, person.pin_hash if person is not None else None)
    if person is None or not is_right:
        _record_failure(desk, person, terminal_id, at)
        raise NotAllowed(Fault.WRONG_PIN, name=name)
    return person


def _record_failure(desk: Desk, person: Person | None, place: str | None, at: datetime) -> None:
    with desk.ledger.write() as tx:
        audit.record(tx, FAILED, at, terminal=place, subject_id=person.id if person else None)


def sign_out(desk: Desk, actor: Actor, terminal: Terminal, at: datetime) -> None:
    with desk.ledger.write() as tx:
        _end_sign_ins(tx, SignIn.terminal_id == terminal.id, at)
        audit.record(tx, "signed_out", at, by=actor.id, terminal=terminal.id)


def actor_of(desk: Desk, token: str, terminal: Terminal, at: datetime, lasts: timedelta) -> Actor:
    """Finds the person that this token is signed in as, at this terminal and for so long. Raises
    NotAllowed."""
    with desk.ledger.read() as tx:
        found = tx.exec(
            select(Person, SignIn.at)
            .join(SignIn, col(SignIn.person_id) == Person.id)
            .where(
                SignIn.token_hash == _digest(token),
                SignIn.terminal_id == terminal.id,
                col(SignIn.ended_at).is_(None),
                col(Person.active).is_(True),
            )
        ).first()
        if found is None or not is_good(tx, found[1], at, lasts):
            raise NotAllowed(Fault.NOT_SIGNED_IN)
    person = found[0]
    return Actor(person.id, person.name, terminal.id, frozenset(person.roles))


def _person_named(tx: Session, name: str) -> Person | None:
    query = select(Person).where(Person.name_key == fold(name), col(Person.active).is_(True))
    return tx.exec(query).first()


def person_with(tx: Session, id_or_name: str) -> Person:
    """Raises NotFound for who is not, or no longer, one of those who sign in."""
    person = tx.get(Person, id_or_name)
    if person is None or not person.active:
        person = _person_named(tx, id_or_name)
    if person is None:
        raise NotFound(Fault.UNKNOWN_PERSON, name=id_or_name)
    return person


def _free_name(tx: Session, name: str, for_id: str) -> None:
    """Who has left keeps the name in what is recorded, but not for signing in: another may have it."""
    query = select(Person).where(Person.name_key == fold(name), Person.id != for_id)
    for gone in tx.exec(query):
        gone.name_key = gone.id
        tx.add(gone)
    tx.flush()


def _terminal(tx: Session, id_or_name: str) -> Terminal:
    """By its identifier, else by its name: the one whose token is good, else one of before. Raises
    NotFound."""
    named = select(Terminal).where(Terminal.name == id_or_name)
    good = named.where(col(Terminal.revoked_at).is_(None))
    terminal = tx.get(Terminal, id_or_name) or tx.exec(good).first() or tx.exec(named).first()
    if terminal is None:
        raise NotFound(Fault.UNKNOWN_TERMINAL, name=id_or_name)
    return terminal


def _good_terminal(tx: Session, name: str) -> Terminal | None:
    return tx.exec(select(Terminal).where(Terminal.name == name, col(Terminal.revoked_at).is_(None))).first()


def _require_free(tx: Session, name: str) -> None:
    """Raises Conflict(terminal_exists) where a good token has this name."""
    if _good_terminal(tx, name) is not None:
        raise Conflict(Fault.TERMINAL_EXISTS, name=name)


def _end_sign_ins(tx: Session, which: Any, at: datetime) -> None:
    for row in tx.exec(select(SignIn).where(which, col(SignIn.ended_at).is_(None))):
        row.ended_at = at
        tx.add(row)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
