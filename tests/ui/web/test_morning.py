"""Who begins the day signs its list on a page: what is not in order has a field for its reason."""

from sqlmodel import select

from station.receival.persons.handing_over import hand_over
from station.store.tables import DayOpening
from tests.silo_rig import ANNE, Silo
from tests.ui.web.rig import Text, make_readers, pages_of


def test_the_list_is_read_waved_on_and_signed(silo: Silo) -> None:
    make_readers(silo)
    anne = pages_of(silo).reader("Anne", "fr")
    page = Text(anne.get("/morning").text)
    for words in ("Ouverture du 20/07/2026", "Personne ne l'a signée.", "à voir", "en ordre"):
        assert words in page.words
    asked = [attrs["value"] for tag, attrs in page.elements if attrs.get("name") == "topic"]
    assert asked == ["bridge", "backup"]
    token = {"form_token": page.fields["form_token"]}
    assert anne.post("/morning", data=token).status_code == 409
    said = {**token, "topic": asked, "reason": ["poids lus à l'indicateur", "clé USB ce soir"]}
    assert anne.post("/morning", data=said).status_code == 303
    words = Text(anne.get("/morning").text).words
    assert "clé USB ce soir" in words
    assert any(one.startswith("Signée par Anne, ") for one in words)
    with silo.desk.ledger.read() as tx:
        row = tx.exec(select(DayOpening)).one()
    assert {one["topic"]: one["reason"] for one in row.lines if one["reason"]} == dict(
        zip(asked, said["reason"], strict=True)
    )


def test_who_handed_the_shift_over_stands_on_the_day_with_what_was_said(silo: Silo) -> None:
    make_readers(silo)
    pages = pages_of(silo)
    assert "Passations de poste" not in pages.reader("Marc", "fr").get("/day").text
    visit = silo.arrive("AB-102-CD")
    hand_over(silo.desk, "marc", [visit.id], "fosse 2 lente", ANNE, silo.clock())
    words = Text(pages.reader("Marc", "fr").get("/day").text).words
    at = words.index("Passations de poste")
    assert {"Anne", "Marc", "fosse 2 lente"} <= set(words[at:])
