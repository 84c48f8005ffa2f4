"""The plan stands beside the content, and the day says which cell is full when."""

from station.receival.storage import plans
from station.receival.storage.plan_standing import in_force
from station.receival.storage.plans import Planned
from tests.silo_rig import MARC, Silo
from tests.ui.web.rig import Text, make_readers, pages_of


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


def test_a_manager_plans_a_cell_on_the_page_and_takes_it_back(silo: Silo) -> None:
    make_readers(silo)
    pages = pages_of(silo)
    marc = pages.reader("Marc", "fr")
    page = Text(marc.get("/plan").text)
    assert "Planifier une cellule" in page.words
    form = {"form_token": page.fields["form_token"], "cell": "c4", "reason": "mi-juillet"}

    def planned() -> tuple[str | None, float | None, dict[str, float]]:
        with silo.desk.ledger.read() as tx:
            row = in_force(tx)["c4"]
        return row.grade, row.target_kg, row.expected

    said = {**form, "target_t": "450,5", "week": "2026-W30", "expected_t": "120"}
    assert marc.post("/plan", data=said).status_code == 303
    assert planned() == ("intervention", 450_500, {"2026-W30": 120})
    assert marc.post("/plan", data={**form, "week": "2026-W31", "expected_t": "80"}).status_code == 303
    assert planned()[2] == {"2026-W30": 120, "2026-W31": 80}
    assert marc.post("/plan", data={**form, "target_t": "0"}).status_code == 303
    assert planned() == ("intervention", None, {"2026-W30": 120, "2026-W31": 80})
    for wrong in ({"target_t": "beaucoup"}, {"week": "juillet", "expected_t": "5"}, {"reason": ""}):
        assert marc.post("/plan", data={**form, **wrong}).status_code == 422
    under = marc.post("/plan", data={**form, "cell": "c1", "target_t": "500"})
    assert under.status_code == 409
    assert "contient déjà" in under.text


def test_anybody_else_is_offered_no_form(silo: Silo) -> None:
    make_readers(silo)
    anne = pages_of(silo).reader("Anne", "fr")
    page = anne.get("/plan").text
    assert "Planifier une cellule" not in page
    form = {"form_token": Text(page).fields["form_token"], "cell": "c4", "reason": "x", "target_t": "5"}
    assert anne.post("/plan", data=form).status_code == 403
