"""The questions of the intake are data: a form is a small part of JSON Schema with titles and conditions.

    {"name": "reception", "version": 2, "before": "decision", "species": ["soft_wheat"],
     "titles": {"fr": "Réception", "en": "Intake"},
     "type": "object", "order": ["rain", "hours"], "required": ["rain"],
     "properties": {
       "rain": {"type": "string", "titles": {"fr": "Pluie ?", "en": "Rain?"},
                "oneOf": [{"const": "no", "titles": {"fr": "non", "en": "no"}}, ...]},
       "hours": {"type": "integer", "minimum": 0, "maximum": 48, "titles": {...},
                 "asked_if": {"rain": ["yes"]}}}}

Only these keywords are known: nothing in a form refers to another file or the network, and no pattern is
matched. A condition names questions that stand before its own. `personal` answers leave no silo in a dataset.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

Titles = Mapping[str, str]
Answers = Mapping[str, Any]


class FormWrong(Exception):
    """A form cannot be used: `code` says why, `where` at which place in it."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{where}: {code}")
        self.code, self.where = code, where


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    titles: Titles


@dataclass(frozen=True, slots=True)
class Question:
    """`kind` is choice, boolean, integer, number or text; `asked_if` names the answers that other questions
    must have."""

    code: str
    kind: str
    titles: Titles
    choices: tuple[Choice, ...]
    low: float | None
    high: float | None
    longest: int
    is_required: bool
    is_personal: bool
    asked_if: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Form:
    """`before`: what required answers are wanted for. `species` empty: it is for all."""

    name: str
    version: int
    before: str
    species: tuple[str, ...]
    titles: Titles
    questions: tuple[Question, ...]
    properties: Mapping[str, Any]

    def is_for(self, species: str) -> bool:
        return not self.species or species in self.species

    def question(self, code: str) -> Question | None:
        return next((one for one in self.questions if one.code == code), None)

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """The questions that these answers leave to be asked, answered or not, in their order."""
        asked: list[Question] = []
        for question in self.questions:
            known = {one.code for one in asked}
            if all(
                other in known and _is_among(answers.get(other), wanted)
                for other, wanted in question.asked_if.items()
            ):
                asked.append(question)
        return tuple(asked)

    def missing(self, answers: Answers) -> tuple[str, ...]:
        """The required questions that are asked and not answered."""
        return tuple(one.code for one in self.asked(answers) if one.is_required and one.code not in answers)

    def wrong(self, answers: Answers) -> tuple[str, ...]:
        """The answers that are no answer: to a question that there is not, or of another kind."""
        schema = {"type": "object", "properties": dict(self.properties)}
        validator = Draft202012Validator(schema, registry=Registry())  # which fetches nothing
        errors = validator.iter_errors(dict(answers))
        bad = {str(error.absolute_path[0]) for error in errors if error.absolute_path}
        return tuple(code for code in answers if code in bad or code not in self.properties)

    def fitting(self, answers: Answers) -> dict[str, Any]:
        """Those that are an answer by this form: an earlier version may have asked otherwise."""
        wrong = self.wrong(answers)
        return {code: value for code, value in answers.items() if code not in wrong}


def _is_among(answer: Any, wanted: Collection[Any]) -> bool:
    """True is no 1 here."""
    return any(type(answer) is type(one) and answer == one for one in wanted)
