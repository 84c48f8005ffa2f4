"""The tables beside the grades: what they mean, and the one sentence that each wrong one gets."""

import tomllib
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis
from station.grain.criteria import broken_limits, judge
from station.grain.grades import Intake
from station.grain.rules import RulePackError, pack_at, packs_at, parse_rule_pack, read_new_pack
from station.grain.rules.problems import SENTENCES
from station.grain.sending import near_limits
from ui.words.rule_packs import pack_problem

from .builders import BARLEY, MILLING, NOON, PROTEIN, codes, criterion, load, minutes, pack
from .builders import FEED as FEED_GRADE
from .test_rules import TEXT

HEAD, GRADES = TEXT[: TEXT.index("[[grades]]")], TEXT[TEXT.index("[[grades]]") :]
FEED = (
    GRADES[: GRADES.index("[[grades.criteria]]")]
    .replace("milling", "feed")
    .replace("value = 1", "value = 0.2")
    + GRADES[GRADES.rindex("[[grades.criteria]]") :]
)
TERMS = """
[uncertainty]
protein = 0.2

[tolerance]
protein = 0.5

[sampling]
points = [{ up_to_t = 15.0, points = 5 }, { up_to_t = 30.0, points = 8 }]
spread = { protein = 0.25 }

[intake.soft_wheat]
protein = { mean = 11.1, sd = 1.0, basis = "dm" }

[again]
euros_a_minute = 3.0
minutes = { protein = 2.0 }

[prices]
milling = 212.0
feed = 190.0

[overrides]
never_blend = ["manager"]

[running_average]
milling = 250.0

"""
MOIST = """
[[adjustments]]
id = "moist"
kind = "refaction"
on = "price"
species = "soft_wheat"
analyte = "moisture"
op = ">"
limit = 15.0
step = 0.1
per = 1.0
rate = 1.0
source = "W5"
confidence = "middle"
"""
WHOLE = HEAD + TERMS + GRADES + FEED + MOIST


def moist_again(**changes):
    table = tomllib.loads(MOIST)["adjustments"][0] | {"id": "again"} | changes
    lines = (f"{name} = {value!r}".replace("'", '"') for name, value in table.items())
    return "\n[[adjustments]]\n" + "\n".join(lines) + "\n"


def changed(old, new):
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def test_every_table_beside_the_grades_is_read():
    read = read_new_pack(WHOLE)
    assert (read.uncertainty, read.tolerance) == ({Analyte.PROTEIN: 0.2}, {Analyte.PROTEIN: 0.5})
    assert (read.sampling.points, read.sampling.spread) == (((15.0, 5), (30.0, 8)), {Analyte.PROTEIN: 0.25})
    assert read.intake == {"soft_wheat": {Analyte.PROTEIN: Intake(11.1, 1.0, Basis.DRY_MATTER)}}
    assert (read.again.euros_a_minute, read.again.minutes) == (3.0, {Analyte.PROTEIN: 2.0})
    assert (read.prices["milling"], read.running_average) == (212.0, {"milling": 250.0})
    assert read.overrides == {"never_blend": frozenset({"manager"})}
    (moist,) = read.adjustments
    assert (moist.kind, moist.on, moist.limit, moist.per, moist.rate) == (
        "refaction",
        "price",
        15.0,
        1.0,
        1.0,
    )
    assert (moist.grades, moist.until, moist.confidence) == (frozenset(), None, "middle")


def test_a_pack_without_them_means_what_it_meant():
    read = parse_rule_pack(TEXT)
    plain = replace(read, prices={}, adjustments=(), uncertainty={}, intake={}, overrides={})
    assert read == plain
    assert {one.sure for one in read.grades[0].criteria} == {None}


