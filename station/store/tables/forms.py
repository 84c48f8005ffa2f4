"""The questions of the intake, and what was answered to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered


class FormDefinition(Numbered, table=True):
    """Records that a form was installed, or withdrawn: the newest row of a name holds. `content` is the JSON
    text as it came, `sha256` its digest, which answers name."""

    __tablename__ = "form_definition"
    __table_args__ = (Index("ix_form_definition_sha256", "sha256"),)

    id: str = Field(primary_key=True)
    name: str
    version: int
    sha256: str
    act: str  # installed, withdrawn
    content: str
    at: datetime
    by: str
    why: str = ""


class FormAnswer(Numbered, table=True):
    """Records what was answered of a load, by the version of the form that was asked: {question: answer}. The
    newest answer to a question holds. `by` None: it came from the phone `terminal_id`, with a capture."""

    __tablename__ = "form_answer"

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    form: str
    version: int
    sha256: str
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    by: str | None = None
    terminal_id: str | None = None
    capture_id: str | None = None
