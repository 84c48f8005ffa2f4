"""Claims that a load may have, and the certificates of suppliers that they stand on."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views import certificates as views
from station.api.views.view import view_of
from station.receival.masters import certificates as acts
from station.receival.masters.certificate_import import import_certificates
from station.store.tables import Certificate

router = APIRouter(tags=["certificates"])
Wanted = Annotated[schemas.Key, Query(max_length=80)]


@router.get("/claims")
def list_claims(asked: Asked, supplier: Wanted = "", species: Wanted = "") -> list[schemas.ClaimChoice]:
    """Those that a load of this species may have; what this supplier is certified for, or usually brings,
    first."""
    with view_of(asked) as view:
        return views.claim_choices(view, supplier, species)


@router.get("/certificates")
def list_certificates(
    asked: Asked, response: Response, after: After = None, limit: Limit = 100
) -> list[schemas.Certificate]:
    """Newest first, withdrawn ones too."""
    (before,) = place_of(after) or (None,)
    query = select(Certificate).order_by(col(Certificate.seq).desc()).limit(limit + 1)
    if before is not None:
        query = query.where(col(Certificate.seq) < before)
    with view_of(asked) as view:
        rows = page(response, view.tx.exec(query).all(), limit, lambda row: (row.seq or 0,))
        return views.certificates(view, rows)


@router.post("/certificates", status_code=201, responses=problems(404, 409))
def add_certificate(asked: Asked, by: By, body: schemas.CertificateIn) -> schemas.Certificate:
    """Open loads are proposed anew: one that waited for it waits no more."""
    said = acts.Stated(**body.model_dump(exclude={"supplier"}))
    row = acts.add_certificate(asked.desk, body.supplier, said, by, asked.now())
    with view_of(asked) as view:
        return views.certificates(view, [row])[0]


@router.post("/certificates/file")
def take_certificates(asked: Asked, by: By, body: schemas.CertificatesFileIn) -> schemas.CertificatesTaken:
    """Rows that are right are entered, the others told by line. The same file again adds nothing."""
    taken = import_certificates(asked.desk, body.text, by, asked.now(), dry_run=body.dry_run)
    with view_of(asked) as view:
        errors = views.row_errors(view, taken.errors)
    return schemas.CertificatesTaken(added=taken.added, known=taken.known, errors=errors)


@router.post("/certificates/{certificate_id}/withdraw", responses=problems(404, 409))
def withdraw_certificate(
    asked: Asked, by: By, certificate_id: str, body: schemas.CertificateWithdrawIn
) -> schemas.Certificate:
    """It holds no more; open loads are proposed anew."""
    row = acts.withdraw_certificate(asked.desk, certificate_id, body.why, by, asked.now())
    with view_of(asked) as view:
        return views.certificates(view, [row])[0]
