"""What a dataset's export asks for: which captures, in which order, and what is known of each."""

from typing import Any

from fastapi import APIRouter, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.paging import After, Limit, page, ticks, time_place
from station.api.period import Period
from station.export.choose import entries
from station.export.records import record
from station.models.references import references
from station.store import pages

router = APIRouter(prefix="/admin/dataset", tags=["admin"])


@router.get("")
def list_entries(
    asked: Asked, response: Response, period: Period, after: After = None, limit: Limit = 200,
) -> list[schemas.DatasetEntry]:  # fmt: skip
    """The captures of a time with what each is worth, oldest first; `until` is excluded."""
    with asked.desk.ledger.read() as tx:
        found = pages.captures(tx, period.since, period.until, time_place(after), limit + 1)
        rows = page(response, found, limit, lambda row: (ticks(row.at), row.seq or 0))
        known = entries(tx, [row.id for row in rows], lambda ids: references(tx, asked.desk, ids))
    return [schemas.DatasetEntry(capture_id=one.capture_id, worth=one.worth.name.lower()) for one in known]  # type: ignore[arg-type]


@router.get("/{capture_id}", responses=problems(404))
def get_record(asked: Asked, capture_id: str) -> dict[str, Any]:
    """Everything known of a capture, without persons, suppliers and plates."""
    with asked.desk.ledger.read() as tx:
        found = record(tx, capture_id)
    if found is None:
        raise NotFound(Fault.UNKNOWN_CAPTURE, id=capture_id)
    return found
