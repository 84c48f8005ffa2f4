"""What a dataset's export asks for: which captures, in which order, and what is known of each."""

from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.export.choose import chosen
from station.export.records import record
from station.models.references import references

router = APIRouter(prefix="/admin/dataset", tags=["admin"])


@router.get("")
def list_entries(
    asked: Asked, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> list[schemas.DatasetEntry]:
    """The captures of a time, the most valuable first; `until` is excluded."""
    with asked.desk.ledger.read() as tx:
        found = chosen(tx, since, until, lambda ids: references(tx, asked.desk, ids))
    return [schemas.DatasetEntry(capture_id=one.capture_id, worth=one.worth.name.lower()) for one in found]  # type: ignore[arg-type]


@router.get("/{capture_id}", responses=problems(404))
def get_record(asked: Asked, capture_id: str) -> dict[str, Any]:
    """Everything known of a capture, without persons, suppliers and plates."""
    with asked.desk.ledger.read() as tx:
        found = record(tx, capture_id)
    if found is None:
        raise NotFound(Fault.UNKNOWN_CAPTURE, id=capture_id)
    return found
