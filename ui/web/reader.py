"""Who reads a page: the person of the session, the language, and how things are written for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotAllowed
from station.api.asked import Inquiry, language_for
from station.api.context import Context
from station.store.names import PAGES
from station.store.tables import Person
from ui.web.measured import NO_BREAK
from ui.web.navigation import entry_of, may_see
from ui.web.rendering import page_of
from ui.web.sessions import LANGUAGE, SESSION, TOKEN_FIELD, Sessions, bound_to
from ui.web.tables import Cell, Table, as_csv
from ui.words import vocabulary
from ui.words.i18n import LANGUAGES, Translator, translator

SHORT = 16  # a name of so many characters stays on one line
MARKS = {  # how a load's state is marked; what goes on is quiet
    "ticketed": "good", "on_paper": "good", "received": "good", "refused": "bad", "left": "warn",
    "waiting": "warn",
}  # fmt: skip


class SignInFirst(Exception):
    """Nobody is signed in: the page is asked for again after that."""


class FormExpired(Exception):
    """A form came without the token that its page gave it: it is filled in again."""


@dataclass(frozen=True)
class Reader:
    request: Request
    asked: Inquiry
    person: Person

    @cached_property
    def t(self) -> Translator:
        return translator(self.asked.language)

    @property
    def desk(self) -> Desk:
        return self.asked.desk

    @property
    def actor(self) -> Actor:
        """Who acts, for what a manager decides on a page."""
        return Actor(self.person.id, self.person.name, PAGES, frozenset(self.person.roles))

    @property
    def file_asked(self) -> str | None:
        """The name of the table that is asked for as a file, empty for the first; None: the page is."""
        asked = self.request.query_params
        return asked.get("table", "") if asked.get("format") == "csv" else None

    def now(self) -> datetime:
        return self.asked.now()

    def page(self, template: str, page: Any, tables: Sequence[Table] = (), status: int = 200) -> Response:
        """The page, or, with `?format=csv`, the table of it that `?table=` names, else the first."""
        if tables and self.file_asked is not None:
            return _file(next((one for one in tables if one.name == self.file_asked), tables[0]))
        return page_of(self.request, self.t, template, person=self.person, page=page, status=status)

    # how a table's cells are written: for a person, and for the file beside it

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


def _file(table: Table) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.csv"'}
    return Response(as_csv(table), 200, headers, "text/csv; charset=utf-8")


def language_of_page(request: Request, person: Person | None) -> str:
    """What was chosen on a page, else the person's own, else the browser's, else the site's."""
    context: Context = request.app.state.context
    wishes = request.cookies.get(LANGUAGE), person.language if person else None
    chosen = next((one for one in wishes if one in LANGUAGES), None)
    return chosen or language_for(context, request.headers.get("accept-language"))


def visiting(request: Request) -> Person | None:
    """Who is signed in, whatever the page."""
    context: Context = request.app.state.context
    sessions: Sessions = request.app.state.sessions
    with context.desk.ledger.read() as tx:
        person = sessions.person_of(tx, request.cookies.get(SESSION), context.clock())
    request.state.person = person
    return person


def reader_of(request: Request, person: Annotated[Person | None, Depends(visiting)]) -> Reader:
    """Raises SignInFirst, and NotAllowed(not_allowed) for a page that is not for the person's roles."""
    if person is None:
        raise SignInFirst
    entry = entry_of(request.url.path)
    if entry is not None and not may_see(person.roles, entry):
        raise NotAllowed(Fault.NOT_ALLOWED)
    context: Context = request.app.state.context
    return Reader(request, Inquiry(context, language_of_page(request, person)), person)


Reading = Annotated[Reader, Depends(reader_of)]


async def check_form(request: Request) -> None:
    """Stands before every page: what a form sends comes from a page of ours. Raises FormExpired."""
    if request.method in ("GET", "HEAD"):
        return
    sessions: Sessions = request.app.state.sessions
    token = (await request.form()).get(TOKEN_FIELD)
    if not isinstance(token, str) or not sessions.is_token(bound_to(request), token):
        raise FormExpired
