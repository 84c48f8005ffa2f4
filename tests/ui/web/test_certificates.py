"""A manager sees which certificates hold, and which run out within thirty days."""

from datetime import date, timedelta

from station.receival.masters import certificates
from station.receival.masters.certificates import Stated
from tests.silo_rig import MARC, START, Silo
from tests.ui.web.rig import make_readers, pages_of


def test_what_runs_out_soon_stands_apart(silo: Silo) -> None:
    today = START.date()
    for number, days in (("ENDS-SOON", 30), ("ENDS-LATER", 31), ("ENDED", -1)):
        said = Stated("sustainability", number, "Bureau", date(2026, 1, 1), today + timedelta(days))
        certificates.add_certificate(silo.desk, "EARL Dupont", said, MARC, silo.clock())
    make_readers(silo)
    page = pages_of(silo).reader(language="fr").get("/certificates").text
    soon, every = page.split('id="certificates"')
    assert ("ENDS-SOON" in soon, "ENDS-LATER" in soon, "ENDS-LATER" in every) == (True, False, True)
    assert "ENDED" not in page
    assert "Échus sous 30 jours" in soon
