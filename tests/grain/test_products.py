import pytest

from station.grain.identifiers import Species, photo_species, same_species
from station.grain.pairing import species_of_product

SITE = {"Froment Renan": "soft_wheat", "BLE": "durum"}


@pytest.mark.parametrize(
    ("product", "species"),
    [
        ("BLE TENDRE", "soft_wheat"),
        ("blé  tendre", "soft_wheat"),
        ("BLÉ-TENDRE", "soft_wheat"),
        ("SOFT WHEAT", "soft_wheat"),
        ("Wheat", "soft_wheat"),
        ("soft_wheat", "soft_wheat"),
        ("BLE DUR", "durum"),
        ("ORGE", "barley"),
        ("Orge d'Hiver", "barley"),
        ("BARLEY", "barley"),
        ("MAIS", "maize"),
        ("Maïs", "maize"),
        ("COLZA", "rapeseed"),
        ("Riz", "rice"),
        ("pois protéagineux", "pea"),
        ("FROMENT  RENAN", "soft_wheat"),
        ("SOJA ARG", None),
        ("", None),
        (" - ", None),
        ("wheatish", None),
    ],
)
def test_a_product_name_is_recognised_whatever_its_case_accents_and_spaces(product, species):
    assert species_of_product(product, {"Froment Renan": "soft_wheat"}) == species


def test_the_site_file_wins_over_the_defaults():
    assert species_of_product("blé", SITE) == "durum"
    assert species_of_product("blé", {}) == "soft_wheat"


def test_a_photo_knows_both_wheats_as_wheat():
    assert photo_species(Species.SOFT_WHEAT) == photo_species(Species.DURUM) == "wheat"
    assert photo_species(Species.BARLEY) == "barley"


def test_a_species_not_said_fits_any_and_wheat_fits_both_wheats():
    assert same_species(None, "barley")
    assert same_species("barley", None)
    assert same_species("wheat", "durum")
    assert not same_species("soft_wheat", "durum")
    assert not same_species("wheat", "barley")
