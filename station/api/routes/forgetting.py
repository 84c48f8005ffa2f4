"""Forgetting a person or a supplier, once the law no longer asks for the name."""

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.receival.persons import forgetting

router = APIRouter(tags=["people"])


@router.post("/people/forget", status_code=204, responses=problems(404, 409))
def forget_person(asked: Asked, by: By, body: schemas.ForgetIn) -> None:
    """The name is gone here, and from backups and headquarters with the next ones; tickets keep it."""
    forgetting.forget_person(asked.desk, body.name, body.reason, by, asked.now())


@router.post("/suppliers/forget", status_code=204, responses=problems(404, 409))
def forget_supplier(asked: Asked, by: By, body: schemas.ForgetIn) -> None:
    """As a person; not while a load of theirs is on site."""
    forgetting.forget_supplier(asked.desk, body.name, body.reason, by, asked.now())
