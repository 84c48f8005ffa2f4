"""Models: installing, what is installed and how it does, promoting, rolling back, retiring, policies."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, ticks, time_place
from station.api.period import Period
from station.api.views import models as views
from station.api.views.view import view_of
from station.models import acts as models
from station.models import policies
from station.models.acts import Mandate
from station.models.cases import cases
from station.models.terms import Terms
from station.store import pages

router = APIRouter(prefix="/models", tags=["models"])

SIGNATURE_BYTES = 20_000
BundleFile = Annotated[UploadFile, File(description="The model bundle.")]
SignatureFile = Annotated[UploadFile, File(description="Its detached signature, in minisign's format.")]
Why = Annotated[schemas.Text, Form()]
Days = Annotated[int, Query(ge=1, le=400)]


@router.get("")
def list_models(asked: Asked) -> list[schemas.Model]:
    """Every release, with its agreement with the active one and the evidence of laboratory and machine."""
    with view_of(asked) as view:
        return views.models(view, asked.desk)


@router.post("", status_code=201, responses=problems(409))
def install_model(
    asked: Asked, by: By, bundle: BundleFile, signature: SignatureFile, why: Why = ""
) -> schemas.Release:
    """Signature, hashes and the acceptance set on this machine are checked; then it runs in shadow."""
    text = signature.file.read(SIGNATURE_BYTES).decode("utf-8", "replace")
    row = asked.context.install_model(bundle.file.read(), text, Mandate(by, why, asked.now()))
    asked.context.wake_vision()
    return views.release(row)


@router.get("/backtest")
def list_backtest_cases(
    asked: Asked, response: Response, task: schemas.Key, period: Period, after: After = None,
    limit: Limit = 200,
) -> list[dict[str, Any]]:  # fmt: skip
    """Those of the next captures of a time whose sample laboratory or machine measured, oldest first, with
    what the active model of then said."""
    with asked.desk.ledger.read() as tx:
        found = pages.captures(tx, period.since, period.until, time_place(after), limit + 1)
        rows = page(response, found, limit, lambda row: (ticks(row.at), row.seq or 0))
        return [case.as_dict() for case in cases(tx, asked.desk, task, rows)]


@router.get("/signals")
def list_signals(asked: Asked, days: Days = 14) -> list[schemas.Signal]:
    """Day by day, newest first: how often active models refuse and how far photos lie from what they know."""
    with view_of(asked) as view:
        return views.signals(view, days)


@router.get("/policies")
def list_policies(asked: Asked) -> list[schemas.PromotionPolicy]:
    """The standing policies that hold."""
    with view_of(asked) as view:
        return views.policies(view)


@router.post("/policies", status_code=201)
def approve_policy(asked: Asked, by: By, body: schemas.PolicyIn) -> schemas.PromotionPolicy:
    """From now on the station promotes and rolls back by these terms; an earlier policy ends."""
    slot, terms = (body.task, body.species), Terms.from_dict(body.terms.model_dump())
    row = policies.approve(asked.desk, slot, terms, by, body.why, asked.now())
    with view_of(asked) as view:
        return views.policy(view, row)


@router.post("/policies/withdraw", responses=problems(404))
def withdraw_policy(asked: Asked, by: By, body: schemas.RollbackIn) -> schemas.PromotionPolicy:
    """Nothing is automatic any more for this task and species."""
    slot = (body.task, body.species)
    row = policies.withdraw(asked.desk, slot, by, body.why, asked.now())
    with view_of(asked) as view:
        return views.policy(view, row)


@router.post("/promote", responses=problems(404, 409))
def promote_model(asked: Asked, by: By, body: schemas.ReleaseIn) -> schemas.Release:
    """From the next capture on this release informs proposals."""
    mandate = Mandate(by, body.why, asked.now())
    row = models.promote(asked.desk, body.name, body.version, mandate)
    asked.context.wake_vision()
    return views.release(row)


@router.post("/rollback", responses=problems(409))
def roll_back_model(asked: Asked, by: By, body: schemas.RollbackIn) -> schemas.Release:
    """The release that was active before is so again."""
    mandate = Mandate(by, body.why, asked.now())
    row = models.roll_back(asked.desk, body.task, body.species, mandate)
    asked.context.wake_vision()
    return views.release(row)


@router.post("/retire", responses=problems(404, 409))
def retire_model(asked: Asked, by: By, body: schemas.ReleaseIn) -> schemas.Release:
    """The release is used no more; its bundle stays for replay."""
    mandate = Mandate(by, body.why, asked.now())
    return views.release(models.retire(asked.desk, body.name, body.version, mandate))
