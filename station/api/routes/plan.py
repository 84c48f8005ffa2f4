"""The storage plan: what each cell is for, and how it fills."""

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import plan as views
from station.api.views.certificates import row_errors
from station.api.views.view import view_of
from station.receival.storage import plans
from station.receival.storage.plan_import import import_plan

router = APIRouter(prefix="/plan", tags=["cells"])


@router.get("")
def get_plan(asked: Asked) -> list[schemas.PlanLine]:
    """Every cell, with what it holds and at which pace it fills."""
    with view_of(asked) as view:
        return views.plan_lines(view)


@router.post("/file")
def take_plan(asked: Asked, by: By, body: schemas.PlanFileIn) -> schemas.PlanTaken:
    """Lines that are right are planned, the others told by line."""
    taken = import_plan(asked.desk, body.text, body.why, by, asked.now(), dry_run=body.dry_run)
    with view_of(asked) as view:
        return schemas.PlanTaken(cells=list(taken.cells), errors=row_errors(view, taken.errors))


@router.post("/cells/{cell_id}", responses=problems(404, 409))
def set_plan(asked: Asked, by: By, cell_id: str, body: schemas.PlanIn) -> schemas.PlanLine:
    """Open loads are proposed anew. 409 where the cell holds what the plan does not fit."""
    said = plans.Planned(
        species=body.species, grade=body.grade, claims=None if body.claims is None else tuple(body.claims),
        target_t=body.target_t, expected=body.expected,
    )  # fmt: skip
    plans.set_plan(asked.desk, cell_id, said, body.why, by, asked.now())
    with view_of(asked) as view:
        return next(line for line in views.plan_lines(view) if line.cell == cell_id)
