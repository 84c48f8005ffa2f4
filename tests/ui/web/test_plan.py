"""The plan stands beside the content, and the day says which cell is full when."""

from station.receival import plans
from station.receival.plans import Planned
from tests.silo_rig import MARC, Silo
from tests.ui.web.rig import make_readers, pages_of


def test_plan_content_and_the_hour_when_a_cell_is_full(silo: Silo) -> None:
    make_readers(silo)
    planned = Planned(target_t=900, expected={"2026-W30": 300.0})
    plans.set_plan(silo.desk, "c1", planned, "less maize than thought", MARC, silo.clock())
    for number in range(3):
        silo.receive(f"AB-10{number}-CD")
        silo.clock.pass_(minutes=20)
    pages = pages_of(silo)
    page = pages.reader(language="fr").get("/plan").text
    for words in ("Plan de stockage", "less maize than thought", "2026-W30", "Pleine à cette cadence", "900"):
        assert words in page
    day = pages.reader("Anne", "fr").get("/day").text
    assert "Remplissage des cellules" in day
    assert pages.reader("Anne", "fr").get("/plan?format=csv&table=filling").text.count("\n") == 7
    yesterday = pages.reader("Anne", "fr").get("/day?day=2026-07-19").text
    assert "Remplissage des cellules" not in yesterday
