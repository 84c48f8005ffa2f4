"""Corrections that headquarters asks for, as the counter shows them."""

from collections.abc import Sequence

from station.api import schemas
from station.api.views.view import View
from station.receival.arrivals.asked_corrections import now_of, shown
from station.store.tables import CorrectionRequest, DownDocument


def requests(view: View, rows: Sequence[CorrectionRequest]) -> list[schemas.CorrectionRequest]:
    return [request(view, row) for row in rows]


def request(view: View, row: CorrectionRequest) -> schemas.CorrectionRequest:
    now = now_of(view.tx, row)
    document = view.tx.get(DownDocument, row.document)
    return schemas.CorrectionRequest.model_validate(
        {
            **row.model_dump(exclude={"seq", "document"}),
            "was": shown(view.tx, row.field, row.was),
            "wanted": shown(view.tx, row.field, row.wanted),
            "now": None if now is None else shown(view.tx, row.field, now),
            "crosses": now is not None and now not in (row.was, row.wanted),
            "asked_by": document.by if document else "",
            "answered_by": view.name_of(row.answered_by),
        }
    )
