"""The flat record of values, for comparisons; made again."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.api import schemas
from station.api.asked import Asked
from station.api.paging import After, Limit, page, ticks, time_place
from station.api.period import Period
from station.api.views.laboratory import measurement
from station.store import measurements
from station.store.comparing import values_of_method, values_of_samples

router = APIRouter(tags=["measurements"])

Others = Annotated[list[schemas.Key], Query(max_length=3, description="Methods beside it, of any time.")]


@router.get("/measurements")
def list_measurements(
    asked: Asked, response: Response, analyte: schemas.Key, test: schemas.Key, beside: Others,
    period: Period,
    species: schemas.Key | None = None, after: After = None, limit: Limit = 200,
) -> list[schemas.Measurement]:  # fmt: skip
    """What the method `test` said of samples in a time, oldest first, and what the methods `beside` it ever
    said of the same samples. Methods: phone, machine, lab, customer."""
    with asked.desk.ledger.read() as tx:
        found = values_of_method(
            tx, analyte, test, period.since, period.until, species, time_place(after), limit + 1
        )
        tests = page(response, found, limit, lambda row: (ticks(row[0].at), row[0].seq))
        samples = list(dict.fromkeys(sample.id for _, sample in tests))
        others = values_of_samples(tx, analyte, [one for one in beside if one != test], samples)
        return [measurement(row) for row in (*tests, *others)]


@router.post("/admin/measurements/rebuild")
def rebuild_measurements(asked: Asked) -> schemas.Rebuilt:
    """The record is made again from the ledger's rows."""
    return schemas.Rebuilt(rows=measurements.rebuild(asked.desk.ledger))