WRONG = {
    "sure too small": (changed("step = 0.1", "step = 0.1\nsure = 0.4"), "grades[0].criteria[0].sure", "0.5"),
    "count of a weight": (
        changed('kind = "blendable"', 'kind = "blendable"\ncounted_by = "percent"'),
        "grades[0].criteria[0].counted_by",
        "'mass'",
    ),
    "told at intake": (
        changed('"blendable"', '"information"'), "grades[0].criteria[0].required", "cannot be required",
    ),
    "told and sure": (
        changed('"intake"\nkind = "blendable"', '"later"\nsure = 0.9\nkind = "information"'),
        "grades[0].criteria[0].sure",
        "decides nothing",
    ),
    "nothing decides": (
        WHOLE.replace('"intake"\nkind = "blendable"', '"later"\nkind = "information"'),
        "grades[0].criteria",
        "nothing that decides",
    ),
    "a price of nothing": (changed("feed = 190.0", "fodder = 190.0"), "prices.fodder", "no grade 'fodder'"),
    "a price below zero": (changed("= 190.0", "= -1.0"), "prices.feed", "greater than 0"),
    "an average of nothing": (changed("milling = 250.0", "best = 250.0"), "running_average.best", "no grade"),
    "an unknown rule": (changed("never_blend =", "weather ="), "overrides.weather", "no rule is called"),
    "an unknown role": (changed('["manager"]', '["cook"]'), "overrides.never_blend[0]", "'operator'"),
    "a weight": (changed("[tolerance]\nprotein", "[tolerance]\nweight"), "tolerance.weight", "no quality"),
    "an unknown analyte": (changed("[tolerance]\nprotein", "[tolerance]\nfoo"), "tolerance.foo", "foo"),
    "intake of another": (
        changed("[intake.soft_wheat]", "[intake.barley]"), "intake.barley", "no grade of barley",
    ),
    "intake off basis": (changed(', basis = "dm" }', " }"),
        "intake.soft_wheat.protein.basis", "needs a basis"),
    "intake impossible": (changed("mean = 11.1", "mean = 111.0"),
        "intake.soft_wheat.protein.mean", "outside"),
    "points overlap": (changed("up_to_t = 30.0", "up_to_t = 15.0"),
        "sampling.points[1].up_to_t", "more than"),
    "fewer points": (changed("points = 8", "points = 4"), "sampling.points[1].points", "no fewer"),
    "twice": (WHOLE + MOIST, "adjustments[1].id", "already the id of adjustments[0]"),
    "overlap": (WHOLE + moist_again(limit=16.0), "adjustments[1].limit", "would count twice"),
    "overlap of kinds": (
        WHOLE + moist_again(limit=16.0, kind="bonification"), "adjustments[1].limit", "would count twice",
    ),
    "overlap from below": (
        WHOLE + moist_again(limit=15.5, op="<"), "adjustments[1].limit", "would count twice",
    ),
    "overlap in one grade": (
        WHOLE + moist_again(limit=16.0, grades=["feed"]), "adjustments[1].limit", "'feed' would count twice",
    ),
    "gap": (
        changed("limit = 15.0\nstep = 0.1\nper", "limit = 15.0\nuntil = 16.0\nstep = 0.1\nper")
        + moist_again(limit=17.0),
        "adjustments[1].limit",
        "leaves a gap",
    ),
    "end before its limit": (WHOLE + moist_again(until=14.0), "adjustments[1].until", "must lie beyond"),
    "no multiple": (changed("limit = 15.0\nstep = 0.1\nper", "limit = 15.05\nstep = 0.1\nper"),
                    "adjustments[0].step", "no multiple"),
    "drying on price": (changed('"refaction"', '"drying"'), "adjustments[0].on", "not on the price"),
    "of no grade": (changed("[[adjustments]]", '[[adjustments]]\ngrades = ["best"]'),
                    "adjustments[0].grades", "no grade 'best'"),
    "of no species": (changed('species = "soft_wheat"\nanalyte = "moisture"\nop = ">"',
                              'species = "barley"\nanalyte = "moisture"\nop = ">"'),
                      "adjustments[0].species", "no grade of barley"),
    "no rate": (changed("rate = 1.0", "rate = 0.0"), "adjustments[0].rate", "greater than 0"),
    "unreachable": (changed("value = 0.2", "value = 0.2") + FEED.replace('"feed"', '"worst"').replace(
        "value = 0.2", "value = 0.1"), "grades[2]", "takes all that it takes"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "where", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_table_gets_its_one_sentence_with_its_place(text, where, problem):
    with pytest.raises(RulePackError) as caught:
        read_new_pack(text)
    assert (caught.value.where, problem in caught.value.problem) == (where, True), str(caught.value)
    told = caught.value.as_dict()
    english, french = pack_problem(told, "en"), pack_problem(told, "fr")
    assert english != french
    assert french.startswith(f"{where}: ")
    assert "{" not in english + french


def test_what_no_load_reaches_is_forgiven_to_a_pack_that_is_recorded():
    assert len(parse_rule_pack(WRONG["unreachable"][0]).grades) == 3


@pytest.mark.parametrize(
    "change",
    [
        ('value = 0.1\n', 'value = 0.1\nclaims = ["organic"]\n'),
        ("limit = 15.0", "limit = 15.1"),
        ('"intake"', '"later"'),
        ("value = 0.1", "value = 0.2"),
    ],
)  # fmt: skip
def test_a_grade_that_takes_anything_more_is_reached(change):
    worst = FEED.replace('"feed"', '"worst"').replace("value = 0.2", "value = 0.1")
    assert change[0] in worst
    assert len(read_new_pack(WHOLE + worst.replace(*change)).grades) == 3


STEPS = st.integers(0, 60).map(lambda steps: round(10.0 + steps * 0.1, 1))


@given(st.lists(STEPS, min_size=2, max_size=5, unique=True), st.data())
def test_a_scale_without_gap_or_overlap_is_taken_and_no_other(limits, data):
    limits.sort()
    ends = [*limits[1:], None]
    shift = data.draw(st.sampled_from((0.0, -0.1, 0.1)))
    moved = data.draw(st.integers(0, len(limits) - 2))
    ends[moved] = round(ends[moved] + shift, 1)
    assume(ends[moved] > limits[moved])
    bands = "".join(
        moist_again(id=f"band {n}", limit=limit, **({"until": end} if end else {}))
        for n, (limit, end) in enumerate(zip(limits, ends, strict=True))
    )
    text = HEAD + TERMS + GRADES + FEED + bands
    if shift == 0.0:
        assert len(parse_rule_pack(text).adjustments) == len(limits)
        return
    with pytest.raises(RulePackError, match="count twice" if shift > 0 else "leaves a gap"):
        parse_rule_pack(text)


def test_every_sentence_can_be_written():
    for sentence in SENTENCES.values():
        names = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert sentence.format(**dict.fromkeys(names, 1))


WHEAT_PACK = pack(MILLING, valid_from=NOON)
BARLEY_PACK = pack(BARLEY, valid_from=NOON + minutes(10))
WAIVER = pack(MILLING, valid_from=NOON + minutes(60), valid_until=NOON + minutes(120), version="waiver")


@pytest.mark.parametrize(("at", "wheat"), [(20, WHEAT_PACK), (60, WAIVER), (120, WHEAT_PACK)])
def test_a_waiver_for_wheat_leaves_barley_its_pack(at, wheat):
    packs, when = [WHEAT_PACK, BARLEY_PACK, WAIVER], NOON + minutes(at)
    assert pack_at(packs, when, "soft_wheat") is wheat
    assert pack_at(packs, when, "barley") is BARLEY_PACK
    assert packs_at(packs, when) == {"barley": BARLEY_PACK, "soft_wheat": wheat}


def test_a_species_that_no_pack_grades_has_the_one_that_began_last():
    packs = [WHEAT_PACK, BARLEY_PACK]
    assert pack_at(packs, NOON + minutes(20), "maize") is BARLEY_PACK
    assert pack_at(packs, NOON + minutes(5), "barley") is WHEAT_PACK
    assert packs_at(packs, NOON - minutes(1)) == {}


def test_the_example_pack_stays_valid():
    text = (Path(__file__).parents[2] / "examples" / "rules.toml").read_text(encoding="utf-8")
    assert len(read_new_pack(text).grades) == 4


def test_what_is_only_told_speaks_for_nothing_and_against_nothing():
    told = criterion(PROTEIN, ">=", 12.0, required="later", kind="information")
    grade = replace(FEED_GRADE, criteria=(*FEED_GRADE.criteria, told))
    judged = judge(load(), grade, pack(grade))
    assert (judged.against, codes(judged.in_favour)) == ((), ["meets", "for_information"])
    assert broken_limits({("protein", "dm"): 11.0}, [grade]) == ()
    result = {"protein": {"value": 11.8, "u": 0.2, "basis": "dm"}}
    assert near_limits(result, pack(grade), "soft_wheat") == ()
