"""Why a form cannot be used, and how an answer is written."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, Translator, translator

FORM_PROBLEMS: Mapping[str, str] = {
    "not_json": N_("it is no JSON"),
    "too_large": N_("it is too large"),
    "no_table": N_("{where}: a table in braces is wanted"),
    "condition_answer": N_("{where}: a condition names an answer that its question has not"),
    "unknown": N_("{where}: not known here"),
    "value": N_("{where}: missing, or of another kind"),
    "titles": N_("{where}: a title in French and in English is wanted"),
    "order": N_("{where}: every question once"),
    "how_many": N_("{where}: none, or too many"),
    "code": N_("{where}: a code has small letters, figures and _"),
    "condition": N_("{where}: a condition names questions before it, each with a list of answers"),
    "limits": N_("{where}: the lowest is over the highest"),
    "twice": N_("{where}: the same code twice"),
}


def form_problem(code: str, where: str, language: str) -> str:
    """`where` empty: the form itself."""
    t = translator(language)
    return t.gettext(FORM_PROBLEMS[code]).format(where=where or t.gettext("the form"))


def answer_text(kind: str, answer: Any, titles: Mapping[str, str], t: Translator) -> str:
    """`titles`: of the choices, by their codes."""
    if kind == "boolean":
        return t.gettext("yes") if answer else t.gettext("no")
    if kind in ("integer", "number"):
        return t.plain(float(answer))
    return titles.get(str(answer), str(answer))
