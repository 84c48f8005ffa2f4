"""Models from the command line, by the admin token: in a named manager's name, else the installer's."""

from fastapi import APIRouter, Depends

from station.api import schemas
from station.api.asked import Ask, Asked
from station.api.auth import admin
from station.api.openapi import problems
from station.api.routes.lab import recorded
from station.api.routes.models import listed, promoted, retired, rolled_back
from station.receival.desk import Actor
from station.receival.people import manager_with_pin

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(admin)])


@router.get("/models")
def list_models(asked: Asked) -> list[schemas.Model]:
    return listed(asked)


@router.post("/models/promote", responses=problems(404, 409))
def promote_model(asked: Asked, body: schemas.ReleaseByIn) -> schemas.Release:
    return promoted(asked, body, _who(asked, body))


@router.post("/models/rollback", responses=problems(409))
def roll_back_model(asked: Asked, body: schemas.RollbackByIn) -> schemas.Release:
    return rolled_back(asked, body, _who(asked, body))


@router.post("/models/retire", responses=problems(404, 409))
def retire_model(asked: Asked, body: schemas.ReleaseByIn) -> schemas.Release:
    return retired(asked, body, _who(asked, body))


@router.post("/lab/results", status_code=201, responses=problems(404))
def add_lab_result(asked: Asked, body: schemas.LabResultIn) -> schemas.LabResult:
    return recorded(asked, body, "installer")


def _who(asked: Ask, body: schemas.ManagerIn) -> Actor:
    return manager_with_pin(asked.desk, body.by, body.pin or "") if body.by else Actor("installer")
