"""The list of stored tares says how old each is and whether it counts; a changed vehicle's is ended."""

from dataclasses import replace

from station.receival.bridge.stored_tares import store_tare
from tests.silo_rig import ANNE, Silo
from tests.ui.web.rig import Text, make_readers, pages_of


def furnish(silo: Silo) -> None:
    silo.desk = replace(silo.desk, stored_tare_days=30)
    make_readers(silo)
    for plate, days in (("AB-123-CD", 20), ("EF-456-GH", 15)):
        store_tare(silo.desk, silo.receive(plate, trailer="XY-1-ZZ").weighing.id, ANNE, silo.clock())
        silo.clock.pass_(days=days)


def test_each_stored_tare_says_its_age_and_whether_it_counts(silo: Silo) -> None:
    furnish(silo)
    page = pages_of(silo).reader("Anne").get("/tares").text
    assert "A tare counts for 30 days after its weighing." in page
    young, old = page.index("EF-456-GH + XY-1-ZZ"), page.index("AB-123-CD + XY-1-ZZ")
    assert young < page.index("counts</span>") < old < page.index("too old")
    told = pages_of(silo).reader("Anne").get("/tares?format=csv").text.splitlines()
    assert [line.split(",")[3] for line in told[1:]] == ["15", "35"]


def test_a_changed_vehicle_s_tare_is_ended(silo: Silo) -> None:
    furnish(silo)
    marc = pages_of(silo).reader("Marc")
    page = marc.get("/tares").text
    form = {"form_token": Text(page).fields["form_token"]}
    address = next(one.split('"')[0] for one in page.split('action="') if one.startswith("/tares/"))
    assert marc.post(address, data=form).status_code == 303
    assert "AB-123-CD" not in marc.get("/tares").text
    assert marc.post(address, data=form).status_code == 404


def test_a_site_without_stored_tares_says_where_that_is_set(silo: Silo) -> None:
    make_readers(silo)
    page = pages_of(silo).reader("Anne").get("/tares").text
    assert "This site uses none" in page
    assert "No tare is kept." in page
