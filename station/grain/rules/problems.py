"""What is wrong with a rule pack: each problem has its place in the file and its sentence."""

from collections.abc import Mapping
from typing import Any


def N_(text: str) -> str:  # noqa: N802 - the name by which sentences are collected for translation
    return text


SENTENCES: Mapping[str, str] = {
    "not_toml": N_("not TOML: {error}"),
    "hidden_character": N_("holds {number}, a character that cannot be seen"),
    "until_before_from": N_("must be later than valid_from"),
    "id_twice": N_("'{id}' is already the id of {first}"),
    "weight_no_quality": N_("a weight is no quality of grain"),
    "wrong_unit": N_("{analyte} is in {right}, not {unit}"),
    "needs_basis": N_("{analyte} needs a basis: {bases}"),
    "only_as_is": N_("{analyte} is only compared as is"),
    "outside_range": N_("{value} is outside {low} to {high}"),
    "no_multiple": N_("the limit {limit} is no multiple of the step {step}"),
    "second_lower": N_("{analyte} has a second lower limit in '{id}'"),
    "second_upper": N_("{analyte} has a second upper limit in '{id}'"),
    "none_can_meet": N_("no {analyte} can meet '{id}'"),
    "each_not_blended": N_("only a limit that is blended also limits each load"),
    "each_not_beyond": N_(
        "must lie beyond the limit {limit} that is '{op}': it is for each load of a mixture"
    ),
    "information_at_intake": N_("what is only told cannot be required at intake"),
    "information_not_sure": N_("what is only told decides nothing: it has no probability to be met with"),
    "information_only": N_("'{id}' has nothing that decides: every criterion is only told"),
    "no_count": N_("{analyte} is no share of kernels: it cannot be counted"),
    "unreachable": N_("no load ever reaches '{id}': '{better}' is preferred and takes all that it takes"),
    "no_operator_alone": N_("what is never blended is no operator's alone: 'manager' may stand here"),
    "no_such_claim": N_("no claim is called '{claim}'; there are: {known}"),
    "no_such_grade": N_("the pack has no grade '{id}'"),
    "no_grade_of_species": N_("the pack has no grade of {species}"),
    "grade_of_other": N_("'{id}' is a grade of {species}"),
    "points_not_rising": N_("must be more than {before}, which the entry before it has"),
    "points_falling": N_("a heavier load needs no fewer points than {before}"),
    "drying_on_price": N_("a drying charge is on weight or a fee, not on the price"),
    "until_not_beyond": N_("must lie beyond the limit {limit}, on the side of '{op}'"),
    "overlaps": N_("overlaps with '{other}': {analyte} of '{grade}' would count twice"),
    "gap": N_("leaves a gap: '{other}' ends at {until}"),
    "other_basis": N_("'{other}' compares {analyte} of '{grade}' on another basis"),
    "no_such_rule": N_("no rule is called '{rule}'; there are: {rules}"),
    "nothing_to_average": N_("'{id}' has no limit that a mean of loads could meet"),
}


class RulePackError(Exception):
    """The rule pack cannot be used. `where` names table and key ("grades[0].criteria[2].limit"), `code` one
    of SENTENCES, or what pydantic calls it, with its English words as `text`."""

    def __init__(self, where: str, code: str, **params: Any) -> None:
        self.where = where
        self.code = code
        self.params = params
        sentence = SENTENCES.get(code)
        self.problem = sentence.format(**params) if sentence else str(params.get("text", code))
        super().__init__(f"{where}: {self.problem}" if where else self.problem)

    def as_dict(self) -> dict[str, Any]:
        """JSON values, with the sentence that is translated where there is one."""
        sentence = SENTENCES.get(self.code)
        return {"where": self.where, "code": self.code, "sentence": sentence, "params": self.params}
