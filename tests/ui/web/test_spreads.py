"""A manager decides on a phone's spread on the page of corrections."""

import pytest

from station.lab.proposing import propose_spreads
from station.store.spreads import in_force
from tests.lab.rows import add_phone
from tests.lab.test_spreads import seen_beside
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "phone 3 · broken · wheat 2",
                "Limits of this share at this site: ± ",
                "of the reference values",
            ),
        ),
        (
            "fr",
            ("phone 3 · cassés · wheat 2", "Limites de cette part sur ce site : ± ", "valeurs de référence"),
        ),
    ],
)
def test_a_spread_is_read_approved_and_ended_on_the_page(
    silo: Silo, language: str, words: tuple[str, ...]
) -> None:
    make_readers(silo)
    seen_beside(silo, add_phone(silo), 32)
    (row,) = propose_spreads(silo.desk, silo.clock())
    pages = pages_of(silo)
    marc = pages.reader("Marc", language)
    page = marc.get("/corrections").text
    for part in words:
        assert part in page.replace("\N{NO-BREAK SPACE}", " ")
    form = {"reason": "enough seen", "form_token": Text(page).fields["form_token"]}
    approved = marc.post(f"/corrections/spreads/{row.id}/approve", data=form)
    assert (approved.status_code, approved.headers["location"]) == (303, "/corrections")
    with silo.desk.ledger.read() as tx:
        (holding,) = in_force(tx)
    assert holding.by == "marc"
    assert f"/corrections/spreads/{holding.id}/end" in marc.get("/corrections").text
    assert marc.post(f"/corrections/spreads/{row.id}/decline", data=form).status_code == 409
    assert marc.post(f"/corrections/spreads/{holding.id}/end", data=form).status_code == 303
    with silo.desk.ledger.read() as tx:
        assert in_force(tx) == []
    anne = pages.reader("Anne", language)
    assert anne.get("/corrections").status_code == 403
