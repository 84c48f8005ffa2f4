"""The samples of a comparison out of the flat record: nothing is converted, and what values are is said."""

from typing import Any

import pytest

from station.lab.comparison import Question, compare
from station.lab.ledger_pairs import Asked, ledger_pairs
from station.lab.pairs import PairsError
from ui.words.ledger_pairs import PROBLEMS, ledger_problem, values_text

ASKED = Asked("protein", "machine", "lab")
SHARES = Asked("broken", "phone", "lab")


def row(sample: str, method: str, value: float, **over: Any) -> dict[str, Any]:
    usual = {
        "source_id": f"{sample} {method} {value}", "replicate": 1, "sample_id": sample,
        "barcode": sample.upper(), "method": method, "value": value, "basis": "dm", "unit": "%",
        "comparator": "", "mass_value": None, "nitrogen_factor": None, "variety": "", "source": "",
    }  # fmt: skip
    return {**usual, **over}


def pairs(*samples: str) -> list[dict[str, Any]]:
    return [
        one
        for i, name in enumerate(samples)
        for one in (row(name, "machine", 11.2 + i), row(name, "lab", 11 + i))
    ]


def test_replicates_are_one_sample_and_what_pages_repeat_counts_once() -> None:
    rows = [*pairs("a", "b", "c"), row("a", "lab", 11.4)]
    samples, values, barcodes = ledger_pairs([*rows, *rows], ASKED)
    assert samples.reference.round(9).tolist() == [11.2, 12.0, 13.0]
    assert [barcodes[line] for line in samples.lines] == ["A", "B", "C"]
    assert compare(samples, Question()).numbers["n"] == 3
    assert values.as_dict() == {
        "analyte": "protein", "unit": "%", "basis": {"machine": "dm", "lab": "dm"},
        "nitrogen_factor": None, "limits_left_out": 0,
    }  # fmt: skip


def test_a_sample_without_both_and_a_limit_are_left_out() -> None:
    rows = [*pairs("a"), row("b", "machine", 11.0), row("c", "machine", 11.0)]
    rows.append(row("c", "lab", 5.0, comparator="<"))
    samples, values, _ = ledger_pairs(rows, ASKED)
    assert (samples.test.size, values.limits_left_out) == (1, 1)


def test_different_bases_are_refused_with_what_to_do_and_one_can_be_chosen() -> None:
    rows = [*pairs("a"), row("a", "machine", 9.9, basis="as_is")]
    with pytest.raises(PairsError) as refused:
        ledger_pairs(rows, ASKED)
    said = ledger_problem(refused.value.code, refused.value.params, "en")
    assert "machine: as is, dry m.; lab: dry m." in said
    assert "--basis" in said
    samples, _, _ = ledger_pairs(rows, Asked("protein", "machine", "lab", basis="dm"))
    assert samples.test.tolist() == [11.2]


def test_shares_by_count_and_by_mass_are_compared_as_they_are_and_said_so() -> None:
    rows = [
        row("a", "phone", 3.0, basis="by_count", mass_value=2.0), row("a", "lab", 2.4, basis="by_mass"),
    ]  # fmt: skip
    _, values, _ = ledger_pairs(rows, SHARES)
    assert values_text(values.as_dict(), "en") == (
        "Broken in %. Shares: phone by count, lab by mass; nothing is converted."
    )
    by_mass = Asked("broken", "phone", "lab", by_mass=True)
    samples, values, _ = ledger_pairs(rows, by_mass)
    assert samples.test.tolist() == [2.0]
    assert "phone by estimated mass, lab by mass" in values_text(values.as_dict(), "en")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "no_samples"),
        ([row("a", "lab", 11), row("b", "machine", 11)], "no_samples"),
        ([row("a", "lab", 11, nitrogen_factor=5.7), row("a", "lab", 12, nitrogen_factor=6.25),
          row("a", "machine", 11)], "nitrogen_factors_differ"),
        ([row("a", "lab", 11), row("a", "machine", 11, unit="g/kg")], "units_differ"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(rows: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(PairsError) as refused:
        ledger_pairs(rows, ASKED)
    assert refused.value.code == code
    assert code in PROBLEMS
    for language in ("en", "fr"):
        assert "{" not in ledger_problem(code, refused.value.params, language)


@pytest.mark.parametrize(
    ("group", "labels"),
    [("variety", ("KWS", "")), ("instrument", ("N-1", "N-2")), ("phone", ("", ""))],
)
def test_a_sample_is_of_the_group_of_its_variety_instrument_or_phone(
    group: str, labels: tuple[str, str]
) -> None:
    rows = [
        row("a", "machine", 11, source="N-1", variety="KWS"), row("a", "lab", 11, variety="KWS"),
        row("b", "lab", 11), row("b", "machine", 12, source="N-2"),
    ]  # fmt: skip
    samples, _, _ = ledger_pairs(rows, Asked("protein", "machine", "lab", group=group))
    assert samples.groups == labels


def test_a_third_method_may_be_missing() -> None:
    rows = [*pairs("a", "b"), row("a", "phone", 11.5)]
    samples, _, _ = ledger_pairs(rows, Asked("protein", "machine", "lab", "phone"))
    assert samples.complete().shape == (1, 3)
