"""Movements of cells: what came and went, and recording what leaves, goes elsewhere or was counted."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from drivers.reading import Analyte
from station.acts.desk import Actor
from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views import movements as views
from station.api.views.view import view_of
from station.grain.identifiers import Regime
from station.receival.masters.external import External
from station.receival.storage import cell_acts, cells, treatments
from station.receival.storage import movements as acts
from station.store import pages
from station.store.tables import Cell, CellMovement

router = APIRouter(tags=["cells"])
OF_CELL = "/cells/{cell_id}/movements"


@router.get("/movements")
def list_entered_movements(
    asked: Asked, response: Response, after: After = None, limit: Limit = 50
) -> list[schemas.Movement]:
    """What persons entered of all cells, newest first: what left, was transferred (once, as it left its
    cell) or was counted."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.entered_movements(view.tx, before, limit + 1)
        return views.movements(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.get(OF_CELL, responses=problems(404))
def list_movements(
    asked: Asked,
    cell_id: str,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[schemas.Movement]:
    """Newest first; the next page is asked for with the last `seq` of this one as `before`."""
    with view_of(asked) as view:
        if view.tx.get(Cell, cell_id) is None:
            raise NotFound(Fault.UNKNOWN_CELL, cell=cell_id)
        return views.movements(view, pages.movements_of(view.tx, cell_id, before, limit))


@router.post(OF_CELL, status_code=201, responses=problems(404, 409))
def add_movement(asked: Asked, by: By, cell_id: str, body: schemas.MovementIn) -> list[schemas.Movement]:
    """The movement that was recorded; of a transfer both. 409 with `remarks`: repeat it with
    `despite_kg`, the mass once more, when the person says that it is right."""
    rows = _record(asked, by, cell_id, body)
    with view_of(asked) as view:
        return views.movements(view, rows)


def _record(asked: Inquiry, by: Actor, cell_id: str, body: schemas.MovementIn) -> list[CellMovement]:
    if not isinstance(body, schemas.MoveOutIn | schemas.TransferIn | schemas.CorrectionIn):
        return _record_act(asked, by, cell_id, body)
    title = acts.Title(Regime(body.regime) if body.regime else None, body.organisation)
    external = External(body.external.source, body.external.ref) if body.external else None
    desk, now = asked.desk, asked.now()
    if isinstance(body, schemas.CorrectionIn):
        row = acts.correct_inventory(
            desk, cell_id, body.kg, body.reason, body.paper_number, by, now, title=title, external=external,
            despite_kg=body.despite_kg,
        )  # fmt: skip
        return [row]
    if isinstance(body, schemas.TransferIn):
        both = acts.transfer(
            desk, cell_id, body.to_cell, body.kg, body.reason, body.paper_number, by, now,
            title=title, external=external, despite_kg=body.despite_kg,
        )  # fmt: skip
        return list(both)
    row = acts.move_out(
        desk, cell_id, body.kg, body.reason, body.paper_number, by, now,
        weighings=body.weighings, title=title, external=external,
        despite_kg=body.despite_kg, despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return [row]


_ActIn = (
    schemas.GrainCleaningIn
    | schemas.DryingIn
    | schemas.VentilationIn
    | schemas.CellCleaningIn
    | schemas.CellTreatmentIn
)


def _record_act(asked: Inquiry, by: Actor, cell_id: str, body: _ActIn) -> list[CellMovement]:
    desk, now = asked.desk, asked.now()
    if isinstance(body, schemas.CellTreatmentIn):
        return [treatments.treat_cell(desk, cell_id, _dose(body), by, now)]
    said = cell_acts.Said(body.reason, body.paper_number, body.despite_kg)
    if isinstance(body, schemas.DryingIn):
        drying = cell_acts.Drying(
            body.kg, body.moisture_from, body.moisture_to, body.measured_kg, body.to_cell
        )
        return list(cell_acts.dry_grain(desk, cell_id, drying, said, by, now))
    if isinstance(body, schemas.GrainCleaningIn):
        stated = {Analyte.IMPURITIES: body.impurities, Analyte("broken"): body.broken}
        measured = {analyte: value for analyte, value in stated.items() if value is not None}
        return [cell_acts.clean_grain(desk, cell_id, body.kg, measured, said, by, now)]
    if isinstance(body, schemas.VentilationIn):
        return [cell_acts.ventilate(desk, cell_id, body.hours, body.celsius, said, by, now)]
    return [cell_acts.clean_cell(desk, cell_id, said, by, now)]


def _dose(body: schemas.DoseIn) -> treatments.Dose:
    return treatments.Dose(body.product, body.dose, body.unit, body.substance, body.treatment, body.reason)


@router.get("/lines")
def list_lines(asked: Asked) -> list[schemas.Line]:
    """What each line carries, or is about to, and what went through it since it was flushed."""
    with view_of(asked) as view:
        return views.lines(cells.states_and_found(view.tx)[1].lines)


@router.get("/treatments")
def list_treatments(
    asked: Asked, response: Response, after: After = None, limit: Limit = 50
) -> list[schemas.Treatment]:
    """The register of treatments, newest first: of loads, cells and lines, and the flushing of lines."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.treatments(view.tx, before, limit + 1)
        return views.treatments(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.post("/loads/{load_id:path}/treatments", status_code=201, responses=problems(404, 409))
def treat_load(asked: Asked, by: By, load_id: str, body: schemas.DoseIn) -> schemas.Treatment:
    """An insecticide at intake: the load is no longer free of it, and its lines are to be flushed before
    oilseeds. The load may be named by its ticket's number or its sample's barcode too."""
    row = treatments.treat_load(asked.desk, load_id, _dose(body), by, asked.now())
    with view_of(asked) as view:
        return views.treatments(view, [row])[0]


@router.post("/lines/{line_id}/treatments", status_code=201, responses=problems(404))
def treat_line(asked: Asked, by: By, line_id: str, body: schemas.DoseIn) -> schemas.Treatment:
    row = treatments.treat_line(asked.desk, line_id, _dose(body), by, asked.now())
    with view_of(asked) as view:
        return views.treatments(view, [row])[0]


@router.post("/lines/{line_id}/flush", status_code=201, responses=problems(404))
def flush_line(asked: Asked, by: By, line_id: str, body: schemas.FlushIn) -> schemas.Treatment:
    """Nothing of what was treated is left in the line."""
    row = treatments.flush(asked.desk, line_id, body.reason, by, asked.now())
    with view_of(asked) as view:
        return views.treatments(view, [row])[0]
