"""Models from the command line, by the admin token: in a named manager's name, else the installer's."""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime

from station.acts.desk import Actor
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import admin
from station.api.openapi import problems
from station.api.routes.laboratory import recorded
from station.api.routes.models import (
    BundleFile,
    Days,
    SignatureFile,
    Why,
    approved,
    installed,
    listed,
    policies_of,
    promoted,
    retired,
    rolled_back,
    signals_of,
    withdrawn,
)
from station.models.acts import Mandate
from station.models.cases import cases
from station.receival.people import manager_with_pin

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(admin)])


@router.get("/models")
def list_models(asked: Asked) -> list[schemas.Model]:
    return listed(asked)


@router.post("/models", status_code=201, responses=problems(409))
def install_model(
    asked: Asked, bundle: BundleFile, signature: SignatureFile, why: Why = ""
) -> schemas.Release:
    """Signature, hashes and the acceptance set on this machine are checked; then it runs in shadow."""
    return installed(asked, bundle, signature, Mandate(Actor("installer"), why, asked.now()))


@router.get("/models/backtest")
def list_backtest_cases(
    asked: Asked, task: str, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> list[dict[str, Any]]:
    """The captures whose sample laboratory or machine measured, with what the active model of then said."""
    with asked.desk.ledger.read() as tx:
        return [case.as_dict() for case in cases(tx, asked.desk, task, since, until)]


@router.get("/models/signals")
def list_signals(asked: Asked, days: Days = 14) -> list[schemas.Signal]:
    return signals_of(asked, days)


@router.get("/models/policies")
def list_policies(asked: Asked) -> list[schemas.PromotionPolicy]:
    return policies_of(asked)


@router.post("/models/policies", status_code=201)
def approve_policy(asked: Asked, body: schemas.PolicyByIn) -> schemas.PromotionPolicy:
    return approved(asked, body, manager_with_pin(asked.desk, body.by, body.pin))


@router.post("/models/policies/withdraw", responses=problems(404))
def withdraw_policy(asked: Asked, body: schemas.WithdrawByIn) -> schemas.PromotionPolicy:
    return withdrawn(asked, body, manager_with_pin(asked.desk, body.by, body.pin))


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


def _who(asked: Inquiry, body: schemas.ManagerIn) -> Actor:
    return manager_with_pin(asked.desk, body.by, body.pin or "") if body.by else Actor("installer")
