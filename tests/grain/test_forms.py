"""A form is a small, bounded part of JSON Schema; its conditions decide what is asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.form_reading import MOST_BYTES, parse_form
from station.grain.forms import FormWrong

EXAMPLE = (Path(__file__).parents[2] / "examples/form.json").read_text(encoding="utf-8")
TITLES = {"fr": "Question", "en": "Question"}


def form_with(**questions: dict[str, Any]) -> dict[str, Any]:
    properties = {code: {"titles": TITLES, "type": "boolean", **one} for code, one in questions.items()}
    return {"name": "f", "version": 1, "titles": TITLES, "type": "object", "properties": properties}


def test_the_example_asks_what_the_answers_before_leave_open() -> None:
    form = parse_form(EXAMPLE)
    assert [one.code for one in form.asked({})] == ["rain", "stored_at_farm", "field"]
    assert form.missing({}) == ("rain", "stored_at_farm")
    wet = {"rain": "heavy", "stored_at_farm": True}
    assert [one.code for one in form.asked(wet)] == [
        "rain", "hours_since_rain", "stored_at_farm", "stored_days", "treated", "field",
    ]  # fmt: skip
    assert form.missing(wet) == ("hours_since_rain",)
    assert form.missing({"rain": "none", "stored_at_farm": False}) == ()
    assert form.is_for("durum")
    assert not form.is_for("maize")


def test_what_is_no_answer_is_named() -> None:
    form = parse_form(EXAMPLE)
    good = {"rain": "some", "hours_since_rain": 12, "stored_at_farm": False, "field": "Le Clos"}
    assert form.wrong(good) == ()
    for code, value in (
        ("rain", "hail"), ("rain", True), ("hours_since_rain", 241), ("hours_since_rain", 1.5),
        ("hours_since_rain", "12"), ("stored_at_farm", 1), ("stored_at_farm", "yes"), ("field", "x" * 81),
        ("other", 1),
    ):  # fmt: skip
        assert form.wrong({code: value}) == (code,), (code, value)
    assert form.fitting({**good, "rain": "hail", "other": 1}) == {
        code: value for code, value in good.items() if code != "rain"
    }


def test_true_is_no_one_in_a_condition() -> None:
    told = form_with(a={"type": "integer"}, b={"asked_if": {"a": [1]}})
    form = parse_form(json.dumps(told))
    assert [one.code for one in form.asked({"a": 1})] == ["a", "b"]
    assert [one.code for one in form.asked({"a": True})] == ["a"]


def test_a_condition_on_what_is_not_asked_does_not_hold() -> None:
    told = form_with(a={}, b={"asked_if": {"a": [True]}}, c={"asked_if": {"b": [True]}})
    form = parse_form(json.dumps(told))
    assert [one.code for one in form.asked({"a": False, "b": True})] == ["a"]


HOSTILE = {
    "deep": ("not_json", "[" * 50_000),
    "large": ("too_large", " " * MOST_BYTES + "{}"),
    "no JSON": ("not_json", "{"),
    "no table": ("no_table", "[]"),
    "reference to the network": ("unknown", form_with(a={"$ref": "http://127.0.0.1:1/x"})),
    "reference at the head": ("unknown", form_with(a={}) | {"$ref": "#"}),
    "definitions": ("unknown", form_with(a={}) | {"$defs": {}}),
    "pattern": ("unknown", form_with(a={"type": "string", "pattern": "(a+)+$"})),
    "nested": ("value", form_with(a={"type": "object"})),
    "list of types": ("value", form_with(a={"type": ["string", "null"]})),
    "many questions": ("how_many", form_with(**{f"q{n}": {} for n in range(41)})),
    "no questions": ("how_many", form_with()),
    "many choices": (
        "how_many",
        form_with(a={"type": "string", "oneOf": [{"const": f"c{n}", "titles": TITLES} for n in range(41)]}),
    ),
    "same choice": (
        "twice",
        form_with(a={"type": "string", "oneOf": [{"const": "c", "titles": TITLES}] * 2}),
    ),
    "code": ("code", form_with(__proto__={})),
    "one language": ("titles", form_with(a={"titles": {"fr": "x"}})),
    "lines in a title": ("titles", form_with(a={"titles": {"fr": "x\ny", "en": "x"}})),
    "condition on itself": ("condition", form_with(a={"asked_if": {"a": [True]}})),
    "condition ahead": ("condition", form_with(a={"asked_if": {"b": [True]}}, b={})),
    "condition that no choice meets": (
        "condition_answer",
        form_with(
            a={"oneOf": [{"const": "c", "titles": TITLES}], "type": "string"}, b={"asked_if": {"a": ["d"]}}
        ),
    ),
    "condition of another kind": ("condition_answer", form_with(a={}, b={"asked_if": {"a": ["yes"]}})),
    "order": ("order", form_with(a={}) | {"order": ["a", "a"]}),
    "required": ("unknown", form_with(a={}) | {"required": ["b"]}),
    "limits": ("limits", form_with(a={"type": "number", "minimum": 2, "maximum": 1})),
    "no number": ("value", '{"name": "f", "version": NaN}'),
    "version": ("value", form_with(a={}) | {"version": True}),
    "endless limit": ("value", form_with(a={"type": "number", "maximum": 1e300})),
    "before": ("value", form_with(a={}) | {"before": "lunch"}),
}


@pytest.mark.parametrize(("code", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_form_is_refused(code: str, told: Any) -> None:
    text = told if isinstance(told, str) else json.dumps(told)
    with pytest.raises(FormWrong) as wrong:
        parse_form(text)
    if code != "value" or "NaN" not in text:
        assert wrong.value.code == code


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(place=st.sampled_from(["name", "version", "before", "species", "titles", "order", "required", "a", "properties"]), said=_JSON)  # fmt: skip  # noqa: E501
def test_whatever_stands_there_a_form_is_read_or_refused(place: str, said: Any) -> None:
    told = form_with(a={})
    if place == "a":
        told["properties"]["a"] = said
    else:
        told[place] = said
    try:
        form = parse_form(json.dumps(told))
    except FormWrong:
        return
    form.missing({})
    form.wrong({"a": said})
