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
        "The offset lies on the permitted ±{permitted} itself: more samples will hardly settle whether they "
        "agree. Look for the cause of the offset."
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

# What stands at the top of a page, and what has to be said on it; the pages write the numbers.
PAGE_SENTENCES: Mapping[str, str] = {
    # two methods
    "use_as_it_is": N_("{test}: good for {analyte}, also for a single load."),
    "good_on_average": N_(
        "{test}: right on average for {analyte}, usable far from a limit, but not to settle a contract."
    ),
    "no_bias_to_correct": N_("{test}: right on average for {analyte}; correct nothing."),
    "reads_high": N_("{test} reads {analyte} too high by {bias}: find the cause, then correct."),
    "reads_low": N_("{test} reads {analyte} too low by {bias}: find the cause, then correct."),
    "cannot_say_yet": N_("{test}: not enough samples to say whether it is good for {analyte}."),
    "lies_at_the_limit": N_(
        "{test}: the offset for {analyte} lies on the permitted limit itself; find its cause, more samples "
        "hardly help."
    ),
    "corrected_since": N_(
        "Raw values are compared here. Since {day} the station judges by the value of {name} {sign} {bias}."
    ),
    "nothing_permitted": N_(
        "{test}: no verdict for {analyte}, as the site file permits no bias ([quality] permitted)."
    ),
    # three methods
    "not_shown_better": N_("{better} is not shown to be better than {other}: their intervals overlap."),
    "shown_better": N_("{better} errs less than {other}: their intervals do not overlap."),
    "shared_error_unseen": N_(
        "Error that two methods share is not seen here. Where phone and analyzer read one handful and the "
        "laboratory another, sampling is charged to the laboratory; a phone that learnt from an analyzer "
        "makes the analyzer look too good and the laboratory too bad."
    ),
    "own_errors_known": N_("Own random error, none taken as the truth: {errors}."),
    # who was right
    "sides_mostly": N_(
        "Where phone and analyzer disagree, the laboratory mostly sides {side}: {share} of {n} loads "
        "({low} to {high})."
    ),
    "sides_open": N_(
        "Phone and analyzer disagree on {n} loads; the laboratory does not clearly side with either."
    ),
    "never_disagreed": N_("Phone and analyzer never differ by more than {tolerance}."),
    "how_sides_are_told": N_(
        "Two values disagree when they differ by more than {tolerance}{citation}. The laboratory sides with "
        "a method when it lies within that of it and not of the other; else with both or with neither."
    ),
    "all_apart": N_(
        "Of all {compared} loads that both measured, phone and analyzer see {disagreed} apart ({tonnes})."
    ),
    # groups
    "group_stands_out": N_(
        "{name} stands apart: {shrunken} ({low} to {high}); its own {n} samples say {raw}."
    ),
    "groups_alike": N_("No group stands apart from the others; all together read {mean}."),
    "drawn_to_the_mean": N_(
        "Each estimate is drawn towards the mean of all, the more the fewer samples it has: a group is "
        "corrected only if its interval excludes zero and the bias matters. A campaign is watched, not "
        "corrected."
    ),
    # watch
    "in_alarm": N_("{name}: alarm since {at}. Since about {since} it reads {shift} {way}."),
    "was_in_alarm": N_("{name}: no alarm now; the last one was on {at}."),
    "quiet": N_("{name}: no alarm in {n} checks."),
    "baseline_missing": N_("{name}: checks so far {n}; it is watched from {needed} on."),
    "baseline_after_adjustment": N_(
        "{name}: checks since it was adjusted {n}; it is watched again from {needed} on."
    ),
    "higher": N_("higher"),
    "lower": N_("lower"),
    "look_at_the_laboratory": N_(
        "Before touching the instrument look at the laboratory: its proficiency test, and the other "
        "instruments in the same weeks."
    ),
    "delay": N_(
        "The running mean sees a drift of one SEP after about {checks} checks, and gives a false alarm once "
        "in about {quiet}."
    ),
    # fairness
    "stand_out": N_("More than chance gives, by {what}: {names}. That is a reason to look, not a finding."),
    "as_chance_gives": N_("Nothing stands out from what chance alone gives."),
    "chance_is_corrected": N_(
        "The probability of chance is corrected for all names that are looked at: where everybody is honest, "
        "a name is marked here in at most {share} of such pages."
    ),
    "just_inside_means": N_("Just inside: within {wide} of a limit, on its better side."),
    # how samples came, and what that means
    "drawn_by_lot": N_("{n} drawn by lot"),
    "drawn_weighted": N_("{n} drawn by lot, each counted for the loads that it stands for"),
    "sent_somehow": N_("{n} sent without a draw"),
    "every_load": N_("every load that both measured"),
    "doubted_left_out": N_("{n} chosen for a doubt, not used"),
    "held_left_out": N_("{n} values to be confirmed"),
    "released_left_out": N_("{n} values that a manager released"),
    "before_adjustment_left_out": N_("{n} samples from before the adjustment of {day}"),
    "adjusted_stand_alone": N_("An instrument that was adjusted stands with what it measured since then."),
    "lab_is_reference": N_("The laboratory is our reference for this comparison, not the truth."),
    "spread_numbers": N_(
        "RPD {rpd} and CCC {ccc} depend on the spread of these samples: never compare them across campaigns."
    ),
    "iso_slope": N_(
        "Slope of ISO 12099 (reference on predicted): {slope}. It cannot see a compressed scale, and flags "
        "a true one when there are many samples; no slope is corrected by it."
    ),
    "thinned": N_("Drawn: every so many-th of {n} samples."),
}

REFUSED: Mapping[str, str] = {  # why a page has no numbers
    "no_samples": N_("No sample of this time was measured by both."),
    "only_chosen": N_(
        "All {count} samples were chosen for a doubt: they say nothing of the others. Send some by lot."
    ),
    "too_few": N_("Only {n} so far: nothing is said below {needed}."),
    "three_too_few": N_(
        "Only {n} samples were measured by all three: three methods are told apart from {needed} on."
    ),
    "baseline_too_few": N_("Only {n} checks so far: the chart begins with {needed}."),
    "bases_differ": N_(
        "The values stand on different bases ({bases}), and nothing is converted: ask the laboratory for the "
        "other one."
    ),
    "units_differ": N_("The values have different units: {units}."),
    "nitrogen_factors_differ": N_(
        "The laboratories reckon protein with different nitrogen factors ({factors}): choose one species."
    ),
    "no_tolerance": N_("The site file has no tolerance for {analyte} ([quality] tolerance)."),
    "no_limit": N_("The rules have no limit for {analyte} of {species}."),
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


def page_sentence(code: str, language: str, **words: str) -> str:
    """Write a sentence of a page; the words are written already."""
    return translator(language).gettext(PAGE_SENTENCES[code]).format_map(words)


def refusal_text(code: str, words: Mapping[str, str], language: str) -> str:
    """Write why a page has no numbers. Never raises."""
    template = REFUSED.get(code)
    if template is None:
        return unknown_message(code, words)
    return translator(language).gettext(template).format_map(_OrUnknown(words))


class _OrUnknown(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


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
