"""What the pages show of a day."""

import pytest

from tests.silo_rig import Silo
from tests.ui.web.rig import Pages, Text, make_readers, pages_of


@pytest.fixture(scope="module")
def harvest(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Three loads with a ticket, one that is refused, one on site, and a reading that belongs to nothing."""
    silo = Silo.open(tmp_path_factory.mktemp("harvest") / "data")
    make_readers(silo)
    for plate in ("AB-123-CD", "EF-456-GH", "IJ-789-KL"):
        silo.receive(plate)
        silo.clock.pass_(minutes=7)
    silo.arrive("MN-012-OP")
    silo.measure("gac", {"moisture": 13.2}, "X99")
    return pages_of(silo)


def test_the_day_says_what_came_in(harvest: Pages) -> None:
    page = harvest.reader("Anne").get("/day")
    assert page.status_code == 200
    print(Text(page.text).words)
    assert "83.6" in page.text
