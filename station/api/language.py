"""The reader's language: the only module of the counter that touches `ui`."""

from collections.abc import Iterable, Mapping
from typing import Any

from station.api import schemas
from station.store.names import INSTALLER
from ui.words import courtesy as courtesy_words
from ui.words import vocabulary
from ui.words.fields import field_name
from ui.words.forms import answer_text
from ui.words.i18n import N_, Translator, language_of, translator
from ui.words.lab_files import lab_file_problem
from ui.words.lab_waits import wait_text
from ui.words.odds import odds_texts
from ui.words.phone import capture_title, label_text, phone_name
from ui.words.problems import problem as problem_texts
from ui.words.reasons import message
from ui.words.row_errors import row_error
from ui.words.values import request_problem

_SECRET = ("pin", "password", "answer", "token")
LONGEST_SHOWN = 60

__all__ = [
    "N_",
    "Translator",
    "answer_text",
    "capture_title",
    "courtesy_words",
    "field_error",
    "lab_file_problem",
    "label_text",
    "language_of",
    "odds_texts",
    "phone_name",
    "problem_texts",
    "reason",
    "reasons",
    "row_error",
    "shown_name",
    "translator",
    "vocabulary",
    "wait_text",
]


def shown_name(who: str, name: str | None, language: str) -> str:
    """A person's name, the word for the installer, or that the person was forgotten."""
    if who == INSTALLER:
        return vocabulary.word(vocabulary.PERSON_ROLES, INSTALLER, language)
    if name == "":
        return translator(language).gettext("(name forgotten)")
    return name or who


def field_error(error: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Name a field of a request as a person does, and say what is wrong with it."""
    t, field = translator(language), str(error["field"])
    told = {**error.get("ctx", {}), "input": _shown(field, error.get("input"))}
    if why := error.get("why"):
        return {"field": field, "name": field_name(field, t), "message": t.gettext(why).format(**told)}
    message = request_problem(error["type"], told, language)
    return {"field": field, "name": field_name(field, t), "message": message, "type": error["type"]}


def _shown(field: str, given: Any) -> str:
    """What was sent, so far as it is short and no secret."""
    if field.rsplit(".", 1)[-1] in _SECRET or not isinstance(given, str | int | float | None):
        return "…"
    text = str(given)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def reason(code: str, params: Mapping[str, Any], language: str) -> schemas.Reason:
    """A stored reason with its sentence."""
    return schemas.Reason(code=code, params=dict(params), message=message(code, params, language))


def reasons(stored: Iterable[Mapping[str, Any]], language: str) -> list[schemas.Reason]:
    """Stored reasons ({"code", "params"}) with their sentences, in their order."""
    return [reason(one["code"], one.get("params") or {}, language) for one in stored]
