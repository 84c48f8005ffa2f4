"""Who reads a page: the person of the session, the language, and how things are written for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotAllowed
from station.api.asked import Inquiry
from station.api.context import Context
from station.receival.persons.people import is_good
from station.store.names import PAGES
from station.store.tables import Person
from ui.web.forms import SignInFirst
from ui.web.front import language_of_page
from ui.web.navigation import STATION
from ui.web.rendering import page_of
from ui.web.results import LedgerResults
from ui.web.sessions import SESSION, Sessions
from ui.web.tables import Table
from ui.web.writing import Writer, file_asked, file_of
from ui.words.i18n import Translator, translator


@dataclass(frozen=True)
class Reader(Writer):
    request: Request
    asked: Inquiry
    person: Person

    @cached_property
    def t(self) -> Translator:
        return translator(self.asked.language)

    @property
    def desk(self) -> Desk:
        return self.asked.desk

    @cached_property
    def results(self) -> LedgerResults:
        return LedgerResults(self.desk.ledger)

    @property
    def actor(self) -> Actor:
        """Who acts, for what a manager decides on a page."""
        return Actor(self.person.id, self.person.name, PAGES, frozenset(self.person.roles))

    @property
    def file_asked(self) -> str | None:
        """The name of the table that is asked for as a file, empty for the first; None: the page is."""
        return file_asked(self.request)

    def now(self) -> datetime:
        return self.asked.now()

    def page(self, template: str, page: Any, tables: Sequence[Table] = (), status: int = 200) -> Response:
        """The page, or, with `?format=csv`, the table of it that `?table=` names, else the first."""
        if tables and self.file_asked is not None:
            return file_of(tables, self.file_asked)
        return page_of(self.request, self.t, template, person=self.person, page=page, status=status)


def visiting(request: Request) -> Person | None:
    """Who is signed in, whatever the page."""
    context: Context = request.app.state.context
    sessions: Sessions = request.app.state.sessions
    person, now = None, context.clock()
    if session := sessions.read(request.cookies.get(SESSION)):
        with context.desk.ledger.read() as tx:
            known = tx.get(Person, session.person_id)
            holds = known is not None and known.active and known.password_hash is not None
            if known is not None and holds and session.is_of(known):
                person = known if is_good(tx, session.began, now, sessions.lasts) else None
    request.state.person = person
    return person


def reader_of(request: Request, person: Annotated[Person | None, Depends(visiting)]) -> Reader:
    """Raises SignInFirst, and NotAllowed(not_allowed) for a page that is not for the person's roles."""
    if person is None:
        raise SignInFirst
    entry = STATION.entry_of(request.url.path)
    if entry is not None and not entry.is_for(person.roles):
        raise NotAllowed(Fault.NOT_ALLOWED)
    context: Context = request.app.state.context
    return Reader(request, Inquiry(context, language_of_page(request, person)), person)


Reading = Annotated[Reader, Depends(reader_of)]
