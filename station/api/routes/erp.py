"""The program that already issues the bons d'apport: it announces and corrects."""

from fastapi import APIRouter

from station.acts.desk import Actor
from station.api import schemas
from station.api.arrivals import announcement_of
from station.api.asked import Asked, Inquiry
from station.api.auth import FromTerminal
from station.api.openapi import problems
from station.api.views.announced import answer
from station.api.views.view import view_of
from station.receival import announcing
from station.store.tables import AnnouncedArrival, Terminal

router = APIRouter(prefix="/erp", tags=["erp"])


@router.put("/arrivals/{external_ref}", responses=problems(409))
def announce(
    asked: Asked, terminal: FromTerminal, external_ref: schemas.Ref, body: schemas.AnnouncementIn
) -> schemas.AnnouncedAnswer:
    """The same body again changes nothing; another one corrects, until a load of it is decided (409
    `announcement_decided`)."""
    row_id, did = announcing.announce(
        asked.desk, external_ref, announcement_of(body), _program(terminal), asked.now()
    )
    return _answered(asked, row_id, did)


@router.delete("/arrivals/{external_ref}", responses=problems(404, 409))
def withdraw(asked: Asked, terminal: FromTerminal, external_ref: schemas.Ref) -> schemas.AnnouncedAnswer:
    """It does not come. Withdrawn twice it is withdrawn; 409 `announcement_ended` where it is here."""
    row_id = announcing.withdraw(asked.desk, external_ref, _program(terminal), asked.now())
    return _answered(asked, row_id, "withdrawn")


def _program(terminal: Terminal) -> Actor:
    return Actor(terminal.id, terminal.name, terminal.id)


def _answered(asked: Inquiry, row_id: str, did: str) -> schemas.AnnouncedAnswer:
    with view_of(asked) as view:
        return answer(view, view.tx.get_one(AnnouncedArrival, row_id), did)
