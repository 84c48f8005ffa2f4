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
from station.receival.persons import handing_over, people
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


@router.get("/hand-over")
def carried_over(asked: Asked) -> schemas.CarriedOver:
    """What goes on at a shift change."""
    with asked.desk.ledger.read() as tx:
        return schemas.CarriedOver.model_validate(handing_over.carried(tx))


@router.post("/hand-over", responses=problems(401, 409, 429))
async def hand_over(
    asked: Asked, by: By, terminal: FromTerminal, body: schemas.ShiftIn, pins: Pins
) -> schemas.SignedIn:
    """Who is signed in leaves, who comes is signed in here from now on. 409 `hand_over_changed` where other
    visits are open than both have seen."""

    def take_over() -> people.SignedIn:
        desk = asked.desk
        with desk.ledger.read() as tx:
            handing_over.check_seen(tx, body.visits)
        signed = people.sign_in(desk, body.comes, body.pin, terminal, asked.now())
        handing_over.hand_over(desk, signed.person.id, body.visits, body.note, by, asked.now())
        return signed

    signed = await pins.attempt(asked, terminal.id, body.comes, take_over)
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
