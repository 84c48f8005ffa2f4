"""Signing in and out, and whose names can sign in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import col, select

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By, FromTerminal
from station.api.openapi import problems
from station.api.pins import PinDesk
from station.api.views.people import person
from station.receival import people
from station.store.tables import Person

router = APIRouter(tags=["people"])


async def _pins(request: Request) -> PinDesk:
    pins: PinDesk = request.app.state.pins
    return pins


Pins = Annotated[PinDesk, Depends(_pins)]


@router.post("/sign-in", responses=problems(401, 429))
async def sign_in(
    asked: Asked, terminal: FromTerminal, body: schemas.SignInIn, pins: Pins
) -> schemas.SignedIn:
    """Ends this terminal's earlier sign-in. 429 where too many PINs were wrong, and where another attempt of
    the terminal, or too many of others, are not done yet."""
    signed = await pins.attempt(
        asked, terminal.id, body.name,
        lambda: people.sign_in(asked.desk, body.name, body.pin, terminal, asked.now()),
    )  # fmt: skip
    return schemas.SignedIn(token=signed.token, person=person(signed.person))


@router.post("/sign-out", status_code=204)
def sign_out(asked: Asked, terminal: FromTerminal, somebody: By) -> None:
    people.sign_out(asked.desk, somebody, terminal, asked.now())


@router.get("/people")
def list_people(asked: Asked) -> list[schemas.Person]:
    """The names of the sign-in list."""
    with asked.desk.ledger.read() as tx:
        rows = tx.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.name))).all()
    return [person(row) for row in rows]
