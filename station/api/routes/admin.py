"""The installer's acts, by the admin token: persons and tokens."""

from functools import partial

from fastapi import APIRouter
from sqlmodel import col, select

from station.acts import answers
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.routes.people import Pins
from station.api.views.people import person, token
from station.receival.persons import enrolments, people
from station.store.tables import Enrolment, Person, Terminal

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/people")
def list_people(asked: Asked) -> list[schemas.Person]:
    """Who may sign in."""
    with asked.desk.ledger.read() as tx:
        rows = tx.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.name))).all()
    return [person(row) for row in rows]


@router.post("/people", status_code=201, responses=problems(409))
async def add_person(asked: Asked, body: schemas.PersonIn, pins: Pins) -> schemas.Person:
    roles = [str(role) for role in body.roles]
    act = partial(people.add_person, asked.desk, body.name, body.pin, roles, body.language, asked.now())
    return person(await pins.run(act))


@router.patch("/people/{id_or_name:path}", responses=problems(404, 409))
async def change_person(
    asked: Asked, id_or_name: str, body: schemas.PersonChangeIn, pins: Pins
) -> schemas.Person:
    """Another name, a new PIN, or a new password of the pages. With a new one the person signs in anew."""
    if isinstance(body, schemas.RenameIn):
        act = partial(people.rename_person, asked.desk, id_or_name, body.name, asked.now())
        return person(await pins.run(act))
    if isinstance(body, schemas.NewPinIn):
        act = partial(people.change_pin, asked.desk, id_or_name, body.pin, asked.now())
    else:
        act = partial(people.set_password, asked.desk, id_or_name, body.password, asked.now())
    row = await pins.run(act)
    pins.forgive(asked, row.id)
    return person(row)


@router.delete("/people/{id_or_name:path}", status_code=204, responses=problems(404))
def remove_person(asked: Asked, id_or_name: str) -> None:
    """Who has left acts no more, at once; the name stays in what is recorded."""
    people.remove_person(asked.desk, id_or_name, asked.now())


@router.get("/approvers")
def list_approvers(asked: Asked) -> list[schemas.Approver]:
    """Whose phones approve."""
    query = select(Enrolment, Person).join(Person, col(Person.id) == Enrolment.person_id)
    query = query.where(col(Enrolment.ended_at).is_(None), col(Person.active).is_(True))
    with asked.desk.ledger.read() as tx:
        rows = tx.exec(query.order_by(col(Person.name))).all()
    return [schemas.Approver(id=person.id, name=person.name, since=row.at) for row, person in rows]


@router.post("/approvers", status_code=201, responses=problems(404, 409))
def enrol_approver(asked: Asked, body: schemas.ApproverIn) -> schemas.ApproverEnrolled:
    """A new secret for a person's phone; an earlier one is void."""
    row, secret = enrolments.enrol(asked.desk, body.name, asked.now())
    return schemas.ApproverEnrolled(
        name=row.name, secret=answers.secret_text(secret), probe=answers.answer_to(answers.PROBE, secret),
        address=answers.secret_address(secret, asked.desk.policy.site, row.name),
    )  # fmt: skip


@router.delete("/approvers/{id_or_name:path}", status_code=204, responses=problems(404))
def revoke_approver(asked: Asked, id_or_name: str) -> None:
    """The phone approves nothing any more, at once."""
    enrolments.revoke(asked.desk, id_or_name, asked.now())


@router.get("/tokens")
def list_tokens(asked: Asked) -> list[schemas.Token]:
    """Those that are not revoked, then those that are."""
    with asked.desk.ledger.read() as tx:
        query = select(Terminal).order_by(col(Terminal.revoked_at).is_not(None), col(Terminal.name))
        return [token(row) for row in tx.exec(query)]


@router.post("/tokens", status_code=201, responses=problems(409))
def add_token(asked: Asked, body: schemas.TokenIn) -> schemas.TokenMade:
    row, made = people.add_terminal(asked.desk, body.name, body.kind, asked.now())
    return schemas.TokenMade(id=row.id, name=row.name, kind=row.kind, token=made)


@router.patch("/tokens/{id_or_name:path}", responses=problems(404, 409))
def rename_token(asked: Asked, id_or_name: str, body: schemas.RenameIn) -> schemas.Token:
    return token(people.rename_terminal(asked.desk, id_or_name, body.name, asked.now()))


@router.delete("/tokens/{id_or_name:path}", status_code=204, responses=problems(404))
def revoke_token(asked: Asked, id_or_name: str) -> None:
    """It opens nothing any more, and what it has open ends at once."""
    people.revoke_terminal(asked.desk, id_or_name, asked.now())
