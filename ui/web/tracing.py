"""The page that follows grain, as a silo and as headquarters show it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from fastapi import Response

from station.api.views.traces import trace as trace_view
from station.export.table_sheet import SheetTable, tables_pdf
from station.store import traced
from station.store.books import Books
from ui.web.tables import Cell, Column, Table
from ui.words import traces
from ui.words.i18n import Translator


@dataclass(frozen=True, slots=True)
class Meant:
    """One of several that the words may mean."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class TracePage:
    """`sought` as it was typed; `is_unknown`: nothing is called so. `tables` are of the one that is meant,
    `paper` is where they are a PDF, `supposed` says what nobody can know."""

    sought: str
    is_unknown: bool = False
    several: tuple[Meant, ...] = ()
    title: str = ""
    tables: tuple[Table, ...] = ()
    paper: str = ""
    supposed: tuple[str, ...] = ()


class _Reader(Protocol):
    @property
    def t(self) -> Translator: ...

    def page(self, template: str, page: Any, tables: Sequence[Table] = (), status: int = 200) -> Response: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    of: str
    kind: str = ""
    site: str = ""
    paper: bool = False


def answer(
    reader: _Reader, books: Books, wanted: Wanted, note: str,
    silo: Callable[[str], str] | None = None,
) -> Response:  # fmt: skip
    """Show what is meant, what may be meant, or that nothing is called so. `note` stands on a paper; `silo`
    names silos where the books are of several."""
    sought = wanted.of.strip()
    meant = [
        one
        for one in (traced.subjects(books, sought) if sought else [])
        if wanted.kind in ("", one.kind) and wanted.site in ("", one.site)
    ]
    if len(meant) != 1:
        several = tuple(_meant(reader.t, one, silo) for one in meant)
        return reader.page("trace.html", TracePage(sought, bool(sought) and not meant, several))
    found = trace_view(traced.trace(books, meant[0])).model_dump(mode="json")
    title, tables = traces.title_of(found, reader.t), traces.tables_of(found, reader.t, silo)
    supposed = traces.supposed_of(found, reader.t)
    if wanted.paper:
        sheets = [SheetTable(*traces.on_sheet(one)) for one in tables]
        pdf = tables_pdf(title, sheets, [*supposed, note])
        return Response(pdf, media_type="application/pdf")
    shown = tuple(table_of(f"part{number}", one) for number, one in enumerate(tables))
    page = TracePage(sought, False, (), title, shown, f"{_link(meant[0])}&paper=1", supposed)
    return reader.page("trace.html", page, shown)


def _link(one: traced.Subject) -> str:
    told = asdict(one)
    of = told["name"] if one.kind == "ticket" else told["id"]
    return f"/trace?{urlencode({'of': of, 'kind': one.kind, 'site': one.site})}"


def _meant(t: Translator, one: traced.Subject, silo: Callable[[str], str] | None) -> Meant:
    where = f"{silo(one.site)} · " if silo else ""
    return Meant(f"{where}{t.gettext(traces.KINDS[one.kind])} {one.name}", _link(one))


def table_of(name: str, told: traces.Told) -> Table:
    """Make a page's table of one in words."""
    columns = [Column(one.title, one.unit, is_number=bool(one.unit)) for one in told.columns]
    rows = [[Cell(text, value) for text, value in row] for row in told.entries]
    return Table(name, told.title, columns, rows, told.empty)
