"""Models: what is installed and how it does; promoting, rolling back, retiring."""

from fastapi import APIRouter, Depends

from station.api import schemas
from station.api.asked import Ask, Asked
from station.api.auth import ByManager, terminal
from station.api.openapi import problems
from station.api.views import models as views
from station.api.views.view import view_of
from station.receival import models
from station.receival.desk import Actor
from station.receival.models import By

router = APIRouter(prefix="/models", tags=["models"])


@router.get("", dependencies=[Depends(terminal)])
def list_models(asked: Asked) -> list[schemas.Model]:
    """Every release, with its agreement with the active one and the evidence of laboratory and machine."""
    return listed(asked)


@router.post("/promote", responses=problems(404, 409))
def promote_model(asked: Asked, by: ByManager, body: schemas.ReleaseIn) -> schemas.Release:
    """From the next capture on this release informs proposals."""
    return promoted(asked, body, by)


@router.post("/rollback", responses=problems(409))
def roll_back_model(asked: Asked, by: ByManager, body: schemas.RollbackIn) -> schemas.Release:
    """The release that was active before is so again."""
    return rolled_back(asked, body, by)


@router.post("/retire", responses=problems(404, 409))
def retire_model(asked: Asked, by: ByManager, body: schemas.ReleaseIn) -> schemas.Release:
    """The release is used no more; its bundle stays for replay."""
    return retired(asked, body, by)


def listed(asked: Ask) -> list[schemas.Model]:
    with view_of(asked) as view:
        return views.models(view, asked.desk)


def promoted(asked: Ask, body: schemas.ReleaseIn, by: Actor) -> schemas.Release:
    row = models.promote(asked.desk, body.name, body.version, By(by, body.why, asked.now()))
    asked.context.wake_vision()
    return views.release(row)


def rolled_back(asked: Ask, body: schemas.RollbackIn, by: Actor) -> schemas.Release:
    row = models.roll_back(asked.desk, body.task, body.species, By(by, body.why, asked.now()))
    asked.context.wake_vision()
    return views.release(row)


def retired(asked: Ask, body: schemas.ReleaseIn, by: Actor) -> schemas.Release:
    return views.release(models.retire(asked.desk, body.name, body.version, By(by, body.why, asked.now())))
