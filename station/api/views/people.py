"""Persons and tokens, without what proves who they are."""

from station.api import schemas
from station.store.tables import Person, Terminal


def person(row: Person) -> schemas.Person:
    return schemas.Person(
        id=row.id,
        name=row.name,
        roles=row.roles,  # type: ignore[arg-type] # the column holds roles
        language=row.language,
    )


def token(row: Terminal) -> schemas.Token:
    return schemas.Token(id=row.id, name=row.name, kind=row.kind, revoked_at=row.revoked_at)
