"""Headquarters' people: their roles, the stations they see, their passwords. Wrong passwords make wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from drivers.text import HiddenCharacter, checked_text, fold
from station.acts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, fits, hash_of
from station.acts.refusals import Conflict, Fault, NotAllowed, NotFound
from station.headquarters.served import Quarters
from station.hub.own import STATIONS, add_event
from station.hub.person_tables import ATTEMPTS, PERSONS
from station.receival.persons.pin_locks import FAILED, MOST, PASSWORD_CHANGED, SIGNED_IN, WINDOW, PinLocks
from station.store.ids import new_id

LONGEST_NAME = 80
PROVIDER = "provider"  # by whom a person came, where nobody here added them


class HubRole(StrEnum):
    """`silo_manager` is for persons of one silo or a few; `director` may do everything."""

    QUALITY = "quality"
    LOGISTICS = "logistics"
    SILO_MANAGER = "silo_manager"
    TECHNICIAN = "technician"
    DIRECTOR = "director"


class MustWait(Exception):
    """Too many wrong passwords: the next attempt counts after so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class PersonWrong(Exception):
    """What is said of a person cannot be kept. `part` is name, password, roles or scope, `value` what is
    wrong of it."""

    def __init__(self, part: str, value: str = "") -> None:
        super().__init__(part, value)
        self.part, self.value = part, value


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a new person. `scope` lists the stations that the person sees; None: all. `subject` is
    who it is at the OpenID provider."""

    name: str
    roles: Sequence[str]
    scope: Sequence[str] | None = None
    language: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class HubPerson:
    """`scope` as in `Said`; nobody signs in here by password where there is no `password_hash`."""

    id: str
    name: str
    roles: frozenset[str]
    scope: tuple[str, ...] | None
    language: str | None
    password_hash: str | None
    subject: str | None


def add_person(quarters: Quarters, said: Said, by: str) -> HubPerson:
    """Make a person known, who has no password yet. Raises Conflict(person_exists), PersonWrong."""
    name, at, persons = _name(said.name), quarters.clock(), quarters.tables.tables[PERSONS]
    with quarters.engine.begin() as connection:
        _check(connection, quarters, said.roles, said.scope)
        if _named(connection, quarters, name) is not None:
            raise Conflict(Fault.PERSON_EXISTS, name=name)
        _free_account(connection, quarters, said)
        id_, roles = new_id(at), sorted(set(said.roles))
        row = {
            "id": id_, "name": name, "name_key": fold(name), "roles": roles,
            "scope": None if said.scope is None else sorted(set(said.scope)), "language": said.language,
            "active": True, "subject": said.subject, "at": at,
        }  # fmt: skip
        connection.execute(insert(persons).values(row))
        _note(connection, quarters, "person_added", id_, by, {"roles": roles})
        return _person(connection.execute(select(persons).where(persons.c.id == id_)).mappings().one())


def set_password(quarters: Quarters, name: str, password: str, by: str) -> HubPerson:
    """The pages let the person in with it; who is signed in with another one is no longer. Slow (argon2).
    Raises NotFound(unknown_person), PersonWrong."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PersonWrong("password")
    password_hash = hash_of(password)
    attempts = quarters.tables.tables[ATTEMPTS]
    with quarters.engine.begin() as connection:
        person = _change(connection, quarters, name, by, PASSWORD_CHANGED, password_hash=password_hash)
        connection.execute(delete(attempts).where(attempts.c.person == person.id))
    return person


def set_roles(quarters: Quarters, name: str, roles: Sequence[str], by: str) -> HubPerson:
    """Raises NotFound(unknown_person), PersonWrong."""
    with quarters.engine.begin() as connection:
        scope = _known(connection, quarters, name)["scope"]
        _check(connection, quarters, roles, scope)
        return _change(connection, quarters, name, by, "person_roles", roles=sorted(set(roles)))


def set_scope(quarters: Quarters, name: str, scope: Sequence[str] | None, by: str) -> HubPerson:
    """Let the person see these stations, or all. Raises NotFound(unknown_person), PersonWrong."""
    with quarters.engine.begin() as connection:
        roles = _known(connection, quarters, name)["roles"]
        _check(connection, quarters, roles, scope)
        kept = None if scope is None else sorted(set(scope))
        return _change(connection, quarters, name, by, "person_scope", scope=kept)


