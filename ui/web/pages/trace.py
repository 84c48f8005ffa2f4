"""Where the grain of a ticket, a cell or a lot came from, and where it went."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.api.views.traces import trace as trace_view
from station.api.views.view import view_of
from station.export.table_sheet import SheetTable, tables_pdf
from station.store import traced
from ui.web.reader import Reader, Reading
from ui.web.tables import Column, Table
from ui.words import traces

LONGEST = 80
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Meant:
    """One of several that the words may mean."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class TracePage:
    """`sought` as it was typed; `is_unknown`: nothing is called so. `tables` are of the one that is meant."""

    sought: str
    is_unknown: bool
    several: tuple[Meant, ...]
    title: str
    tables: tuple[Table, ...]
    paper: str


@router.get("/trace")
def trace(
    reader: Reading,
    of: Annotated[str, Query(max_length=LONGEST)] = "",
    kind: Annotated[str, Query(max_length=10)] = "",
    paper: Annotated[bool, Query()] = False,
) -> Response:
    """`paper`: the same as a PDF, as a recall needs it."""
    sought = of.strip()
    with view_of(reader.asked) as view:
        site = view.policy.site
        meant = traced.subjects(view.tx, site, sought) if sought else []
        meant = [one for one in meant if not kind or one.kind == kind]
        found = trace_view(traced.trace(view.tx, site, meant[0])) if len(meant) == 1 else None
    if found is None:
        several = tuple(_meant(reader, one) for one in meant)
        return reader.page("trace.html", TracePage(sought, bool(sought) and not meant, several, "", (), ""))
    told = found.model_dump(mode="json")
    title, tables = traces.title_of(told, reader.t), traces.tables_of(told, reader.t)
    if paper:
        sheets = [SheetTable(one.head, one.rows, one.widths, one.title) for one in tables]
        return Response(tables_pdf(title, sheets, [_note(reader)]), media_type="application/pdf")
    shown = tuple(_table(reader, number, one) for number, one in enumerate(tables))
    link = f"/trace?of={found.subject.id}&kind={found.subject.kind}" if found.subject.kind != "ticket" else (
        f"/trace?of={found.subject.name}&kind=ticket"
    )  # fmt: skip
    return reader.page("trace.html", TracePage(sought, False, (), title, shown, f"{link}&paper=1"), shown)


def _note(reader: Reader) -> str:
    text: str = reader.t.gettext(
        "Recall drill of {moment}. Shares are those of a perfect mixture in each cell; who is named may be "
        "concerned whatever his share."
    ).format(moment=reader.t.moment(reader.now()))
    return text


def _meant(reader: Reader, one: traced.Subject) -> Meant:
    kind = reader.t.gettext(traces.KINDS[one.kind])
    sought = one.name if one.kind == "ticket" else one.id
    return Meant(f"{kind} {one.name}", f"/trace?of={sought}&kind={one.kind}")


def _table(reader: Reader, number: int, told: traces.Told) -> Table:
    columns = [Column(head) for head in told.head]
    rows = [[reader.text(text) for text in row] for row in told.rows]
    return Table(f"part{number}", told.title, columns, rows, reader.t.gettext("Nothing."))
