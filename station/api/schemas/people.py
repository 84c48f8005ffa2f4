"""Persons, terminals and their tokens."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import SEEN, In, Name

Pin = Annotated[str, StringConstraints(min_length=4, max_length=12), SEEN]


class SignInIn(In):
    name: Name
    pin: Pin


class Person(BaseModel):
    id: str
    name: str
    roles: list[Literal["operator", "manager", "installer"]]
    language: str | None = None


class SignedIn(BaseModel):
    """`token` goes into the header `Silo-Person` of every act."""

    token: str
    person: Person


class PersonIn(In):
    name: Name
    pin: Annotated[str, StringConstraints(min_length=4, max_length=12, pattern=r"^[0-9]+$"), SEEN]
    roles: Annotated[list[Literal["operator", "manager", "installer"]], Field(min_length=1)]
    language: Literal["fr", "en"] | None = None


class TokenIn(In):
    name: Name
    kind: Literal["terminal", "phone", "app"] = "terminal"


class TokenMade(BaseModel):
    """The only time the token itself is shown."""

    id: str
    name: str
    kind: str
    token: str
