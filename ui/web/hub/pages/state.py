"""The monthly state of stocks on a page, with its file for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.headquarters.state import monthly_state, months, totals
from ui.web.hub.reader import Reading
from ui.web.hub.state_table import state_table, totals_table
from ui.web.tables import Table

router = APIRouter()


@dataclass(frozen=True, slots=True)
class StatePage:
    month: str
    months: Sequence[str]
    lines: Table
    totals: Table


@router.get("/state")
def state(
    reader: Reading, month: Annotated[str, Query(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$")] = ""
) -> Response:
    quarters = reader.quarters
    with quarters.engine.connect() as connection:
        known = months(connection, quarters.tables)
        month = month or next(iter(known), f"{reader.now():%Y-%m}")
        lines = monthly_state(connection, quarters.tables, month)
    shown = known if month in known else [month, *known]
    page = StatePage(
        month, shown, state_table(reader.t, month, lines), totals_table(reader.t, month, list(totals(lines)))
    )
    return reader.page("hub/state.html", page, [page.lines, page.totals])
