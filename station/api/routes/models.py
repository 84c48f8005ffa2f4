"""Models: installing, what is installed and how it does, promoting, rolling back, retiring, policies."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile

from station.acts.desk import Actor
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import ByInstaller, ByManager, terminal
from station.api.openapi import problems
from station.api.views import models as views
from station.api.views.view import view_of
from station.models import acts as models
from station.models import policies
from station.models.acts import Mandate
from station.models.terms import Terms

router = APIRouter(prefix="/models", tags=["models"])

SIGNATURE_BYTES = 20_000
BundleFile = Annotated[UploadFile, File(description="The model bundle.")]
SignatureFile = Annotated[UploadFile, File(description="Its detached signature, in minisign's format.")]
Why = Annotated[str, Form(max_length=400)]
Days = Annotated[int, Query(ge=1, le=400)]


@router.get("", dependencies=[Depends(terminal)])
def list_models(asked: Asked) -> list[schemas.Model]:
    """Every release, with its agreement with the active one and the evidence of laboratory and machine."""
    return listed(asked)


@router.post("", status_code=201, responses=problems(409))
def install_model(
    asked: Asked, by: ByInstaller, bundle: BundleFile, signature: SignatureFile, why: Why = ""
) -> schemas.Release:
    """Signature, hashes and the acceptance set on this machine are checked; then it runs in shadow."""
    return installed(asked, bundle, signature, Mandate(by, why, asked.now()))


@router.get("/signals", dependencies=[Depends(terminal)])
def list_signals(asked: Asked, days: Days = 14) -> list[schemas.Signal]:
    """Day by day, newest first: how often active models refuse and how far photos lie from what they know."""
    return signals_of(asked, days)


@router.get("/policies", dependencies=[Depends(terminal)])
def list_policies(asked: Asked) -> list[schemas.PromotionPolicy]:
    """The standing policies that hold."""
    return policies_of(asked)


@router.post("/policies", status_code=201)
def approve_policy(asked: Asked, by: ByManager, body: schemas.PolicyIn) -> schemas.PromotionPolicy:
    """From now on the station promotes and rolls back by these terms; an earlier policy ends."""
    return approved(asked, body, by)


@router.post("/policies/withdraw", responses=problems(404))
def withdraw_policy(asked: Asked, by: ByManager, body: schemas.RollbackIn) -> schemas.PromotionPolicy:
    """Nothing is automatic any more for this task and species."""
    return withdrawn(asked, body, by)


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


def installed(asked: Inquiry, bundle: UploadFile, signature: UploadFile, by: Mandate) -> schemas.Release:
    text = signature.file.read(SIGNATURE_BYTES).decode("utf-8", "replace")
    row = asked.context.install_model(bundle.file.read(), text, by)
    asked.context.wake_vision()
    return views.release(row)


def signals_of(asked: Inquiry, days: int) -> list[schemas.Signal]:
    with view_of(asked) as view:
        return views.signals(view, days)


def policies_of(asked: Inquiry) -> list[schemas.PromotionPolicy]:
    with view_of(asked) as view:
        return views.policies(view)


def approved(asked: Inquiry, body: schemas.PolicyIn, by: Actor) -> schemas.PromotionPolicy:
    terms = Terms.from_dict(body.terms.model_dump())
    place = (body.task, body.species)
    return views.policy(policies.approve(asked.desk, place, terms, by, body.why, asked.now()))


def withdrawn(asked: Inquiry, body: schemas.RollbackIn, by: Actor) -> schemas.PromotionPolicy:
    place = (body.task, body.species)
    return views.policy(policies.withdraw(asked.desk, place, by, body.why, asked.now()))


def listed(asked: Inquiry) -> list[schemas.Model]:
    with view_of(asked) as view:
        return views.models(view, asked.desk)


def promoted(asked: Inquiry, body: schemas.ReleaseIn, by: Actor) -> schemas.Release:
    row = models.promote(asked.desk, body.name, body.version, Mandate(by, body.why, asked.now()))
    asked.context.wake_vision()
    return views.release(row)


def rolled_back(asked: Inquiry, body: schemas.RollbackIn, by: Actor) -> schemas.Release:
    row = models.roll_back(asked.desk, body.task, body.species, Mandate(by, body.why, asked.now()))
    asked.context.wake_vision()
    return views.release(row)


def retired(asked: Inquiry, body: schemas.ReleaseIn, by: Actor) -> schemas.Release:
    return views.release(
        models.retire(asked.desk, body.name, body.version, Mandate(by, body.why, asked.now()))
    )
