"""These tables hold persons, the terminals they use, and when they were signed in."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Person(SQLModel, table=True):
    id: str = Field(primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    roles: list[str] = Field(default_factory=list, sa_type=JSON)
    pin_hash: str
    password_hash: str | None = None  # of the pages; None: no page lets this person in
    language: str | None = None
    active: bool = True  # False: has left or is forgotten, nobody signs in under this row any more


class Terminal(SQLModel, table=True):
    """A terminal, phone or outside application holds one revocable token. Two that are not revoked have two
    names."""

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    kind: str  # terminal, phone, app
    token_hash: str = Field(unique=True)
    revoked_at: datetime | None = None


class SignIn(SQLModel, table=True):
    __tablename__ = "sign_in"

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    terminal_id: str = Field(foreign_key="terminal.id", index=True)
    token_hash: str = Field(unique=True)
    at: datetime
    ended_at: datetime | None = None
