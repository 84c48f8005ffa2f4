import hashlib
from contextlib import nullcontext
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis, Unit
from station.grain.rules import RulePackError, check_claims, pack_at, parse_rule_pack, read_new_pack
from station.grain.units import Op

from .builders import NOON, minutes, pack

TEXT = """
name = "Wheat"
version = "1"
source = "contract"
valid_from = 2026-07-01T06:00:00+02:00

[[grades]]
id = "milling"
species = "soft_wheat"
name = { fr = "meunier", en = "milling" }
value = 1

[[grades.criteria]]
analyte = "protein"
op = ">="
limit = 11
unit = "%"
basis = "dm"
step = 0.1
required = "intake"
kind = "blendable"
source = "W1"

[[grades.criteria]]
analyte = "moisture"
op = "<="
limit = 15.0
unit = "%"
step = 0.1
required = "intake"
kind = "blendable"
source = "W1"
"""
SECOND_GRADE = TEXT[TEXT.index("[[grades]]") :]


def changed(old, new):
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def test_a_pack_is_read_with_the_hash_of_its_text():
    found = parse_rule_pack(TEXT)
    assert found.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (found.name, found.version, found.valid_until) == ("Wheat", "1", None)
    assert found.valid_from.isoformat() == "2026-07-01T06:00:00+02:00"
    grade = found.grade("milling")
    assert (grade.species, grade.value, grade.claims) == ("soft_wheat", 1.0, frozenset())
    assert grade.name == {"fr": "meunier", "en": "milling"}
    first = grade.criteria[0]
    assert (first.analyte, first.op, first.limit, first.unit) == (
        Analyte.PROTEIN,
        Op.AT_LEAST,
        11.0,
        Unit.PERCENT,
    )
    assert (first.basis, first.step, first.required, first.kind, first.source) == (
        Basis.DRY_MATTER,
        0.1,
        "intake",
        "blendable",
        "W1",
    )


def test_a_grade_that_the_pack_does_not_have_is_none():
    assert parse_rule_pack(TEXT).grade("feed") is None
    assert parse_rule_pack(TEXT).grade(None) is None


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("name = ", "", "not TOML"),
        ("", "name", "required"),
        (changed("version =", "versoin ="), "version", "required"),
        (changed('version = "1"', 'version = "1"\nextra = 1'), "extra", "not permitted"),
        (changed("2026-07-01T06:00:00+02:00", "2026-07-01T06:00:00"), "valid_from", "timezone"),
        (changed("2026-07-01T06:00:00+02:00", "2026-07-01"), "valid_from", "datetime"),
        (changed("2026-07-01T06:00:00+02:00", '"2026-07-01T06:00:00Z"'), "valid_from", "datetime"),
        (
            changed('version = "1"', 'version = "1"\nvalid_until = 2026-07-01T04:00:00Z'),
            "valid_until",
            "later",
        ),
        (changed('"soft_wheat"', '"wheat"'), "grades[0].species", "soft_wheat"),
        (changed(', en = "milling"', ""), "grades[0].name.en", "required"),
        (changed("value = 1", "value = 1.2"), "grades[0].value", "less than or equal to 1"),
        (changed("value = 1", "value = true"), "grades[0].value", "number"),
        (changed('"protein"', '"proteine"'), "grades[0].criteria[0].analyte", "protein"),
        (changed('"protein"', '"weight"'), "grades[0].criteria[0].analyte", "no quality"),
        (changed('">="', '"=>"'), "grades[0].criteria[0].op", "'>='"),
        (changed("limit = 11", 'limit = "11"'), "grades[0].criteria[0].limit", "number"),
        (changed("limit = 11", "limit = nan"), "grades[0].criteria[0].limit", "finite"),
        (changed("limit = 11", "limit = 110"), "grades[0].criteria[0].limit", "outside"),
        (changed("limit = 11", "limit = 11.05"), "grades[0].criteria[0].step", "no multiple"),
        (changed('unit = "%"', 'unit = "s"'), "grades[0].criteria[0].unit", "is in %"),
        (changed('basis = "dm"\n', ""), "grades[0].criteria[0].basis", "needs a basis"),
        (changed("step = 0.1", "step = 0"), "grades[0].criteria[0].step", "greater than 0"),
        (changed('"intake"', '"soon"'), "grades[0].criteria[0].required", "'intake'"),
        (changed('"blendable"', '"blend"'), "grades[0].criteria[0].kind", "'blendable'"),
        (changed('source = "W1"\n', ""), "grades[0].criteria[0].source", "required"),
        (changed('"moisture"', '"protein"'), "grades[0].criteria[1].basis", "needs a basis"),
        (TEXT + SECOND_GRADE, "grades[1].id", "already the id of grades[0]"),
        (TEXT[: TEXT.index("[[grades.criteria]]")], "grades[0].criteria", "required"),
        (TEXT[: TEXT.index("[[grades]]")], "grades", "required"),
    ],
)
def test_a_pack_that_cannot_be_used_names_table_and_key(text, where, problem):
    with pytest.raises(RulePackError) as caught:
        parse_rule_pack(text)
    assert caught.value.where == where
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"{where}: " if where else "not TOML")


