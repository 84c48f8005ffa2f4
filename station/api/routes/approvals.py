"""Approvals from afar, and values that need not be measured while an instrument is out of order."""

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import approvals as views
from station.api.views.view import view_of
from station.receival.measuring import waivers
from station.receival.measuring.waiver_standing import standing
from station.receival.persons import approvals
from station.receival.persons.approvals import Wish

router = APIRouter(tags=["approvals"])


@router.post("/loads/{load_id}/approvals", status_code=201, responses=problems(404, 409))
def ask_approval(asked: Asked, by: By, load_id: str, body: schemas.ApprovalIn) -> schemas.Approval:
    """Six figures to read to the second person, for this act only."""
    wish = Wish(
        load_id, body.proposal_id, body.cell, body.pit, body.reason, body.approver, is_standing=body.standing
    )
    row = approvals.ask(asked.desk, wish, by, asked.now())
    with view_of(asked) as view:
        return views.approval(view, row)


@router.post("/approvals/{approval_id}/answer", responses=problems(404, 409))
def answer(asked: Asked, by: By, approval_id: str, body: schemas.AnswerIn) -> schemas.Approval:
    """The eight figures that were read back. 409 `wrong_answer` tells how often it may be tried, and
    `answers_locked` how long to wait."""
    row = approvals.answer(asked.desk, approval_id, body.answer, by, asked.now())
    with view_of(asked) as view:
        return views.approval(view, row)


@router.get("/waivers")
def list_waivers(asked: Asked) -> list[schemas.Waiver]:
    """Those that hold now, oldest first."""
    with view_of(asked) as view:
        return [views.waiver(view, row) for row in standing(view.tx, view.policy, view.now)]


@router.post("/waivers", status_code=201)
def waive(asked: Asked, by: By, body: schemas.WaiverIn) -> list[schemas.Waiver]:
    """A manager's own word: loads of this species may be decided without these values."""
    rows = waivers.waive(asked.desk, body.species, body.analytes, body.reason, by, asked.now())
    with view_of(asked) as view:
        return [views.waiver(view, row) for row in rows]


@router.post("/waivers/{waiver_id}/revoke", responses=problems(404, 409))
def revoke(asked: Asked, by: By, waiver_id: str) -> schemas.Waiver:
    row = waivers.revoke(asked.desk, waiver_id, by, asked.now())
    with view_of(asked) as view:
        return views.waiver(view, row)
