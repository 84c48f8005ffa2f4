"""A manager confirms on a page what came late, several loads at once; the load's page has both values."""

import pytest

from tests.receival.test_revisions import every, received, reported
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Result of the laboratory Labo Ouest", "Cells in which it still lies", "Provisional")),
        ("fr", ("Résultat du laboratoire Labo Ouest", "Cellules où il se trouve encore", "Provisoire")),
    ],
)
def test_several_are_applied_at_once_and_one_is_dismissed(
    silo: Silo, language: str, words: tuple[str, ...]
) -> None:
    make_readers(silo)
    loads = [received(silo, plate) for plate in ("AB-123-CD", "EF-456-GH", "IJ-789-KL")]
    for load in loads:
        reported(silo, load, "moisture", 14.8)
    marc = pages_of(silo).reader("Marc", language)
    page = marc.get("/revisions").text
    for part in words:
        assert part in page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    first, second, third = (row.id for row in every(silo))
    form = {"form_token": Text(page).fields["form_token"], "reason": "laboratory holds"}
    assert marc.post("/revisions/apply", data=form).status_code == 422
    assert marc.post("/revisions/apply", data=form | {"revision": [first, second]}).status_code == 303
    assert marc.post("/revisions/dismiss", data=form | {"revision": [third]}).status_code == 303
    assert [row.state for row in every(silo)] == ["applied", "applied", "dismissed"]
    assert "laboratory holds" in marc.get("/revisions").text
    shown = Text(marc.get(f"/loads/{loads[0].id}").text).words
    assert words[2] in shown
    assert pages_of(silo).reader("Anne").get("/revisions").status_code in (403, 404)
