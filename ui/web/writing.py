"""How a table's cells are written: for a person, and for the file beside it."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime

from fastapi import Request, Response

from ui.web.measured import NO_BREAK
from ui.web.tables import Cell, Table, as_csv
from ui.words import vocabulary
from ui.words.i18n import Translator

SHORT = 16  # a name of so many characters stays on one line
MARKS = {  # how a load's state is marked; what goes on is quiet
    "ticketed": "good", "on_paper": "good", "received": "good", "observed": "good",
    "refused": "bad", "left": "warn",
    "waiting": "warn",
}  # fmt: skip


class Writer:
    """A reader of pages, the station's or headquarters', in whose language cells are written."""

    @property
    @abstractmethod
    def t(self) -> Translator: ...

    def text(self, text: str | None, href: str = "", mark: str = "") -> Cell:
        return Cell(text or "", text, href, mark)

    def number(self, value: float | None, decimals: int = 1) -> Cell:
        return Cell("" if value is None else self.t.number(value, decimals), value)

    def whole(self, value: int | None) -> Cell:
        """A number that counts or names: without a sign between its thousands."""
        return Cell("" if value is None else str(value), value)

    def kg(self, value: float | None) -> Cell:
        """Kilograms with the decimals that they have; the column says the unit."""
        return Cell("" if value is None else self.t.plain(round(value, 3)), value)

    def tonnes(self, kg: float | None, decimals: int = 2) -> Cell:
        """Kilograms, written as tonnes."""
        return self.number(None if kg is None else round(kg / 1000, 6), decimals)

    def species(self, species: str | None) -> Cell:
        return Cell(vocabulary.species_name(species, self.t.language) if species else "", species)

    def place(self, kind: str, id_: str | None, href: str = "") -> Cell:
        """A pit or a cell, by the name that persons know it by."""
        name = vocabulary.site_name(kind, id_, self.t.language) if id_ else ""
        return Cell(name.replace(" ", NO_BREAK) if len(name) <= SHORT else name, id_, href)

    def state(self, state: str) -> Cell:
        shown = vocabulary.word(vocabulary.LOAD_STATES, state, self.t.language)
        return Cell(shown, state, mark=MARKS.get(state, "quiet"))

    def moment(self, at: datetime | None) -> Cell:
        """Day and time stay on one line."""
        return Cell("" if at is None else self.t.moment(at).replace(" ", NO_BREAK), at)

    def stated(self, text: str) -> Cell:
        """A moment that is kept as ISO 8601."""
        return self.moment(datetime.fromisoformat(text))

    def time(self, at: datetime | None) -> Cell:
        return Cell("" if at is None else self.t.time(at), at)


def file_of(tables: Sequence[Table], name: str) -> Response:
    """The table of a page that is asked for as a file; the first where none has the name."""
    table = next((one for one in tables if one.name == name), tables[0])
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.csv"'}
    return Response(as_csv(table), 200, headers, "text/csv; charset=utf-8")


def file_asked(request: Request) -> str | None:
    """The name of the table that is asked for as a file, empty for the first; None: the page is."""
    asked = request.query_params
    return asked.get("table", "") if asked.get("format") == "csv" else None
