"""Lists of reference data, read and taken as files; contracts with what is left of them."""

from typing import Annotated

from fastapi import APIRouter, Query

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import certificates as row_views
from station.api.views import reference as views
from station.api.views.view import view_of
from station.receival.masters.reference_files import write_list
from station.receival.masters.reference_import import import_list
from station.receival.masters.reference_listed import retire, rows_of

router = APIRouter(tags=["reference"])
Wanted = Annotated[schemas.Key, Query(max_length=80)]


@router.get("/contracts")
def list_contracts(asked: Asked, supplier: Wanted = "", species: Wanted = "") -> list[schemas.Contract]:
    """Those of a supplier that hold for the current campaign, by number; none of a supplier nobody knows."""
    with view_of(asked) as view:
        return views.contracts(view, supplier, species)


@router.get("/reference/{list_name}")
def get_list(asked: Asked, list_name: schemas.ListName) -> schemas.ReferenceFile:
    """What holds now, as the file that is taken again."""
    with view_of(asked) as view:
        text = write_list(list_name, rows_of(view.tx, list_name), view.language)
    return schemas.ReferenceFile.model_validate({"text": text, "master": asked.desk.masters.reference})


@router.post("/reference/{list_name}/file", responses=problems(409))
def take_list(
    asked: Asked, by: By, list_name: schemas.ListName, body: schemas.ReferenceFileIn
) -> schemas.ReferenceTaken:
    """Rows that are right are taken, the others told by line. The same file again changes nothing."""
    taken = import_list(asked.desk, list_name, body.text, by, asked.now(), dry_run=body.dry_run)
    with view_of(asked) as view:
        errors = row_views.row_errors(view, taken.errors)
    did = taken.did
    return schemas.ReferenceTaken(
        added=did["added"],
        changed=did["changed"],
        known=did["known"],
        errors=errors,
        unread=list(taken.unread),
    )


@router.post("/reference/{list_name}/retire", status_code=204, responses=problems(404, 409))
def retire_entry(asked: Asked, by: By, list_name: schemas.ListName, body: schemas.RetireIn) -> None:
    """It is offered no more; what was recorded of it stays."""
    retire(asked.desk, list_name, body.name, body.campaign, by, asked.now())
