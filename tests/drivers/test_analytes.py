"""Analytes are a catalogue: what ships, in its order, and what a site adds."""

import pytest
from pydantic import TypeAdapter, ValidationError

from drivers.analytes import ANALYTES, AnalyteEntry
from drivers.named import Catalogue, Contradiction
from drivers.reading import (
    BLENDS,
    PLAUSIBLE,
    UNIT_OF,
    USUAL,
    Analyte,
    Basis,
    Unit,
    basis_allowed,
    default_basis,
    in_order,
    known_analyte,
    needs_basis,
)

OWN = {
    "id": "glucosinolates",
    "name": {"fr": "glucosinolates", "en": "glucosinolates"},
    "unit": "%",
    "range": [0, 100],
    "step": 0.1,
}
NAMED = {
    "moisture", "protein", "test_weight", "temperature", "falling_number", "oil", "calibration_2_5", "broken",
    "impurities", "sprouted", "ergot", "don", "insects", "vitreousness", "variety_purity", "germination",
    "zeleny", "alveograph_w", "thousand_kernel_weight", "t2_ht2", "mitadine", "pre_sprouted",
    "misc_impurities", "grain_impurities", "damaged", "other_grains",
}  # fmt: skip


def own(**changes: object) -> AnalyteEntry:
    return AnalyteEntry.model_validate(OWN | changes)


def test_every_analyte_that_the_trade_names_is_shipped() -> None:
    assert set(ANALYTES.shipped) == {"weight", *NAMED}


def test_the_order_that_replay_depends_on_stays() -> None:
    assert [analyte.value for analyte in UNIT_OF][:7] == [
        "weight", "moisture", "protein", "test_weight", "temperature", "falling_number", "oil",
    ]  # fmt: skip
    assert in_order({"oil", "moisture", "unheard_of", "don"}) == ["moisture", "oil", "don"]


def test_an_analyte_is_its_identifier() -> None:
    assert Analyte("moisture") == Analyte.MOISTURE == "moisture"
    assert Analyte.MOISTURE.value == str(Analyte.MOISTURE) == f"{Analyte.MOISTURE}"
    assert type(Analyte.MOISTURE.value) is str
    assert {Analyte.DON: 1}["don"] == 1


@pytest.mark.parametrize("name", ["", "Moisture", "2_5", "a b", "a" * 41, "moisture\n"])
def test_what_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        Analyte(name)


def test_a_record_may_name_an_analyte_that_a_file_may_not() -> None:
    assert Analyte("unheard_of") == "unheard_of"
    with pytest.raises(ValueError, match="no analyte; known: weight, moisture"):
        known_analyte("unheard_of")
    with pytest.raises(ValidationError, match="'unheard_of' is no analyte"):
        TypeAdapter(dict[Analyte, float]).validate_json('{"unheard_of": 1}', strict=True)
    (read,) = TypeAdapter(dict[Analyte, float]).validate_json('{"don": 1}', strict=True)
    assert isinstance(read, Analyte)


def test_bases_say_what_a_bare_number_means() -> None:
    assert [analyte for analyte in UNIT_OF if needs_basis(analyte)] == ["protein", "oil"]
    assert default_basis("moisture") is Basis.AS_IS
    assert not basis_allowed("moisture", Basis.DRY_MATTER)
    assert not basis_allowed("protein", None)
    assert basis_allowed("falling_number", None)
    assert not basis_allowed("falling_number", Basis.MOISTURE_12)


def test_every_shipped_usual_range_lies_within_the_widest() -> None:
    for analyte, usual in USUAL.items():
        low, high = PLAUSIBLE[analyte]
        assert usual is None or low <= usual[0] < usual[1] <= high
    assert BLENDS[Analyte.FALLING_NUMBER] == "liquefaction"


def test_a_site_adds_at_the_end_and_may_say_a_shipped_one_again() -> None:
    shipped = Catalogue([own(id="first")])
    shipped.add([own(), own(id="first")])
    assert list(shipped.entries) == ["first", "glucosinolates"]
    with pytest.raises(Contradiction) as refused:
        shipped.add([own(id="first", unit="g")])
    assert refused.value.key == "unit"


def test_an_old_record_is_judged_by_the_entries_of_its_day() -> None:
    catalogue = Catalogue([own(id="first")])
    catalogue.add([own(range=[0, 50])])
    with catalogue.as_recorded([own(range=[0, 10])]):
        assert catalogue.entries["glucosinolates"].range == (0, 10)
    with catalogue.as_recorded([]):
        assert list(catalogue.entries) == ["first"]
    assert catalogue.entries["glucosinolates"].range == (0, 50)


@pytest.mark.parametrize(
    "wrong",
    [{"range": [5, 5]}, {"usual": [2, 1]}, {"unit": "bushel"}, {"step": 0}, {"blends": "sum"}, {"id": "X"}],
)
def test_a_wrong_entry_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        own(**wrong)


def test_units_of_the_mill_and_the_maltster() -> None:
    assert UNIT_OF[Analyte("zeleny")] is Unit.MILLILITRE
    assert UNIT_OF[Analyte("thousand_kernel_weight")] is Unit.GRAM
