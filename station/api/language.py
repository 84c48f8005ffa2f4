"""The reader's language: the only module of the counter that touches `ui`."""

from collections.abc import Iterable, Mapping
from typing import Any

from station.api import schemas
from station.store.names import INSTALLER
from ui.words import vocabulary
from ui.words.i18n import N_, Translator, language_of, translator
from ui.words.lab_files import lab_file_problem
from ui.words.lab_waits import wait_text
from ui.words.phone import capture_title, label_text, phone_name
from ui.words.problems import problem as problem_texts
from ui.words.reasons import message
from ui.words.row_errors import row_error

__all__ = [
    "N_",
    "Translator",
    "capture_title",
    "lab_file_problem",
    "label_text",
    "language_of",
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


def reason(code: str, params: Mapping[str, Any], language: str) -> schemas.Reason:
    """A stored reason with its sentence."""
    return schemas.Reason(code=code, params=dict(params), message=message(code, params, language))


def reasons(stored: Iterable[Mapping[str, Any]], language: str) -> list[schemas.Reason]:
    """Stored reasons ({"code", "params"}) with their sentences, in their order."""
    return [reason(one["code"], one.get("params") or {}, language) for one in stored]
