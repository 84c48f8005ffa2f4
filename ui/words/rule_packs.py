"""What is wrong in a rule pack becomes its place and its sentence, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import translator
from ui.words.parameters import parameter_texts
from ui.words.settings import setting_problem
from ui.words.values import value_kind


def pack_problem(problem: Mapping[str, Any], language: str) -> str:
    """Write a problem of a pack as `RulePackError.as_dict` gives it. Never raises."""
    where, code = str(problem.get("where", "")), str(problem.get("code", ""))
    params, sentence = problem.get("params", {}), problem.get("sentence")
    if isinstance(sentence, str):
        t = translator(language)
        text = t.gettext(sentence).format_map(parameter_texts(params, t))
    else:
        text = setting_problem(value_kind(code), params, language)
    return f"{where}: {text}" if where else text
