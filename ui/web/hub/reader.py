"""Who reads a page of headquarters: the person of the session, what of it the person sees, the language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.exceptions import HTTPException

from station.acts.refusals import Fault, NotAllowed
from station.headquarters.people import HubPerson, HubRole, person_with_id
from station.headquarters.scope import narrowed
from station.headquarters.served import Quarters
from ui.web.forms import SignInFirst
from ui.web.front import front_of, language_of_page
from ui.web.rendering import page_of
from ui.web.sessions import SESSION, Sessions
from ui.web.tables import Table
from ui.web.writing import Writer, file_asked, file_of
from ui.words.i18n import Translator, translator


@dataclass(frozen=True)
class Reader(Writer):
    """`quarters` are headquarters as this person sees them (`station.headquarters.scope`): whatever a page
    asks there is about the person's own stations, and nothing can be written there."""

    request: Request
    quarters: Quarters
    person: HubPerson

    @property
    def unlimited(self) -> Quarters:
        """Headquarters without the person's limits, for an act: on what was found in `quarters` before."""
        unlimited: Quarters = self.request.app.state.quarters
        return unlimited

    @property
    def roles(self) -> frozenset[str]:
        return self.person.roles

    @property
    def stations(self) -> tuple[str, ...] | None:
        """Those that the person sees; None: all."""
        return self.person.scope

    @cached_property
    def t(self) -> Translator:
        return translator(language_of_page(self.request, self.person))

    @property
    def file_asked(self) -> str | None:
        """The name of the table that is asked for as a file, empty for the first; None: the page is."""
        return file_asked(self.request)

    def now(self) -> datetime:
        return self.quarters.clock()

    def require(self, *roles: HubRole) -> None:
        """Raises NotAllowed(not_allowed) for who has none of the roles; a director may do everything."""
        if self.roles.isdisjoint((*roles, HubRole.DIRECTOR)):
            raise NotAllowed(Fault.NOT_ALLOWED)

    def require_all_stations(self) -> None:
        """Raises NotAllowed(not_allowed) for who sees some of them only: the act is about all."""
        if self.stations is not None:
            raise NotAllowed(Fault.NOT_ALLOWED)

    def page(self, template: str, page: Any, tables: Sequence[Table] = (), status: int = 200) -> Response:
        """The page, or, with `?format=csv`, the table of it that `?table=` names, else the first."""
        if tables and self.file_asked is not None:
            return file_of(tables, self.file_asked)
        return page_of(self.request, self.t, template, person=self.person, page=page, status=status)


def visiting(request: Request) -> HubPerson | None:
    """Who is signed in, whatever the page."""
    quarters: Quarters = request.app.state.quarters
    sessions: Sessions = request.app.state.sessions
    person = None
    session = sessions.read(request.cookies.get(SESSION))
    if session and timedelta(0) <= quarters.clock() - session.began < sessions.lasts:
        known = person_with_id(quarters, session.person_id)
        person = known if known is not None and session.is_of(known) else None
    request.state.person = person
    return person


def reader_of(request: Request, person: Annotated[HubPerson | None, Depends(visiting)]) -> Reader:
    """Raises SignInFirst, and NotAllowed(not_allowed) for a page that is not for the person's roles. There
    is no station that the person does not see."""
    if person is None:
        raise SignInFirst
    entry = front_of(request).navigation.entry_of(request.url.path)
    if entry is None or not entry.is_for(person.roles):
        raise NotAllowed(Fault.NOT_ALLOWED)
    station = request.path_params.get("station")
    if station is not None and person.scope is not None and station not in person.scope:
        raise HTTPException(404)
    quarters: Quarters = request.app.state.quarters
    return Reader(request, narrowed(quarters, person.scope), person)


Reading = Annotated[Reader, Depends(reader_of)]
