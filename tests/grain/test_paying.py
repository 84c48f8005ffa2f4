"""Pay is exact, adds up to the cent, and says why."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis
from station.grain.cells import Measured
from station.grain.grades import Adjustment
from station.grain.paying import pay_of
from station.grain.units import Op

from .builders import AS_IS, DM, MILLING, MOISTURE, PROTEIN, pack


def adjustment(id_="moist", analyte=MOISTURE, limit=15.0, rate=1.0, **changes):
    values = {
        "kind": "refaction", "on": "price", "species": "soft_wheat", "grades": frozenset(), "basis": None,
        "op": Op.ABOVE, "step": 0.1, "per": 1.0, "most": None, "source": "W5",
    }  # fmt: skip
    return Adjustment(id=id_, analyte=analyte, limit=limit, rate=rate, **(values | changes))


W5 = adjustment()
SPROUTED = adjustment("sprouted", Analyte.SPROUTED, 2.0, 0.5)
D3 = adjustment("drying", MOISTURE, 16.0, 4.0, kind="drying", on="fee", source="D3")
DIRT = adjustment("dirt", Analyte.IMPURITIES, 2.0, 1.0, on="weight")


def paid(*adjustments, kg=28_520, price=212.0, values=None, grade="milling", **measured):
    given_ = {Analyte(name): Measured(value) for name, value in measured.items()} | (values or {})
    priced = {grade: price} if price is not None else {}
    return pay_of(replace(pack(MILLING), adjustments=adjustments, prices=priced), grade, kg, given_)


def test_a_sound_load_is_paid_its_price():
    pay = paid(W5, SPROUTED, D3, moisture=14.0, sprouted=1.0)
    assert (pay.base_cents, pay.lines, pay.cents) == (604_624, (), 604_624)
    assert (pay.paid_kg, pay.unknown) == (28_520, ())


def test_moisture_takes_a_percent_of_the_price_for_each_point_over_fifteen():
    pay = paid(W5, kg=30_000, price=200.0, moisture=16.5)
    (line,) = pay.lines
    assert (line.amount, line.cents, pay.cents) == (Decimal("-1.5"), -9_000, 591_000)
    assert (line.value, line.limit, line.beyond, line.source) == (Decimal("16.5"), 15.0, Decimal("1.5"), "W5")


def test_sprouted_grains_take_half_a_percent_for_each_point():
    assert paid(SPROUTED, kg=30_000, price=200.0, sprouted=3.0).lines[0].cents == -3_000


def test_drying_is_charged_above_sixteen_for_the_tonnes_that_came():
    assert paid(D3, moisture=16.0).lines == ()
    pay = paid(W5, D3, kg=30_000, price=200.0, moisture=17.0)
    assert [(line.adjustment, line.cents) for line in pay.lines] == [("moist", -12_000), ("drying", -12_000)]
    assert pay.cents == 576_000


def test_the_payment_weight_is_whole_kilograms_and_what_the_price_is_paid_for():
    pay = paid(DIRT, W5, kg=30_010, price=200.0, impurities=2.5, moisture=16.0)
    assert (pay.net_kg, pay.paid_kg, pay.lines[0].kg) == (30_010, 29_860, -150)
    assert [line.cents for line in pay.lines] == [-3_000, -5_972]
    assert pay.cents == 600_200 - 3_000 - 5_972


def test_a_bonus_adds_and_stops_at_its_most():
    bonus = adjustment(
        "bonus", PROTEIN, 11.5, 0.15, kind="bonification", on="fee", basis=DM, per=0.1, most=0.5
    )
    assert paid(bonus, kg=10_000, values={PROTEIN: Measured(11.7, None, DM)}).lines[0].amount == Decimal(
        "0.30"
    )
    assert paid(bonus, kg=10_000, values={PROTEIN: Measured(13.0, None, DM)}).lines[0].cents == 500


def test_below_a_limit_counts_downwards():
    under = adjustment("under", Analyte.OIL, 40.0, 1.5, op=Op.BELOW, basis=AS_IS)
    pay = paid(under, kg=10_000, price=400.0, values={Analyte.OIL: Measured(39.0, None, AS_IS)})
    assert pay.lines[0].cents == -6_000


def test_a_scale_counts_each_stretch_at_its_own_rate():
    first, second = adjustment("first", until=16.0), adjustment("second", limit=16.0, rate=2.0)
    pay = paid(first, second, kg=10_000, price=100.0, moisture=17.0)
    assert [line.amount for line in pay.lines] == [-1, -2]


def test_a_value_is_compared_on_the_basis_and_an_unknown_one_is_named():
    low = adjustment("low", PROTEIN, 11.0, 1.0, op=Op.BELOW, basis=DM)
    as_is = {PROTEIN: Measured(9.0, None, AS_IS)}
    assert paid(low, values=as_is).unknown == (PROTEIN,)
    assert paid(low, values={PROTEIN: Measured(9.0)}, moisture=14.0).unknown == (PROTEIN,)
    assert paid(low, values=as_is, moisture=14.0).lines[0].value == Decimal("10.5")  # 10.465
    assert paid(W5, SPROUTED).unknown == (MOISTURE, Analyte.SPROUTED)


def test_without_a_price_the_weight_is_told_and_no_money():
    pay = paid(DIRT, W5, price=None, kg=10_000, impurities=3.0, moisture=16.0)
    assert (pay.price, pay.base_cents, pay.cents, pay.paid_kg) == (None, None, None, 9_900)
    assert [line.cents for line in pay.lines] == [None, None]


def test_only_adjustments_of_the_grade_and_species_move_it():
    others = adjustment(grades=frozenset({"feed"})), adjustment("b", species="barley")
    assert paid(*others, moisture=18.0).lines == ()
    with pytest.raises(LookupError, match="has no grade best"):
        pay_of(pack(MILLING), "best", 1000, {})


@given(
    st.integers(1, 60_000), st.integers(10_000, 90_000), st.floats(10, 25), st.floats(0, 10), st.floats(0, 10)
)
def test_lines_add_up_and_more_over_a_limit_never_pays_more(kg, price, moisture, sprouted, dirt):
    every = (W5, SPROUTED, D3, DIRT)
    pay, wetter = (
        paid(*every, kg=kg, price=price / 100, moisture=water, sprouted=sprouted, impurities=dirt)
        for water in (moisture, moisture + 1.0)
    )
    assert pay.cents == pay.base_cents + sum(line.cents for line in pay.lines)
    assert pay.base_cents == round(Decimal(kg * price) / 1000 + Decimal("1e-9"))
    assert pay.paid_kg == pay.net_kg + sum(line.kg for line in pay.lines)
    assert wetter.cents <= pay.cents


@pytest.mark.parametrize("basis", [DM, Basis.MOISTURE_12])
def test_a_load_at_a_limit_is_not_beyond_it(basis):
    at = adjustment("at", PROTEIN, 11.5, 1.0, basis=basis)
    for value, lines in ((11.5, 0), (11.54, 0), (11.55, 1), (11.6, 1)):
        assert len(paid(at, values={PROTEIN: Measured(value, None, basis)}).lines) == lines
