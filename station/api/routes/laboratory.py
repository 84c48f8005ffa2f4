"""Laboratory results: typed by a person, out of a laboratory's file, and what waits for a person."""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Response, UploadFile

from drivers.errors import SettingError
from drivers.reading import Analyte, Basis, grain_analytes
from drivers.text import LONGEST_NAME, clean_text
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.language import N_
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.problems import not_valid
from station.api.views.laboratory import lab_file, lab_result, lab_results
from station.api.views.view import view_of
from station.grain.reasons import Code, Reason
from station.lab import waiting
from station.lab.importing import import_file, profile_of
from station.lab.results import NewResult, record_result
from station.lab.waiting import Answer

router = APIRouter(prefix="/lab", tags=["lab"])

PROFILE_BYTES = 200_000  # a longer one is refused where it is read
ResultsFile = Annotated[UploadFile, File(description="CSV, XLSX or ASTM, as the laboratory sent it.")]
ProfileFile = Annotated[UploadFile, File(description="How it is read: TOML.")]
Party = Annotated[Literal["lab", "customer"], Form(description="customer: rows name papers of movements out")]
DryRun = Annotated[bool, Form(description="Tell only what would become of it.")]


@router.post("/results", status_code=201, responses=problems(404, 409))
def add_result(asked: Asked, by: By, body: schemas.LabResultIn) -> schemas.LabResult:
    """A later value of the same laboratory for the same analyte supersedes the earlier one."""
    if body.analyte not in grain_analytes():
        raise not_valid("body.analyte", N_("must be one of {expected}"), expected=", ".join(grain_analytes()))
    now = asked.now()
    new = NewResult(
        body.barcode, Analyte(body.analyte), body.value, Basis(body.basis) if body.basis else None,
        body.laboratory, body.received_at or now, body.note, body.comparator, body.method,
        body.nitrogen_factor, body.uncertainty, body.citation, body.report,
    )  # fmt: skip
    found = record_result(asked.desk.ledger, new, by.id, now, despite_remarks=body.despite_remarks)
    if isinstance(found, Reason):
        if found.code is Code.UNKNOWN_BARCODE:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=body.barcode)
        if found.code is Code.UNUSUAL_VALUE:
            raise Conflict(Fault.UNUSUAL_VALUE, **found.params, remarks=[found.as_dict()])
        raise Invalid(Fault(found.code.value), **found.params)
    with view_of(asked) as view:
        return lab_result(view, found)


@router.post("/files", responses=problems(409))
def take_file(
    asked: Asked, by: By, file: ResultsFile, profile: ProfileFile, party: Party = "lab",
    dry_run: DryRun = False,
) -> schemas.LabFile:  # fmt: skip
    """Each row is accepted, waits for a person, is known already, or is rejected with line and reason. The
    same file by the same profile changes nothing again."""
    name = clean_text(profile.filename or "profile", LONGEST_NAME)
    text = profile.file.read(PROFILE_BYTES + 1)
    try:
        read_as = profile_of(text.decode("utf-8"), name)
    except (SettingError, UnicodeDecodeError) as error:
        raise not_valid("profile", N_("cannot be used: {text}"), text=str(error)) from None
    taken = import_file(
        asked.desk.ledger, file.file.read(), read_as, by.id, asked.now(),
        name=clean_text(file.filename or "", LONGEST_NAME), party=party, dry_run=dry_run,
    )  # fmt: skip
    return lab_file(taken, asked.language, dry_run=dry_run)


@router.get("/waiting")
def list_waiting(
    asked: Asked, response: Response, after: After = None, limit: Limit = 200
) -> list[schemas.LabResult]:
    """The results that wait for a person, oldest first."""
    place = place_of(after)
    with view_of(asked) as view:
        found = waiting.waiting(view.tx, place[0] if place else None, limit + 1)
        rows = page(response, found, limit, lambda row: (row.seq or 0,))
        return lab_results(view, rows)


@router.post("/results/{result_id}/match", responses=problems(404, 409))
def match_result(asked: Asked, by: By, result_id: schemas.Key, body: schemas.LabAnswer) -> schemas.LabResult:
    """The result is this sample's, on this basis; it waits on for what is still open."""
    basis = Basis(body.basis) if body.basis else None
    answer = Answer(body.number, basis, body.nitrogen_factor, body.despite_remarks, body.note)
    row = waiting.match(asked.desk.ledger, result_id, answer, by.id, asked.now())
    with view_of(asked) as view:
        return lab_result(view, row)


@router.post("/results/{result_id}/dismiss", responses=problems(404))
def dismiss_result(
    asked: Asked, by: By, result_id: schemas.Key, body: schemas.LabDismissal
) -> schemas.LabResult:
    """The result is used for nothing; it stays recorded."""
    row = waiting.dismiss(asked.desk.ledger, result_id, body.why, by.id, asked.now())
    with view_of(asked) as view:
        return lab_result(view, row)