def remove_person(quarters: Quarters, name: str, by: str) -> None:
    """Who has left signs in no more; the name is free for another. Raises NotFound(unknown_person)."""
    with quarters.engine.begin() as connection:
        gone = _known(connection, quarters, name)["id"]
        ended = {"active": False, "password_hash": None, "name_key": gone}  # the account is known as removed
        _change(connection, quarters, name, by, "person_removed", **ended)


def people(quarters: Quarters) -> list[HubPerson]:
    persons = quarters.tables.tables[PERSONS]
    with quarters.engine.connect() as connection:
        query = select(persons).where(persons.c.active).order_by(persons.c.name)
        return [_person(row) for row in connection.execute(query).mappings()]


def person_with_id(quarters: Quarters, id_: str) -> HubPerson | None:
    return _one(quarters, "id", id_)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in from `place`; `person` is who has the name, None: nobody."""

    name: str
    place: str
    person: HubPerson | None


def begin_attempt(quarters: Quarters, name: str, place: str) -> Attempt:
    """Raises MustWait, for as long as this person or place has to."""
    at = quarters.clock()
    with quarters.engine.connect() as connection:
        row = _named(connection, quarters, name)
        wait = _locks(connection, quarters, at).wait((place, row["id"] if row else None), at)
    if wait > timedelta(0):
        raise MustWait(ceil(wait.total_seconds()))
    return Attempt(name, place, _person(row) if row else None)


def finish_attempt(quarters: Quarters, attempt: Attempt, password: str) -> HubPerson:
    """Let the person in whose password this is. Slow (argon2). Raises NotAllowed(wrong_password), also for a
    person who has none."""
    at, attempts = quarters.clock(), quarters.tables.tables[ATTEMPTS]
    person, place = attempt.person, attempt.place
    is_right = fits(password, person.password_hash if person else None)
    with quarters.engine.begin() as connection:
        if person is not None and is_right:
            slips = (attempts.c.place == place) & (attempts.c.person == person.id)
            connection.execute(delete(attempts).where(slips))
            add_event(connection, quarters.tables, SIGNED_IN, at, "", {"place": place}, by=person.id)
            return person
        whose = person.id if person else None
        connection.execute(delete(attempts).where(attempts.c.at < at - WINDOW))
        connection.execute(insert(attempts).values(place=place, person=whose, at=at))
        add_event(connection, quarters.tables, FAILED, at, "", {"person": whose, "place": place})
    raise NotAllowed(Fault.WRONG_PASSWORD, name=attempt.name)


def person_with_account(
    quarters: Quarters, subject: str, name: str, roles: Sequence[str], *, follows: bool
) -> HubPerson:
    """Find or add who signs in by way of the provider. `follows`: the provider says which roles people have,
    else those that they were given here hold. Raises NotAllowed(not_allowed) for who has none and for who was
    removed."""
    persons = quarters.tables.tables[PERSONS]
    with quarters.engine.connect() as connection:
        row = connection.execute(select(persons).where(persons.c.subject == subject)).mappings().first()
    if ((row is None or follows) and not roles) or (row is not None and not row["active"]):
        raise NotAllowed(Fault.NOT_ALLOWED)
    none: list[str] | None = [] if set(roles) == {HubRole.SILO_MANAGER} else None  # until somebody says which
    if row is None:
        person = add_person(quarters, Said(_free_name(quarters, name), roles, none, None, subject), PROVIDER)
    elif follows and set(roles) != set(row["roles"]):
        changed = {"roles": sorted(roles), "scope": none if row["scope"] is None else row["scope"]}
        with quarters.engine.begin() as connection:
            person = _change(connection, quarters, row["name"], PROVIDER, "person_roles", **changed)
    else:
        person = _person(row)
    with quarters.engine.begin() as connection:
        told = {"place": PROVIDER}
        add_event(connection, quarters.tables, SIGNED_IN, quarters.clock(), "", told, by=person.id)
    return person


def _free_name(quarters: Quarters, name: str) -> str:
    """Somebody else of this name may sign in with a password."""
    names = (name if count == 1 else f"{name} ({count})" for count in range(1, 100))
    with quarters.engine.connect() as connection:
        return next((one for one in names if _named(connection, quarters, one) is None), name)


def _free_account(connection: Connection, quarters: Quarters, said: Said) -> None:
    """Whose account is given anew was removed before. Raises Conflict(person_exists)."""
    persons = quarters.tables.tables[PERSONS]
    if said.subject is None:
        return
    theirs = persons.c.subject == said.subject
    if holder := connection.execute(select(persons.c.name).where(theirs, persons.c.active)).scalar():
        raise Conflict(Fault.PERSON_EXISTS, name=holder)
    connection.execute(update(persons).where(theirs).values(subject=None))


def _locks(connection: Connection, quarters: Quarters, at: datetime) -> PinLocks:
    """Every copy of the hub counts the same failures."""
    attempts, locks = quarters.tables.tables[ATTEMPTS], PinLocks()
    query = select(attempts).where(attempts.c.at > at - WINDOW).order_by(attempts.c.id.desc()).limit(MOST)
    for row in reversed(connection.execute(query).mappings().all()):
        locks.fail((row["place"], row["person"]), row["at"])
    return locks


def _change(
    connection: Connection, quarters: Quarters, name: str, by: str, kind: str, **values: Any
) -> HubPerson:
    persons, row = quarters.tables.tables[PERSONS], _known(connection, quarters, name)
    connection.execute(update(persons).where(persons.c.id == row["id"]).values(values))
    told = {key: value for key, value in values.items() if key in ("roles", "scope")}
    _note(connection, quarters, kind, row["id"], by, told)
    return _person(connection.execute(select(persons).where(persons.c.id == row["id"])).mappings().one())


def _note(
    connection: Connection, quarters: Quarters, kind: str, person: str, by: str, told: dict[str, Any]
) -> None:
    add_event(connection, quarters.tables, kind, quarters.clock(), "", {"person": person, **told}, by=by)


def _check(
    connection: Connection, quarters: Quarters, roles: Sequence[str], scope: Sequence[str] | None
) -> None:
    """Raises PersonWrong for a role or a station that there is not, and for a silo's manager who would see
    every silo."""
    wrong = next((one for one in roles if one not in set(HubRole)), None)
    if wrong is not None or not roles:
        raise PersonWrong("roles", wrong or "")
    if set(roles) == {HubRole.SILO_MANAGER} and scope is None:
        raise PersonWrong("scope")
    stations = quarters.tables.tables[STATIONS]
    known = set(connection.execute(select(stations.c.id)).scalars()) if scope else set()
    unknown = next((one for one in scope or () if one not in known), None)
    if unknown is not None:
        raise PersonWrong("scope", unknown)


def _name(text: str) -> str:
    """Raises PersonWrong."""
    try:
        name = checked_text(text).strip()
    except HiddenCharacter:
        raise PersonWrong("name") from None
    if not name or len(name) > LONGEST_NAME or not fold(name):
        raise PersonWrong("name")
    return name


def _known(connection: Connection, quarters: Quarters, name: str) -> RowMapping:
    row = _named(connection, quarters, name)
    if row is None:
        raise NotFound(Fault.UNKNOWN_PERSON, name=name)
    return row


def _named(connection: Connection, quarters: Quarters, name: str) -> RowMapping | None:
    persons = quarters.tables.tables[PERSONS]
    query = select(persons).where(persons.c.name_key == fold(name), persons.c.active)
    return connection.execute(query).mappings().first()


def _one(quarters: Quarters, column: str, value: str) -> HubPerson | None:
    persons = quarters.tables.tables[PERSONS]
    with quarters.engine.connect() as connection:
        query = select(persons).where(persons.c[column] == value, persons.c.active)
        row = connection.execute(query).mappings().first()
    return _person(row) if row is not None else None


def _person(row: RowMapping) -> HubPerson:
    scope = None if row["scope"] is None else tuple(row["scope"])
    return HubPerson(
        row["id"], row["name"], frozenset(row["roles"]), scope, row["language"], row["password_hash"],
        row["subject"],
    )  # fmt: skip
