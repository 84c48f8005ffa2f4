"""A comparison computes what the samples define, and says how far a verdict is."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.lab.comparison import Comparison, Question, compare
from station.lab.pairs import PairsError, PairTable
from station.lab.samples import Columns, Samples, samples_of
from station.lab.verdict import Verdict, samples_to_tell
from tests.draws import examples
from ui.words.comparisons import comparison_text

KEYS = {
    "n", "bias", "bias_ci", "sep", "sep_ci", "rmsep", "rpd", "loa", "loa_outer", "iso12099", "deming",
    "passing_bablok", "ccc", "three_way", "groups", "outliers", "verdict", "sentence",
}  # fmt: skip


def samples(test: Any, reference: Any, **texts: list[str]) -> Samples:
    numbers = {"machine": list(test), "lab": list(reference)}
    if "third" in texts:
        numbers["phone"] = [float(text) for text in texts.pop("third")]
    lines = list(range(2, 2 + len(numbers["lab"])))
    columns = Columns(
        "machine", "lab", "phone" if "phone" in numbers else None,
        "group" if "group" in texts else None, "sample" if "sample" in texts else None,
    )  # fmt: skip
    return samples_of(PairTable(numbers, texts, lines), columns)


def drawn(
    n: int, offset: float = 0.0, scatter: float = 0.2, seed: int = 1
) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(1)
    lab = np.round(rng.normal(12, 1, n), 2)
    noise = rng.normal(0, 1, n)
    noise = (noise - noise.mean()) / noise.std(ddof=1) if n > 1 else noise
    return (lab + offset + scatter * noise).tolist(), lab.tolist()


def codes(comparison: Comparison) -> list[str]:
    return [statement.code for statement in comparison.statements]


def test_the_keys_are_always_the_same_and_json_takes_them() -> None:
    for n in (1, 2, 3, 5, 50):
        result = compare(samples(*drawn(n)), Question(limits=(11.5,))).as_dict("said")
        assert set(result) == KEYS
        assert set(result["deming"]) == {
            "error_ratio", "slope", "slope_ci", "intercept", "intercept_ci", "bias_at",
        }  # fmt: skip
        assert set(result["passing_bablok"]) == {"slope", "slope_ci", "intercept", "intercept_ci", "cusum_h"}
        assert set(result["iso12099"]) == {
            "tb", "bias_significant", "slope", "intercept", "t_slope", "slope_significant",
        }  # fmt: skip
        assert set(result["deming"]["bias_at"]) == {"11.5"}
        json.dumps(result, allow_nan=False)


def test_differences_are_test_minus_reference() -> None:
    found = compare(samples([12, 13, 15], [11, 12, 13]), Question()).numbers
    assert found["bias"] == pytest.approx(4 / 3)
    assert found["rmsep"] == pytest.approx(math.sqrt(2))
    assert found["sep"] == pytest.approx(math.sqrt(1 / 3))


def test_one_sample_has_a_bias_and_no_scatter() -> None:
    found = compare(samples([12.5], [12.0]), Question(permitted=1))
    numbers = found.numbers
    assert (numbers["n"], numbers["bias"], numbers["rmsep"]) == (1, 0.5, 0.5)
    for undefined in ("bias_ci", "sep", "sep_ci", "rpd", "loa", "loa_outer"):
        assert numbers[undefined] is None
    assert found.verdict is Verdict.NOT_ENOUGH
    assert codes(found) == ["offset_alone", "not_enough"]


def test_an_equal_offset_scatters_nothing_and_has_no_rpd() -> None:
    lab = [10.1, 11.3, 12.7, 13.9]
    numbers = compare(samples([value + 0.1 for value in lab], lab), Question()).numbers
    assert numbers["sep"] == 0
    assert numbers["rpd"] is None
    assert numbers["bias"] == pytest.approx(0.1)
    assert numbers["deming"]["slope"] == pytest.approx(1)
    assert numbers["passing_bablok"]["slope"] == 1
    assert numbers["iso12099"]["t_slope"] is None


def test_constant_methods_have_the_numbers_that_are_defined() -> None:
    same = compare(samples([12.0] * 6, [12.0] * 6), Question(limits=(12,))).numbers
    assert (same["bias"], same["sep"], same["rpd"]) == (0, 0, None)
    assert same["ccc"] == {"value": None, "ci": None}
    assert same["deming"]["slope"] is same["passing_bablok"]["slope"] is None
    assert same["deming"]["bias_at"] == {"12": {"value": None, "ci": None}}
    level = compare(samples([12.0] * 6, [11, 12, 13] * 2), Question()).numbers
    assert (level["ccc"]["value"], level["deming"]["slope"], level["passing_bablok"]["slope"]) == (0, 0, 0)
    assert level["iso12099"]["slope"] is None
    upright = compare(samples([11, 12, 13] * 2, [12.0] * 6), Question()).numbers
    assert (upright["rpd"], upright["deming"]["slope"], upright["iso12099"]["slope"]) == (0, None, 0)


@pytest.mark.parametrize(
    ("n", "offset", "scatter", "expected"),
    [
        (40, 0.0, 0.1, Verdict.AGREES),
        (240, 0.04, 0.2, Verdict.AGREES),
        (40, 0.5, 0.1, Verdict.DIFFERS),
        (40, -0.5, 0.1, Verdict.DIFFERS),
        (40, 0.09, 0.2, Verdict.NOT_ENOUGH),
        (9, 0.0, 0.01, Verdict.NOT_ENOUGH),
        (9, 5.0, 0.01, Verdict.NOT_ENOUGH),
    ],
)
def test_there_are_three_verdicts(n: int, offset: float, scatter: float, expected: Verdict) -> None:
    assert compare(samples(*drawn(n, offset, scatter)), Question(permitted=0.1)).verdict is expected


def test_the_missing_samples_are_counted() -> None:
    """The example of six checks at SEP 0.20: about 18 are needed to see +-0.10."""
    assert samples_to_tell(-0.08, 0.20, 6, 0.10, 0.95) == 18
    assert samples_to_tell(0.0, 0.001, 3, 0.10, 0.95) == 10
    assert samples_to_tell(0.09, 0.20, 40, 0.10, 0.95) == 1540
    assert samples_to_tell(0.1, 0.20, 40, 0.10, 0.95) is None
    assert samples_to_tell(0.0998, 0.20, 40, 0.10, 0.95) is None  # four million would tell
    found = compare(samples(*drawn(6, -0.08, 0.20)), Question(permitted=0.1))
    assert found.statements[1].params["missing"] == 12


def test_a_small_offset_does_not_hide_what_a_single_sample_may_differ_by() -> None:
    assert "single_beyond" in codes(compare(samples(*drawn(240, 0.0, 0.2)), Question(permitted=0.1)))
    assert "single_within" in codes(compare(samples(*drawn(240, 0.0, 0.01)), Question(permitted=0.1)))


def test_repeated_rows_are_one_sample_and_tell_the_error_ratio() -> None:
    repeated = samples(
        [10, 12, 20, 22, 31, 29], [10, 11, 21, 20, 30, 31], sample=["a", "a", "b", "b", "c", "c"]
    )
    found = compare(repeated, Question()).numbers
    assert found["n"] == 3
    assert found["bias"] == pytest.approx(1 / 6)
    assert found["deming"]["error_ratio"] == pytest.approx(0.5 / 2)  # of within variances 0.5 and 2
    # sd of the mean differences 0.5, 0.5, -0.5, plus half of each within variance: of single readings
    assert found["loa"][1] - found["bias"] == pytest.approx(
        1.959964 * math.sqrt(1 / 3 + 2 / 2 + 0.5 / 2), rel=1e-6
    )
    given = compare(repeated, Question(error_ratio=1)).numbers
    assert given["deming"]["error_ratio"] == 1


def test_three_methods_show_who_errs() -> None:
    rng = np.random.default_rng(7)
    truth = rng.normal(12, 1, 400)
    machine, lab, phone = (truth + rng.normal(0, s, 400) for s in (0.15, 0.10, 0.40))
    found = compare(samples(machine, lab, third=[repr(float(value)) for value in phone]), Question())
    hat = found.numbers["three_way"]
    for role, sd in (("test", 0.15), ("reference", 0.1), ("third", 0.4)):
        low, high = hat["sd_ci"][role]
        assert low < sd < high
        assert low < hat["sd"][role] < high
    assert hat["triple_collocation"]["scale"]["third"] == pytest.approx(1, abs=0.1)
    assert found.numbers["deming"]["error_ratio"] == pytest.approx(
        (hat["sd"]["reference"] / hat["sd"]["test"]) ** 2
    )
    assert "own_errors" in codes(found)


def test_a_negative_variance_is_too_small_to_see_and_never_zero() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(12, 1, 30)
    third = truth + rng.normal(0, 0.45, 30)
    for seed in range(40):
        noise = np.random.default_rng(seed)
        found = compare(
            samples(truth + noise.normal(0, 0.3, 30), truth, third=[repr(float(v)) for v in third]),
            Question(),
        )
        if found.numbers["three_way"]["sd"]["reference"] is None:
            assert found.numbers["three_way"]["sd_ci"]["reference"][0] == 0
            assert "too_small" in codes(found)
            return
    pytest.fail("no draw has a negative variance")


def test_groups_are_drawn_towards_the_mean_and_nameless_ones_left_out() -> None:
    test, lab = drawn(60, 0.1, 0.2)
    found = compare(samples(test, lab, group=["A"] * 50 + ["B"] * 9 + [""]), Question()).numbers["groups"]
    assert [(group["group"], group["n"]) for group in found] == [("A", 50), ("B", 9)]
    assert all(group["ci"][0] <= group["bias_shrunken"] <= group["ci"][1] for group in found)


def test_an_outlier_is_named_by_its_line_and_stays() -> None:
    test, lab = drawn(30, 0, 0.1)
    test[7] += 3
    found = compare(samples(test, lab), Question()).numbers
    assert [(outlier["line"], outlier["by"]) for outlier in found["outliers"]] == [(9, ["esd", "mad"])]
    assert found["n"] == 30


def test_rows_without_both_values_are_left_out_and_counted() -> None:
    found = compare(samples([1, None, 3, 4], [1, 2, None, 5]), Question())
    assert found.numbers["n"] == 2
    assert found.statements[-1].code == "rows_left_out"
    assert found.statements[-1].params["count"] == 2


def test_of_many_samples_a_stated_part_makes_passing_and_bablok_s_line() -> None:
    found = compare(samples(*drawn(2_500)), Question())
    again = compare(samples(*drawn(2_500)), Question())
    assert found.numbers == again.numbers
    assert "passing_bablok_drawn" in codes(found)


CELL = st.one_of(st.none(), st.integers(-2, 2).map(float), st.sampled_from([1e-12, 1e12, -1e12, 0.1, 12.345]))


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, CELL, st.sampled_from(["", "a", "b"])), min_size=1, max_size=14),
    st.booleans(),
    st.sampled_from([None, 0.1, 1e-9, 1e9]),
)
def test_whatever_the_numbers_the_answer_is_json(
    rows: list[tuple[float | None, float | None, float | None, str]],
    is_repeated: bool,
    permitted: float | None,
) -> None:
    test, reference, third, group = map(list, zip(*rows, strict=True))
    names = [f"s{i // 2}" for i in range(len(rows))]
    table = PairTable(
        {"machine": test, "lab": reference, "phone": third},
        {"group": group, "sample": names},
        [*range(len(rows))],
    )
    columns = Columns("machine", "lab", "phone", "group", "sample" if is_repeated else None)
    try:
        whole = samples_of(table, columns)
    except PairsError:
        return
    found = compare(whole, Question((12.0,), None, permitted))
    said = [(statement.code, statement.params) for statement in found.statements]
    for language in ("fr", "en"):
        result = found.as_dict(comparison_text(said, language))
        json.dumps(result, allow_nan=False)
        assert set(result) == KEYS
        assert "{" not in result["sentence"]
        assert "nan" not in result["sentence"]
