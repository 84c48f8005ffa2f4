"""What is printed on the site's printers or as files: tickets, other papers, labels."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import printing
from station.api.views.view import view_of
from station.printing.papers import paper_of
from station.receival.papers import print_jobs
from station.store.tables import PrintJob

router = APIRouter(tags=["printing"])
Number = Annotated[int, Path(ge=1, le=2**31)]


@router.get("/printers")
def list_printers(asked: Asked) -> list[schemas.Printer]:
    return printing.printers(asked.desk)


@router.get("/print-jobs")
def list_open(asked: Asked) -> list[schemas.PrintJob]:
    """Papers that are not out, or not known to be, in the order in which they were asked for."""
    with view_of(asked) as view:
        return printing.print_jobs(view, print_jobs.open_jobs(view.tx))


@router.post("/tickets/{number}/print", status_code=201, responses=problems(404))
def print_ticket(asked: Asked, by: By, number: Number, body: schemas.PrintIn) -> schemas.PrintJob:
    """The first print of a ticket is the original, every further one says that it is a duplicate."""
    row = print_jobs.print_ticket(
        asked.desk, _campaign(asked, body.campaign), number, body.printer, by, asked.now()
    )
    return _shown(asked, row)


@router.post("/tickets/{number}/file", status_code=201, responses=problems(404))
def hand_out_ticket(asked: Asked, by: By, number: Number, body: schemas.PaperFileIn) -> schemas.PaperFile:
    """The ticket as a PDF, which counts as a print."""
    campaign = _campaign(asked, body.campaign)
    row = print_jobs.hand_out_ticket(asked.desk, campaign, number, by, asked.now())
    return _file(asked, row, body.paper)


@router.post("/shipments/left/{number}/print", status_code=201, responses=problems(404))
def print_shipment(asked: Asked, by: By, number: str, body: schemas.PrintIn) -> schemas.PrintJob:
    """The paper that travels with a shipment."""
    row = print_jobs.print_shipment(asked.desk, number, body.printer, by, asked.now())
    return _shown(asked, row)


@router.post("/outbound/notes/{number}/print", status_code=201, responses=problems(404))
def print_delivery(asked: Asked, by: By, number: Number, body: schemas.DocumentPrintIn) -> schemas.PrintJob:
    """The first print of a delivery note is the original, every further one says that it is a duplicate."""
    return _shown(asked, print_jobs.print_delivery(asked.desk, number, body.printer, by, asked.now()))


@router.post("/outbound/notes/{number}/file", status_code=201, responses=problems(404))
def hand_out_delivery(
    asked: Asked, by: By, number: Number, body: schemas.DocumentFileIn
) -> schemas.PaperFile:
    """The delivery note as a PDF, which counts as a print."""
    row = print_jobs.hand_out_delivery(asked.desk, number, by, asked.now())
    return _file(asked, row, body.paper)


@router.post("/retained/{number}/print", status_code=201, responses=problems(404))
def print_label(asked: Asked, by: By, number: str, body: schemas.DocumentPrintIn) -> schemas.PrintJob:
    """The labels of a retained sample, one for each of its parts."""
    return _shown(asked, print_jobs.print_label(asked.desk, number, body.printer, by, asked.now()))


@router.post("/retained/{number}/file", status_code=201, responses=problems(404))
def hand_out_label(asked: Asked, by: By, number: str, body: schemas.DocumentFileIn) -> schemas.PaperFile:
    """The labels of a retained sample as a PDF."""
    return _file(asked, print_jobs.hand_out_label(asked.desk, number, by, asked.now()), body.paper)


@router.post("/print-jobs/{job_id}/drop", responses=problems(404, 409))
def drop(asked: Asked, by: By, job_id: str) -> schemas.PrintJob:
    """A paper that waits, or asks, is not wanted."""
    return _shown(asked, print_jobs.drop(asked.desk, job_id, by, asked.now()))


def _campaign(asked: Inquiry, named: str | None) -> str:
    return named if named is not None else asked.desk.policy.campaign


def _file(asked: Inquiry, row: PrintJob, paper: str) -> schemas.PaperFile:
    with view_of(asked) as view:
        page = paper_of(view.tx, asked.desk, row, asked.language).page(paper)
        (job,) = printing.print_jobs(view, [row])
    return schemas.PaperFile(job=job, pdf=base64.b64encode(page).decode())


def _shown(asked: Inquiry, row: PrintJob) -> schemas.PrintJob:
    with view_of(asked) as view:
        found = view.tx.get(PrintJob, row.id)
        if found is None:
            raise NotFound(Fault.UNKNOWN_PRINT_JOB)
        return printing.print_jobs(view, [found])[0]
