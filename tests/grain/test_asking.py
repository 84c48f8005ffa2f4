"""A photo is asked for by lot, species, doubt and dispute, as the site says, and for nothing else."""

from dataclasses import replace

import pytest

from drivers.reading import Analyte
from station.grain.asking import NEVER, Doubt, PhotoFacts, PhotoRule, asked_for, is_drawn, without_value
from station.grain.assessment import assess
from station.grain.reasons import Code
from station.grain.sending import Near
from tests.grain.builders import MOISTURE, evidence

FACTS = PhotoFacts("load 1", "soft_wheat")
DOUBTED = replace(
    FACTS,
    near=(Near("protein", 11.1, 0.2, 11.0), Near("moisture", 12.0, 0.1, 15.0)),
    no_value=("test_weight",),
    varieties=("Chevignon", "KWS Extase"),
    product="ORGE",
    is_disputed=True,
)


def codes(rule: PhotoRule, facts: PhotoFacts = DOUBTED) -> list[Code]:
    return [reason.code for reason in asked_for(rule, facts, "beaulieu")]


def test_a_site_that_says_nothing_asks_for_none() -> None:
    assert codes(NEVER) == []
    assert not NEVER.asks


def test_the_lot_comes_out_the_same_every_time_takes_its_share_and_differs_from_site_to_site() -> None:
    loads = [f"load {n}" for n in range(4000)]
    drawn = [load for load in loads if is_drawn(load, 0.1, "beaulieu")]
    assert drawn == [load for load in loads if is_drawn(load, 0.1, "beaulieu")]
    assert len(drawn) == pytest.approx(400, abs=60)
    assert set(drawn) <= {load for load in loads if is_drawn(load, 0.2, "beaulieu")}
    elsewhere = {load for load in loads if is_drawn(load, 0.1, "autun")}
    assert len(elsewhere & set(drawn)) == pytest.approx(40, abs=25)


def test_every_load_takes_part_in_the_lot_whatever_else_is_said_of_it() -> None:
    everything = PhotoRule(1.0, frozenset({"soft_wheat"}), frozenset(Doubt), dispute=True)
    assert codes(everything) == [
        Code.PHOTO_OF_EVERY_LOAD,
        Code.PHOTO_OF_SPECIES,
        Code.PHOTO_IN_DISPUTE,
        Code.PHOTO_NEAR_LIMIT,
        Code.PHOTO_NO_VALUE,
        Code.PHOTO_OTHER_VARIETY,
        Code.PHOTO_OTHER_PRODUCT,
    ]
    assert codes(everything, replace(FACTS, species="barley")) == [Code.PHOTO_OF_EVERY_LOAD]


@pytest.mark.parametrize("doubt", Doubt)
def test_each_doubt_is_asked_about_alone(doubt: Doubt) -> None:
    told = {
        Doubt.NEAR_LIMIT: [Code.PHOTO_NEAR_LIMIT],
        Doubt.NO_VALUE: [Code.PHOTO_NO_VALUE],
        Doubt.CONTRADICTION: [Code.PHOTO_OTHER_VARIETY, Code.PHOTO_OTHER_PRODUCT],
    }
    assert codes(PhotoRule(doubt=frozenset({doubt}))) == told[doubt]


@pytest.mark.parametrize(("value", "asked"), [(11.0, True), (11.25, True), (11.27, False), (10.75, True)])
def test_a_value_is_near_a_limit_by_the_probability_of_its_side(value: float, asked: bool) -> None:
    """With a standard uncertainty of 0.2, 90 % lie beyond 1.28 of them: 0.256."""
    rule = PhotoRule(doubt=frozenset({Doubt.NEAR_LIMIT}))
    facts = replace(FACTS, near=(Near("protein", value, 0.2, 11.0),))
    assert bool(codes(rule, facts)) is asked


def test_a_value_is_missing_where_it_was_measured_badly_typed_or_waived_and_not_before_that() -> None:
    waived = [{"code": "waived", "params": {"analytes": ["protein"]}}]
    typed = evidence("typed", None, 1, typed_by="anne", moisture=13.0)
    bad = evidence("bad", "gac", 2, test_weight=None)
    order = {MOISTURE: ("gac",), Analyte.TEST_WEIGHT: ("gac",)}
    assert without_value(assess([], order), order, []) == ()
    found = without_value(assess([typed, bad], order), order, waived)
    assert sorted(found) == ["moisture", "protein", "test_weight"]
    assert without_value(assess([typed], {}), {}, []) == (), "nobody measures it here"
    measured = evidence("good", "gac", 0, moisture=13.4)
    assert without_value(assess([typed, measured], order), order, []) == (), "an instrument's value is there"
