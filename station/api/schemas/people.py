"""Persons, terminals and their tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, StringConstraints, Tag

from station.api.access import TokenKind
from station.api.schemas.common import SEEN, In, Name, Why

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


NewPin = Annotated[str, StringConstraints(min_length=4, max_length=12, pattern=r"^[0-9]+$"), SEEN]


class PersonIn(In):
    name: Name
    pin: NewPin
    roles: Annotated[list[Literal["operator", "manager", "installer"]], Field(min_length=1)]
    language: Literal["fr", "en"] | None = None


class ForgetIn(In):
    """The reason is kept for good, so it may not hold the name."""

    name: Name
    reason: Why


class RenameIn(In):
    name: Name


class NewPinIn(In):
    pin: NewPin


# of the pages: long enough that guessing at the rate that is let in finds nothing
NewPassword = Annotated[str, StringConstraints(min_length=10, max_length=128), SEEN]


class NewPasswordIn(In):
    password: NewPassword


def _changed(body: Any) -> str | None:
    """Name what is changed, so that a refusal speaks of nothing else."""
    known = ("name", "pin", "password")
    return next((key for key in known if key in body), None) if isinstance(body, dict) else None


PersonChangeIn = Annotated[
    Annotated[RenameIn, Tag("name")]
    | Annotated[NewPinIn, Tag("pin")]
    | Annotated[NewPasswordIn, Tag("password")],
    Discriminator(_changed),
]


class TokenIn(In):
    name: Name
    kind: TokenKind = TokenKind.TERMINAL


class Token(BaseModel):
    """What a token is, without itself. `revoked_at` None: it is good."""

    id: str
    name: str
    kind: str
    revoked_at: datetime | None


class TokenMade(BaseModel):
    """The only time the token itself is shown."""

    id: str
    name: str
    kind: str
    token: str
