"""What is wrong with one value that a person wrote, in a file or a form: pydantic's names become sentences.

Every name that pydantic has leads to one sentence here; several are one thing to who wrote the value.
"""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, translator
from ui.words.parameters import parameter_texts

NOT_VALID = "not_valid_value"
VALUE_PROBLEMS: Mapping[str, str] = {
    "extra_forbidden": N_("is not a known setting"),
    "missing": N_("is missing"),
    "greater_than": N_("must be greater than {gt} (is {input})"),
    "greater_than_equal": N_("must be greater than or equal to {ge} (is {input})"),
    "less_than": N_("must be less than {lt} (is {input})"),
    "less_than_equal": N_("must be less than or equal to {le} (is {input})"),
    "multiple_of": N_("must be a multiple of {multiple_of} (is {input})"),
    "finite_number": N_("must be a finite number (is {input})"),
    "int_type": N_("must be an integer (is {input})"),
    "float_type": N_("must be a number (is {input})"),
    "decimal_max_digits": N_("has too many digits (is {input})"),
    "bool_type": N_("must be true or false (is {input})"),
    "string_type": N_("must be a text in quotes (is {input})"),
    "string_unicode": N_("holds bytes that are no text"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("must have no more than {max_length} characters"),
    "string_not_ascii": N_("may only hold letters without accents, digits and signs (is {input})"),
    "string_pattern_mismatch": N_("must be written as {pattern} (is {input})"),
    "bytes_too_short": N_("must have at least {min_length} bytes"),
    "bytes_too_long": N_("must have no more than {max_length} bytes"),
    "list_type": N_("must be a list (is {input})"),
    "model_type": N_("must be a section of its own (is {input})"),
    "too_short": N_("must have at least {min_length} entries"),
    "too_long": N_("must have no more than {max_length} entries"),
    "literal_error": N_("must be one of {expected} (is {input})"),
    "date_type": N_("must be a date as 2027-05-31 (is {input})"),
    "time_type": N_("must be a time of day as 14:05 (is {input})"),
    "datetime_type": N_("must be a day and a time as 2027-05-31T14:05:00+02:00 (is {input})"),
    "time_delta_type": N_("must be a duration as PT1H30M (is {input})"),
    "timezone_aware": N_("must say how far its time is from UTC, as +02:00 at its end (is {input})"),
    "timezone_naive": N_("must not say how far its time is from UTC (is {input})"),
    "datetime_past": N_("must lie in the past (is {input})"),
    "datetime_future": N_("must lie in the future (is {input})"),
    "uuid_type": N_("must be a UUID (is {input})"),
    "url_type": N_("must be a web address (is {input})"),
    "json_invalid": N_("cannot be read as JSON"),
    "recursion_loop": N_("is nested too deeply"),
    "none_required": N_("must be left out (is {input})"),
    "hidden_character": N_("holds {number}, a character that cannot be seen"),
    "analyte": N_("is no known analyte (is {input})"),
    "range": N_("must be [lowest, highest] (is {input})"),
    "usual": N_("{analyte}: must be [lowest, highest] within {lowest} to {highest} (is {input})"),
    "this_century": N_("must be a time of this century (is {input})"),
    "value_outside": N_("the value lies outside its limits"),
    "paper_number_missing": N_("a load that was closed on paper has the paper's number"),
    "analyte_twice": N_("must name each analyte once"),
    NOT_VALID: N_("is not valid (is {input})"),
}
# A request's names are no settings, and nobody typed its quotes.
OF_A_REQUEST: Mapping[str, str] = {
    "extra_forbidden": N_("is not known here"),
    "string_type": N_("must be a text (is {input})"),
    "model_type": N_("must have named parts (is {input})"),
}
_SAME: Mapping[str, str] = {
    **dict.fromkeys(("missing_argument", "missing_keyword_only_argument"), "missing"),
    **dict.fromkeys(("missing_positional_only_argument", "missing_sentinel_error"), "missing"),
    **dict.fromkeys(("unexpected_keyword_argument", "unexpected_positional_argument"), "extra_forbidden"),
    **dict.fromkeys(("int_parsing", "int_parsing_size", "int_from_float"), "int_type"),
    **dict.fromkeys(("float_parsing", "decimal_type", "decimal_parsing", "fraction_type"), "float_type"),
    **dict.fromkeys(("fraction_parsing", "complex_type", "complex_str_parsing"), "float_type"),
    **dict.fromkeys(("decimal_max_places", "decimal_whole_digits"), "decimal_max_digits"),
    **dict.fromkeys(("bytes_type", "path_type"), "string_type"),
    "bool_parsing": "bool_type",
    "bytes_invalid_encoding": "string_unicode",
    **dict.fromkeys(("tuple_type", "set_type", "frozen_set_type", "deque_type"), "list_type"),
    **dict.fromkeys(("iterable_type", "arguments_type"), "list_type"),
    **dict.fromkeys(("dict_type", "model_attributes_type", "mapping_type", "dataclass_type"), "model_type"),
    **dict.fromkeys(("frozen_dict_type", "ordered_dict_type", "counter_type"), "model_type"),
    **dict.fromkeys(("dataclass_exact_type", "named_tuple_type"), "model_type"),
    "enum": "literal_error",
    **dict.fromkeys(("date_parsing", "date_from_datetime_parsing"), "date_type"),
    "date_from_datetime_inexact": "date_type",
    "time_parsing": "time_type",
    **dict.fromkeys(("datetime_parsing", "datetime_object_invalid"), "datetime_type"),
    "datetime_from_date_parsing": "datetime_type",
    "time_delta_parsing": "time_delta_type",
    "timezone_offset": "timezone_aware",
    "date_past": "datetime_past",
    "date_future": "datetime_future",
    **dict.fromkeys(("uuid_parsing", "uuid_version"), "uuid_type"),
    **dict.fromkeys(("url_parsing", "url_syntax_violation", "url_too_long", "url_scheme"), "url_type"),
    "json_type": "json_invalid",
    "recursion_depth_exceeded": "recursion_loop",
}


def value_kind(error: str) -> str:
    """Return the code whose sentence says an error of pydantic; what no person can have written wrong has the
    plain "is not valid"."""
    code = _SAME.get(error, error)
    return code if code in VALUE_PROBLEMS else NOT_VALID


def request_problem(error: str, params: Mapping[str, Any], language: str) -> str:
    """Write what is wrong with a field of a request. Never raises."""
    t, code = translator(language), value_kind(error)
    told = {**params, "expected": str(params.get("expected", "")).replace(" or ", ", ")}
    text = OF_A_REQUEST.get(code, VALUE_PROBLEMS[code])
    return t.gettext(text).format_map(parameter_texts(told, t))
