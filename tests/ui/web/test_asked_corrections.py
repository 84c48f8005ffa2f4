"""On the page of corrections a person answers what headquarters asks."""

from station.acts.desk import Actor
from station.receival.arrivals import asked_corrections
from station.receival.arrivals.asked_corrections import Asked
from station.receival.arrivals.visits import NewLoad
from station.store.tables import CorrectionRequest
from tests.silo_rig import Silo
from tests.ui.web.rig import Text, make_readers, pages_of

HEADQUARTERS = Actor("headquarters", "headquarters")


def states(silo: Silo) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [tx.get_one(CorrectionRequest, one).state for one in ("r1", "r2")]


def test_a_person_accepts_one_and_refuses_the_one_that_crosses(silo: Silo) -> None:
    make_readers(silo)
    (load,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))
    for id_, plate in (("r1", "AB-125-CD"), ("r2", "AB-126-CD")):
        asked = Asked(id_, load.id, "plate", "AB-123-CD", plate, "the slip says so")
        asked_corrections.note(silo.desk, asked, 1, HEADQUARTERS, silo.clock())
    marc = pages_of(silo).reader("Marc")
    page = marc.get("/corrections").text
    assert "plate: AB-123-CD → AB-125-CD" in page
    form = {"form_token": Text(page).fields["form_token"]}
    assert marc.post("/corrections/requests/r1/accept", data=form).status_code == 303
    assert "Another correction crossed this one" in marc.get("/corrections").text
    assert marc.post("/corrections/requests/r2/accept", data=form).status_code == 409
    assert marc.post("/corrections/requests/r2/refuse", data=form).status_code == 422
    refused = marc.post("/corrections/requests/r2/refuse", data={**form, "reason": "the first was right"})
    assert refused.status_code == 303
    assert states(silo) == ["accepted", "refused"]
    assert "the slip says so" not in marc.get("/corrections").text
