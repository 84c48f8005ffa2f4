"""What a comparison of methods says, and why a file of pairs cannot be read, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from ui.words.i18n import N_, Translator, translator
from ui.words.reasons import unknown_message

SENTENCES: Mapping[str, str] = {
    "offset": N_(
        "{test} minus {reference}: {bias} ({conf} interval {bias_low} to {bias_high}, {n} samples)."
    ),
    "offset_alone": N_("{test} minus {reference}: {bias} (one sample)."),
    "too_few": N_("Not enough samples to judge: take {missing} more."),
    "ask_permitted": N_("For a verdict say which difference is permitted (--permitted)."),
    "agrees": N_(
        "No offset shows, and none beyond the permitted ±{permitted} is left: they agree; correct nothing."
    ),
    "agrees_offset": N_(
        "The offset is real but inside the permitted ±{permitted}: they agree, no correction is needed."
    ),
    "differs": N_(
        "The offset lies outside the permitted ±{permitted}: they differ. Look for the cause (moisture "
        "basis, mixed-up samples, calibration), correct it, and compare again."
    ),
    "not_enough": N_(
        "Not enough samples: about {needed} are needed to tell whether the offset is inside ±{permitted}; "
        "take {missing} more."
    ),
    "at_the_limit": N_(
        "Not enough samples: the offset lies on the permitted ±{permitted} itself, and more samples will "
        "hardly settle it. Look for the cause of the offset."
    ),
    "single": N_("Single samples differ by {low} to {high} (95 % of them, outer limits)."),
    "single_within": N_("Single samples stay inside it too ({low} to {high}, 95 % of them, outer limits)."),
    "single_beyond": N_(
        "But single samples differ by {low} to {high} (95 % of them, outer limits): usable far from a limit, "
        "not to settle a contract."
    ),
    "pulls_in": N_(
        "{test} pulls values to the middle: {slope} of the real spread ({conf} interval {low} to {high}, "
        "error ratio {ratio})."
    ),
    "spreads_out": N_(
        "{test} stretches values: {slope} of the real spread ({conf} interval {low} to {high}, error ratio "
        "{ratio})."
    ),
    "own_errors": N_(
        "Own random error, none taken as the truth: {errors}. Error that two share is not seen."
    ),
    "three_too_few": N_("Three methods are judged from 30 samples on: take {missing} more."),
    "too_small": N_("The error of {role} is too small to see with {three_n} samples (upper limit {high})."),
    "shared_error": N_(
        "{role} repeats worse than its own error: two methods share an error (one sub-sample, or one trained "
        "on the other), and the split between them is not valid."
    ),
    "outliers": N_("Samples that stand apart: {count}. Look at each; none was left out."),
    "passing_bablok_drawn": N_("Passing-Bablok uses {pairs} samples drawn with seed {seed}."),
    "rows_left_out": N_("Rows without both values, left out: {count}."),
}

PAIRS_PROBLEMS: Mapping[str, str] = {
    "no_rows": N_("the file has no rows"),
    "no_text": N_("the file is no CSV text: save it as CSV (UTF-8) from the spreadsheet program"),
    "no_column": N_("the file has no column {column}; it has: {columns}"),
    "column_twice": N_("the file has the column {column} more than once: rename one"),
    "broken_row": N_("line {line} cannot be cut into cells ({text})"),
    "long_row": N_(
        "line {line} has {cells} cells, the header {columns_count}: where the comma stands before decimals, "
        "semicolons must part the cells"
    ),
    "no_number": N_("column {column}: cells without a number ({count}): {cells}"),
    "two_decimal_signs": N_(
        "column {column} writes decimals behind a comma (line {comma}) and behind a point (line {point}): "
        "write all of them one way"
    ),
    "comma_unclear": N_(
        "column {column}, line {line}: the comma of {text} may part thousands or decimals; write a point"
    ),
    "no_pairs": N_("no row has a number in both {test} and {reference}"),
    "no_sample_column": N_("no column names the sample that rows repeat: say which by --sample"),
}

_INTERVALS = {"bias_ci": ("bias_low", "bias_high")}
_CHANGES = ("bias", "low", "high", "bias_low", "bias_high")  # written with their sign
_MOST_WRITTEN = 1e15
_SLOPES = ("pulls_in", "spreads_out")
_SIGNED_IN = ("offset", "offset_alone", "single", "single_within", "single_beyond")


def comparison_text(statements: Sequence[tuple[str, Mapping[str, Any]]], language: str) -> str:
    """Write statements (code, params) as sentences. Never raises."""
    return " ".join(_statement(code, params, translator(language)) for code, params in statements)


def pairs_problem(code: str, params: Mapping[str, Any], language: str) -> str:
    """Write why a file gives no pairs. Never raises."""
    template = PAIRS_PROBLEMS.get(code)
    if template is None:
        return unknown_message(code, params)
    t = translator(language)
    words = {name: str(value) for name, value in params.items()}
    if isinstance(named := params.get("columns"), list):
        words["columns"] = ", ".join(map(str, named)) or "-"
    if isinstance(cells := params.get("cells"), list):
        line = t.gettext(N_("“{text}” (line {line})"))
        words["cells"] = ", ".join(line.format(**cell) for cell in cells)
    return t.gettext(template).format_map(words)


def _statement(code: str, params: Mapping[str, Any], t: Translator) -> str:
    template = SENTENCES.get(code)
    if template is None:
        return unknown_message(code, params)
    decimals = int(params.get("decimals") or 0)
    flat = dict(params)
    for name, (low, high) in _INTERVALS.items():
        flat[low], flat[high] = flat.get(name) or (None, None)
    words = {name: _word(code, name, value, decimals, t) for name, value in flat.items()}
    words["role"] = str(params.get(str(params.get("role")), params.get("role")))
    words["errors"] = ", ".join(_error(params, error, decimals, t) for error in params.get("errors") or [])
    return t.gettext(template).format_map(words)


def _word(code: str, name: str, value: Any, decimals: int, t: Translator) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "?" if value is None else str(value)
    if abs(value) >= _MOST_WRITTEN:
        return f"{value:.3g}"
    if name == "conf":
        return t.percent(value, 0 if round(100 * value, 6) % 1 == 0 else 1)
    if name == "permitted" or code in _SLOPES:
        return t.plain(value, 8 if name == "permitted" else 2)
    text = t.number(value, 0 if isinstance(value, int) else decimals)
    return f"+{text}" if value > 0 and name in _CHANGES and code in _SIGNED_IN else text


def _error(params: Mapping[str, Any], error: Sequence[Any], decimals: int, t: Translator) -> str:
    role, sd, ci = error
    value, low, high = (_word("", "", number, decimals, t) for number in (sd, *(ci or (None, None))))
    return t.gettext(N_("{name} {value} ({low} to {high})")).format(
        name=params.get(role), value=value, low=low, high=high
    )
