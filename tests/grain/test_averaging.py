"""The last tonnes of one supplier are judged as one, where a buyer grants it."""

from dataclasses import replace

from drivers.reading import Analyte
from station.grain.averaging import averaged
from station.grain.cells import Measured

from .builders import DM, FEED, MILLING, PROTEIN, codes, load, pack

PACK = replace(pack(MILLING, FEED), running_average={"milling": 60.0})


def of(protein, tonnes=30.0, **changes):
    return load(also={PROTEIN: Measured(protein, 0.2, DM)}, load_t=tonnes, **changes)


def test_a_load_just_outside_is_carried_by_the_ones_before_it():
    found = averaged(PACK, "milling", [of(10.8), of(11.4)])
    assert (found.granted, found.tonnes) == (True, 60.0)
    assert found.content[PROTEIN].value == 11.1


def test_only_the_last_tonnes_count_and_of_the_oldest_a_part():
    found = averaged(PACK, "milling", [of(10.8, 40.0), of(11.2, 40.0), of(14.0, 500.0)])
    assert (round(found.content[PROTEIN].value, 4), found.tonnes) == (10.9333, 60.0)
    assert (found.granted, codes(found.against)) == (False, ["outside_limit"])


def test_falling_numbers_are_averaged_as_liquefaction_numbers():
    values = {Analyte.FALLING_NUMBER: Measured(220.0)}, {Analyte.FALLING_NUMBER: Measured(400.0)}
    found = averaged(PACK, "milling", [load(also=values[0], load_t=30.0), load(also=values[1], load_t=30.0)])
    assert round(found.content[Analyte.FALLING_NUMBER].value) == 279


def test_what_never_blends_each_load_meets_alone():
    bad = load(also={Analyte.DON: Measured(1200.0)}, load_t=30.0)
    found = averaged(PACK, "milling", [of(11.5), bad])
    assert (found.granted, codes(found.against)) == (False, ["never_blend"])


def test_a_value_of_the_intake_is_known_of_every_load_or_missing():
    found = averaged(PACK, "milling", [of(11.5), load(without=[PROTEIN], load_t=30.0)])
    assert (found.granted, codes(found.against)) == (False, ["missing"])


def test_nothing_is_granted_where_nobody_grants_it():
    assert averaged(PACK, "feed", [of(11.5)]) is None
    assert averaged(PACK, "best", [of(11.5)]) is None
    assert averaged(PACK, "milling", []) is None
    assert averaged(PACK, "milling", [of(11.5, None)]) is None
