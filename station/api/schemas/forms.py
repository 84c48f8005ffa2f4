"""Forms: the intake's questions, and what was answered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import SEEN, SEEN_FILE, In, Key, Name, Text, Why

AnswerValue = bool | int | float | Text | None
Answers = Annotated[dict[Key, AnswerValue], Field(max_length=40)]


class FormChoice(BaseModel):
    code: str
    title: str


class FormQuestion(BaseModel):
    """`title` is in the reader's language. `asked_if`: the answers that other questions of the form must
    have. `before`: a required answer is wanted for the decision, or for the ticket."""

    code: str
    title: str
    kind: Literal["choice", "boolean", "integer", "number", "text"]
    choices: list[FormChoice] = []
    low: float | None = None
    high: float | None = None
    longest: int
    required: bool
    personal: bool
    asked_if: dict[str, list[Any]] = {}
    before: Literal["decision", "ticket"]


class LoadQuestion(FormQuestion):
    """A question of the form `form` (its SHA-256), of one load. `asked`: by what was answered before it.
    `text` is the answer in words; `by` is who answered, or a phone."""

    form: str
    asked: bool
    answer: AnswerValue = None
    text: str = ""
    by: str | None = None
    at: datetime | None = None


class Form(BaseModel):
    """`species` empty: it is for all."""

    name: str
    version: int
    sha256: str
    title: str
    before: Literal["decision", "ticket"]
    species: list[str]
    questions: list[FormQuestion]
    at: datetime
    by: str
    why: str


class FormIn(In):
    """`content` is the form's JSON text, see `station/grain/forms.py`."""

    content: Annotated[str, StringConstraints(min_length=1, max_length=64_000), SEEN_FILE]
    why: Why


class FormWithdrawIn(In):
    name: Name
    why: Why


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), SEEN]


class AnswersIn(In):
    """Answers to some questions of the form with this SHA-256; null takes one back."""

    form: Digest
    answers: Answers


class AnsweredIn(AnswersIn):
    load_id: Key
