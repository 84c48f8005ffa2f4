"""Which of the bundles that come with the station judge at a site."""

import pytest

from station.models import releases
from tests.model_rig import Models
from tests.silo_rig import Silo


@pytest.mark.parametrize(
    ("taken", "judged"),
    [
        (("soft_wheat", "durum", "barley"), {"wheat"}),
        (("durum", "rice"), {"wheat", "rice"}),
        (("rice",), {"rice"}),
        (("maize",), {"wheat"}),  # refused by it, but counted
    ],
)
def test_a_site_begins_with_the_models_of_the_species_that_it_takes(
    silo: Silo, taken: tuple[str, ...], judged: set[str]
) -> None:
    Models.at(silo).ship(*taken)
    with silo.desk.ledger.read() as tx:
        assert {species for _, species in releases.active_set(tx)} == judged