def moisture_again(op, limit):
    criterion = TEXT[TEXT.rindex("[[grades.criteria]]") :]
    return TEXT + criterion.replace('"<="', f'"{op}"').replace("15.0", str(limit))


def test_a_second_limit_on_the_same_side_is_refused():
    with pytest.raises(RulePackError, match="second upper limit") as caught:
        parse_rule_pack(moisture_again("<", 14.0))
    assert caught.value.where == "grades[0].criteria[2].op"


@pytest.mark.parametrize(("op", "limit"), [(">=", 15.1), (">", 15.0)])
def test_limits_that_no_load_can_meet_are_refused(op, limit):
    with pytest.raises(RulePackError, match="no moisture can meet 'milling'"):
        parse_rule_pack(moisture_again(op, limit))


@pytest.mark.parametrize(
    ("lower", "limit", "is_met"), [(">", 14.8, True), (">", 14.9, False), (">=", 14.9, True)]
)
def test_a_new_pack_leaves_a_rounded_value_between_two_limits(lower, limit, is_met):
    text = moisture_again(lower, limit).replace('op = "<="\nlimit = 15.0', 'op = "<"\nlimit = 15.0')
    assert parse_rule_pack(text)  # as it may be recorded
    with nullcontext() if is_met else pytest.raises(RulePackError, match="no moisture can meet"):
        read_new_pack(text)


def test_what_is_never_blended_is_no_operators_alone():
    with pytest.raises(RulePackError, match="no operator's alone") as caught:
        read_new_pack(TEXT + '\n[overrides]\nnever_blend = ["manager", "operator"]\n')
    assert caught.value.where == "overrides.never_blend"
    assert read_new_pack(TEXT + '\n[overrides]\nnever_blend = ["manager"]\nclaims = ["operator"]\n')


def test_a_claim_that_no_catalogue_knows_is_refused_by_its_place():
    with pytest.raises(RulePackError, match="no claim is called 'organc'") as caught:
        check_claims(read_new_pack(changed("value = 1", 'value = 1\nclaims = ["organc"]')), ["organic"])
    assert caught.value.where == "grades[0].claims"


def test_a_lower_and_an_upper_limit_may_meet_when_both_include_it():
    assert len(parse_rule_pack(moisture_again(">=", 15.0)).grade("milling").criteria) == 3


def test_moisture_is_only_compared_as_is():
    text = TEXT.replace('unit = "%"\nstep', 'unit = "%"\nbasis = "dm"\nstep')
    with pytest.raises(RulePackError, match="only compared as is"):
        parse_rule_pack(text)


def outcome_of(text):
    try:
        return parse_rule_pack(text).sha256
    except RulePackError as error:
        return str(error)


@given(st.text(max_size=60))
def test_any_text_is_a_pack_or_a_named_problem(noise):
    assert all(outcome_of(text) for text in (noise, TEXT + noise, noise + TEXT))


BASE = pack(valid_from=NOON)
WAIVER = pack(valid_from=NOON + minutes(60), valid_until=NOON + minutes(120), version="waiver")


@pytest.mark.parametrize(
    ("at", "expected"),
    [(-0.001, None), (0, BASE), (59.999, BASE), (60, WAIVER), (119.999, WAIVER), (120, BASE), (9999, BASE)],
)
def test_the_pack_of_an_hour_is_the_latest_in_force_and_a_waiver_ends_by_itself(at, expected):
    assert pack_at([WAIVER, BASE], NOON + minutes(at)) == expected
    assert pack_at([BASE, WAIVER], NOON + minutes(at)) == expected


def test_of_two_packs_of_the_same_hour_the_one_installed_last_holds():
    nine, ten = replace(BASE, version="2026.9"), replace(BASE, version="2026.10")
    assert pack_at([nine, ten], NOON) == ten
    assert pack_at([ten, nine], NOON) == nine
