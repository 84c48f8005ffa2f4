"""Whatever pydantic finds wrong has a sentence in the reader's language, and the field its name."""

import string
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core._pydantic_core import list_all_errors

from station.api import schemas  # noqa: F401 - all of a request's shapes are known then
from station.api.schemas.common import In
from ui.words.fields import FIELDS, field_name
from ui.words.i18n import translator
from ui.words.values import NOT_VALID, OF_A_REQUEST, VALUE_PROBLEMS, request_problem, value_kind

# What programs write, never a person: it is named as it is sent.
BY_PROGRAMS = {
    "accepted", "as_courtesy", "abstention_within", "capture_id", "captures", "classes", "code",
    "comes_again", "correction_id", "count", "decision_id", "despite_crossing", "despite_kg",
    "despite_remarks", "despite_site", "dry_run", "external", "ids", "inspection", "is_sure", "judged",
    "kernels", "mass", "new_supplier", "no_shipment", "p", "per", "proposal_id", "ref", "replaces",
    "rollback_abstention", "rollback_captures", "rollback_unfamiliar", "seen", "sha256", "share_within",
    "source", "standing", "task", "terms", "visit_id", "wiring",
}  # fmt: skip
ERRORS = {one["type"]: one["example_context"] or {} for one in list_all_errors()}


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_of_pydantic_is_a_sentence_in_both_languages(error: str) -> None:
    context = {**ERRORS[error], "input": "x"}
    english, french = (request_problem(error, context, language) for language in ("en", "fr"))
    assert english != french
    assert "?" not in english


def test_what_only_a_program_can_get_wrong_is_all_that_is_plainly_not_valid() -> None:
    plain = {error for error in ERRORS if value_kind(error) == NOT_VALID}
    assert plain == {
        "assertion_error", "callable_type", "default_factory_not_called", "ellipsis_error", "frozen_field",
        "frozen_instance", "get_attribute_error", "invalid_key", "is_instance_of", "is_subclass_of",
        "iteration_error", "multiple_argument_values", "needs_python_object", "no_such_attribute",
        "set_item_not_hashable", "union_tag_invalid", "union_tag_not_found", "value_error",
    }  # fmt: skip


def test_a_sentence_asks_for_nothing_that_pydantic_does_not_tell() -> None:
    for error, context in ERRORS.items():
        for text in (VALUE_PROBLEMS[value_kind(error)], OF_A_REQUEST.get(value_kind(error), "")):
            asked = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert asked <= {*context, "input"}, error


def shapes(of: type[In]) -> Iterator[type[In]]:
    for one in of.__subclasses__():
        yield one
        yield from shapes(one)


def test_every_field_that_a_person_fills_in_has_a_name() -> None:
    fields: set[Any] = {name for shape in shapes(In) for name in shape.model_fields}
    assert fields - FIELDS.keys() == BY_PROGRAMS & fields
    assert fields & BY_PROGRAMS == BY_PROGRAMS


def test_a_field_is_named_by_its_whole_path() -> None:
    t = translator("fr")
    assert field_name("body.loads.0.declared.moisture", t) == "apports 1, valeurs déclarées, humidité"
    assert field_name("body", t) == "la requête"
    assert field_name("query.platte", t) == "platte"
