"""Forms: what the intake asks, and the answers of loads."""

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import forms as views
from station.api.views.view import view_of
from station.receival.arrivals import forms
from station.store.forms import forms_in_force
from station.store.tables import Load

router = APIRouter(tags=["forms"])


@router.get("/forms")
def list_forms(asked: Asked) -> list[schemas.Form]:
    """Those that are asked now."""
    with view_of(asked) as view:
        return [views.form(view, one) for one in forms_in_force(view.tx)]


@router.post("/forms", status_code=201, responses=problems(404, 409))
def install_form(asked: Asked, by: By, body: schemas.FormIn) -> schemas.Form:
    """It is asked from the next look at a load on. 422 `form_wrong` says where it cannot be used."""
    row = forms.install(asked.desk, body.content, by, body.why, asked.now())
    with view_of(asked) as view:
        return next(views.form(view, one) for one in forms_in_force(view.tx) if one.row.name == row.name)


@router.post("/forms/withdraw", status_code=204, responses=problems(404))
def withdraw_form(asked: Asked, by: By, body: schemas.FormWithdrawIn) -> None:
    """Its questions are asked no more; what was answered stays."""
    forms.withdraw(asked.desk, body.name, by, body.why, asked.now())


@router.post("/loads/{load_id}/answers", responses=problems(404, 409))
def answer_questions(
    asked: Asked, by: By, load_id: str, body: schemas.AnswersIn
) -> list[schemas.LoadQuestion]:
    """The load's questions as they stand then."""
    forms.answer(asked.desk, load_id, body.form, body.answers, by, asked.now())
    with view_of(asked) as view:
        return views.load_questions(view, view.tx.get_one(Load, load_id))
