"""A collecting day's sheet, as it is now or as it was signed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from station.acts.desk import Desk
from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.language import reason, shown_name
from station.api.views.view import View
from station.receival.days import day_closing
from station.store import days
from station.store.batches import supplier_names
from station.store.tables import DayClosing


def sheet_now(view: View, desk: Desk, day: date | None) -> schemas.DaySheet:
    """What the closing of a day would say; of the next day to close where none is named."""
    chosen = day or day_closing.next_day(view.tx, view.policy, view.now)
    return _sheet(view, day_closing.sheet(view.tx, desk, chosen))


def closed(view: View, day: date) -> schemas.DaySheet:
    """Raises NotFound(unknown_day)."""
    row = days.closing_of(view.tx, day)
    if row is None:
        raise NotFound(Fault.UNKNOWN_DAY, until=day.isoformat())
    return signed(view, row)


def signed(view: View, row: DayClosing) -> schemas.DaySheet:
    sheet = _sheet(view, row.document)
    sheet.closed_at, sheet.closed_by, sheet.sha256 = row.at, view.name_of(row.by), row.sha256
    return sheet


def closings(view: View) -> list[schemas.DayClosed]:
    """The newest first."""
    rows = days.closings(view.tx)
    view.names_of(row.by for row in rows)
    return [
        schemas.DayClosed(
            day=row.day, closed_at=row.at, closed_by=view.name_of(row.by), sha256=row.sha256,
            explained=len(row.document["findings"]),
        )
        for row in rows
    ]  # fmt: skip


def _sheet(view: View, document: Mapping[str, Any]) -> schemas.DaySheet:
    names = supplier_names(view.tx, [one["owner"] for one in document["owners"]])
    owners = [
        {**one, "name": shown_name(one["owner"], names.get(one["owner"]), view.language)}
        for one in document["owners"]
    ]
    findings = [
        {**one, "message": reason(one["code"], one["params"], view.language).message}
        for one in document["findings"]
    ]
    return schemas.DaySheet.model_validate({**document, "owners": owners, "findings": findings})
