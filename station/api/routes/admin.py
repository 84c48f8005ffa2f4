"""The installer's acts, by the admin token: persons and tokens."""

from fastapi import APIRouter, Depends

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import admin
from station.api.openapi import problems
from station.api.views.people import person
from station.receival import people

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(admin)])


@router.post("/people", status_code=201, responses=problems(409))
def add_person(asked: Asked, body: schemas.PersonIn) -> schemas.Person:
    roles = [str(role) for role in body.roles]
    return person(people.add_person(asked.desk, body.name, body.pin, roles, body.language, asked.now()))


@router.post("/tokens", status_code=201, responses=problems(409))
def add_token(asked: Asked, body: schemas.TokenIn) -> schemas.TokenMade:
    row, token = people.add_terminal(asked.desk, body.name, body.kind, asked.now())
    return schemas.TokenMade(id=row.id, name=row.name, kind=row.kind, token=token)


@router.delete("/tokens/{id_or_name:path}", status_code=204, responses=problems(404))
def revoke_token(asked: Asked, id_or_name: str) -> None:
    people.revoke_terminal(asked.desk, id_or_name, asked.now())
