"""Species are a catalogue: what the French stock book names ships."""

from collections import Counter

import pytest
from pydantic import ValidationError

from station.grain.identifiers import photo_names, photo_species
from station.grain.products import species_of_product
from station.species import SPECIES, SpeciesEntry

STOCK_BOOK = {
    "soft_wheat", "durum", "barley", "oats", "rye", "triticale", "maize", "sorghum", "rapeseed", "sunflower",
    "soya", "linseed", "pea", "faba_bean",
}  # fmt: skip


def test_the_stock_book_is_shipped() -> None:
    assert set(SPECIES.shipped) == {"rice", *STOCK_BOOK}


def test_types_stand_where_the_trade_tells_them_apart() -> None:
    assert set(SPECIES.entries["barley"].types) == {"winter", "spring", "two_row", "six_row"}
    assert not SPECIES.entries["sunflower"].types


def test_no_name_of_an_instrument_is_that_of_two_species() -> None:
    named = Counter(name for entry in SPECIES.entries.values() for name in {entry.id, *entry.products})
    assert [name for name, count in named.items() if count > 1] == []


@pytest.mark.parametrize(
    ("product", "species"), [("TOURNESOL", "sunflower"), ("Féverole", "faba_bean"), ("Lin", "linseed")]
)
def test_instruments_names_lead_to_new_species_too(product: str, species: str) -> None:
    assert species_of_product(product, {}) == species


def test_photos_of_both_wheats_are_judged_alike_and_others_by_their_own_name() -> None:
    assert photo_names("wheat") == ("wheat", "soft_wheat", "durum")
    assert photo_species("sunflower") == "sunflower"


def test_a_usual_range_beyond_what_can_be_true_is_refused() -> None:
    with pytest.raises(ValidationError, match="within 0 to 60"):
        SpeciesEntry.model_validate(
            {"id": "hemp", "name": {"fr": "chanvre", "en": "hemp"}, "usual": {"moisture": [4, 61]}}
        )
