"""A form is read from its JSON text: only keywords that are known, all of them bounded, or it is refused."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from station.grain.forms import Choice, Form, FormWrong, Question, Titles

MOST_BYTES, MOST_QUESTIONS, MOST_CHOICES = 64_000, 40, 40
LONGEST_TITLE, LONGEST_TEXT = 200, 400
LANGUAGES = ("fr", "en")
BEFORE = ("decision", "ticket")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORM_KEYS = frozenset(
    {"$schema", "name", "version", "before", "species", "titles", "type", "order", "required", "properties"}
)
_COMMON = frozenset({"type", "titles", "asked_if", "personal"})
_OWN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "string": frozenset({"oneOf", "maxLength"}),
        "boolean": frozenset(),
        "integer": frozenset({"minimum", "maximum"}),
        "number": frozenset({"minimum", "maximum"}),
    }
)


def parse_form(text: str) -> Form:
    """Raises FormWrong."""
    if len(text.encode()) > MOST_BYTES:
        raise FormWrong("too_large", "")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise FormWrong("not_json", "") from None
    return _form(_table(told, ""))


def _form(told: Mapping[str, Any]) -> Form:
    _only(told, _FORM_KEYS, "")
    properties = _table(told.get("properties"), "properties")
    order = told.get("order", list(properties))
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(properties):
        raise FormWrong("order", "order")
    if not 0 < len(properties) <= MOST_QUESTIONS:
        raise FormWrong("how_many", "properties")
    required = _texts(told.get("required", []), "required", properties)
    questions: list[Question] = []
    for code in order:
        questions.append(_question(code, properties[code], code in required, questions))
    return Form(
        _is(told, "name", lambda one: isinstance(one, str) and _CODE.fullmatch(one), ""),
        _is(told, "version", lambda one: type(one) is int and 0 < one < 1_000_000, ""),
        _is({"before": "decision"} | dict(told), "before", lambda one: one in BEFORE, ""),
        _texts(told.get("species", []), "species"),
        _titles(told, ""),
        tuple(questions),
        properties,
    )


def _question(code: str, said: Any, is_required: bool, before: Collection[Question]) -> Question:
    where = f"properties.{code}"
    if not _CODE.fullmatch(code):
        raise FormWrong("code", where)
    told = _table(said, where)
    kind = _is(told, "type", lambda one: one in _OWN, where)
    _only(told, _COMMON | _OWN[kind], where)
    choices = _choices(told["oneOf"], where) if "oneOf" in told else ()
    low, high = (_number(told, key, where) for key in ("minimum", "maximum"))
    if low is not None and high is not None and low > high:
        raise FormWrong("limits", where)
    longest = _is({"maxLength": LONGEST_TEXT} | dict(told), "maxLength", _is_length, where)
    personal = _is({"personal": False} | dict(told), "personal", lambda one: isinstance(one, bool), where)
    return Question(
        code, "choice" if choices else "text" if kind == "string" else kind, _titles(told, where), choices,
        low, high, longest, is_required, personal, _condition(told.get("asked_if", {}), where, before),
    )  # fmt: skip


def _condition(said: Any, where: str, before: Collection[Question]) -> Mapping[str, tuple[Any, ...]]:
    """It names only questions that stand before: so it ends."""
    known, where = {one.code: one for one in before}, f"{where}.asked_if"
    found = {}
    for other, wanted in _table(said, where).items():
        if other not in known:
            raise FormWrong("condition", where)
        if not isinstance(wanted, list) or not wanted or not all(map(_is_scalar, wanted)):
            raise FormWrong("condition", where)
        if not all(_can_answer(known[other], one) for one in wanted):
            raise FormWrong("condition_answer", where)
        found[other] = tuple(wanted)
    return found


def _can_answer(question: Question, said: Any) -> bool:
    """A condition on what nobody can answer would never ask, and nobody would see why."""
    if question.kind == "choice":
        return said in {one.code for one in question.choices}
    if question.kind == "text":
        return isinstance(said, str)
    return isinstance(said, bool) == (question.kind == "boolean") and not isinstance(said, str)


def _choices(said: Any, where: str) -> tuple[Choice, ...]:
    where = f"{where}.oneOf"
    if not isinstance(said, list) or not 0 < len(said) <= MOST_CHOICES:
        raise FormWrong("how_many", where)
    found = []
    for one in said:
        told = _table(one, where)
        _only(told, frozenset({"const", "titles"}), where)
        code = _is(told, "const", lambda code: isinstance(code, str) and _CODE.fullmatch(code), where)
        found.append(Choice(code, _titles(told, f"{where}.{code}")))
    if len({one.code for one in found}) != len(found):
        raise FormWrong("twice", where)
    return tuple(found)


def _titles(told: Mapping[str, Any], where: str) -> Titles:
    """In each language, on one line."""
    where = f"{where}.titles".lstrip(".")
    titles = _table(told.get("titles"), where)
    for language in LANGUAGES:
        text = titles.get(language)
        if not isinstance(text, str) or not text.isprintable() or not 0 < len(text.strip()) <= LONGEST_TITLE:
            raise FormWrong("titles", where)
    return titles


def _table(said: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise FormWrong("no_table", where)
    return said


def _only(told: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in told:
        if key not in known:
            raise FormWrong("unknown", f"{where}.{key[:60]}".lstrip("."))


def _is(told: Mapping[str, Any], key: str, check: Callable[[Any], object], where: str) -> Any:
    if key not in told or isinstance(told[key], list | dict) or not check(told[key]):
        raise FormWrong("value", f"{where}.{key}".lstrip("."))
    return told[key]


def _is_length(said: Any) -> bool:
    return type(said) is int and 0 < said <= LONGEST_TEXT


def _number(told: Mapping[str, Any], key: str, where: str) -> float | None:
    if key not in told:
        return None
    return float(_is(told, key, lambda one: type(one) in (int, float) and abs(one) < 1e9, where))


def _texts(said: Any, where: str, known: Collection[str] | None = None) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(map(_is_short, said)):
        raise FormWrong("value", where)
    if known is not None and not set(said) <= set(known):
        raise FormWrong("unknown", where)
    return tuple(said)


def _is_scalar(said: Any) -> bool:
    return isinstance(said, str | bool | int)


def _is_short(said: Any) -> bool:
    return isinstance(said, str) and len(said) <= LONGEST_TITLE
