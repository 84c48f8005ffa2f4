"""Signing in and out, and whose names can sign in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import col, select

from station.acts.desk import fold
from station.acts.refusals import NotAllowed
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import BySomebody, FromTerminal, terminal
from station.api.openapi import problems
from station.api.problems import ApiFault, Rejected
from station.api.throttle import Throttle
from station.api.views.people import person
from station.receival import people
from station.store.tables import Person, Terminal

router = APIRouter(tags=["people"])


async def _throttle(request: Request) -> Throttle:
    throttle: Throttle = request.app.state.throttle
    return throttle


@router.post("/sign-in", responses=problems(401, 429))
def sign_in(
    asked: Asked,
    terminal: FromTerminal,
    body: schemas.SignInIn,
    throttle: Annotated[Throttle, Depends(_throttle)],
) -> schemas.SignedIn:
    """Ends this terminal's earlier sign-in."""
    with throttle.one_at_a_time:
        signed = _attempt(asked, terminal, body, throttle)
    return schemas.SignedIn(token=signed.token, person=person(signed.person))


def _attempt(
    asked: Inquiry, terminal: Terminal, body: schemas.SignInIn, throttle: Throttle
) -> people.SignedIn:
    key = f"{terminal.id} {fold(body.name)}"
    wait = throttle.wait_seconds(key)
    if wait:
        raise Rejected(429, ApiFault.TOO_MANY_ATTEMPTS, seconds=wait)
    try:
        signed = people.sign_in(asked.desk, body.name, body.pin, terminal, asked.now())
    except NotAllowed:
        throttle.failed(key)
        raise
    throttle.succeeded(key)
    return signed


@router.post("/sign-out", status_code=204)
def sign_out(asked: Asked, terminal: FromTerminal, somebody: BySomebody) -> None:
    people.sign_out(asked.desk, somebody, terminal, asked.now())


@router.get("/people", dependencies=[Depends(terminal)])
def list_people(asked: Asked) -> list[schemas.Person]:
    """The names of the sign-in list."""
    with asked.desk.ledger.read() as tx:
        rows = tx.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.name))).all()
    return [person(row) for row in rows]
