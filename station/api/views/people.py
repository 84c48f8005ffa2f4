"""Persons, without what proves who they are."""

from station.api import schemas
from station.store.tables import Person


def person(row: Person) -> schemas.Person:
    return schemas.Person(
        id=row.id,
        name=row.name,
        roles=row.roles,  # type: ignore[arg-type] # the column holds roles
        language=row.language,
    )
