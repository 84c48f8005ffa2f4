"""What the quality manager's pages say, for tools: worked out by a job, read here."""

from typing import Literal

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.store.stored import choices, result_of

router = APIRouter(tags=["results"])

Page = Literal["pair", "three_ways", "who_was_right", "groups", "watch", "fairness"]


@router.get("/results/{page}")
def get_results(
    asked: Asked, page: Page, analyte: schemas.Key | None = None, species: schemas.Key = "",
    test: schemas.Key = "", reference: schemas.Key = "", method: schemas.Key = "", source: schemas.Key = "",
    period: schemas.Key = "campaign",
) -> schemas.Results:  # fmt: skip
    """The questions of a page that there are results for, and the result of one of them; without an `analyte`
    none. A `species` or a `source` that is not named means all of them together."""
    question = {
        "analyte": analyte or "", "species": species, "test": test, "reference": reference, "method": method,
        "source": source, "period": period,
    }  # fmt: skip
    with asked.desk.ledger.read() as tx:
        row = result_of(tx, page, question) if analyte else None
        return schemas.Results(
            page=page,
            choices=choices(tx, page),
            result=row.result if row else None,
            up_to=row.up_to if row else None,
            at=row.at if row else None,
        )
