"""A person closes the day on its page: what does not agree has a field for its reason."""

from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of


def test_a_day_is_explained_signed_and_taken_away_as_paper(silo: Silo) -> None:
    make_readers(silo)
    silo.receive("AB-101-CD")
    silo.arrive("AB-102-CD")
    anne = pages_of(silo).reader("Anne", "fr")
    page = Text(anne.get("/closing").text)
    assert "Journée non clôturée." in page.words
    assert any(words.startswith("AB-102-CD est encore sur site") for words in page.words)
    form = {name: page.fields[name] for name in ("form_token", "day", "key")}
    assert anne.post("/closing", data={**form, "reason": ""}).status_code == 422
    unsaid = {name: form[name] for name in ("form_token", "day")}
    assert anne.post("/closing", data=unsaid).status_code == 409
    assert anne.post("/closing", data={**form, "reason": "dort sur place"}).status_code == 303
    signed = anne.get(f"/closing?day={form['day']}").text
    for words in ("Clôturée par Anne", "dort sur place", "27\u202f880", "SHA-256"):
        assert words in signed
    assert "Signer" not in signed
    assert anne.get(f"/closing?day={form['day']}&paper=1").content.startswith(b"%PDF")
    assert anne.get("/closing?format=csv&table=tonnes").status_code == 200
    assert anne.post("/closing", data={**form, "reason": "encore"}).status_code == 409
