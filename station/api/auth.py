"""Who asks: a terminal by its token, a person signed in at it, or the installer with the admin token."""

import hmac
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from station.acts.desk import Actor
from station.acts.refusals import Fault, NotAllowed
from station.api.asked import Asked
from station.receival import people
from station.store.tables import Terminal

_token = HTTPBearer(
    scheme_name="token", auto_error=False, description="The token of a terminal, phone or application."
)
_person = APIKeyHeader(
    name="Silo-Person", scheme_name="person", auto_error=False, description="The token of a sign-in."
)
_admin = HTTPBearer(
    scheme_name="admin", auto_error=False, description="The admin token of the data folder (admin.token)."
)

Credentials = HTTPAuthorizationCredentials | None


def terminal(asked: Asked, given: Annotated[Credentials, Security(_token)]) -> Terminal:
    """Raises NotAllowed(unknown_token) for a missing, unknown or revoked token."""
    if given is None:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
    return people.terminal_of(asked.desk, given.credentials)


FromTerminal = Annotated[Terminal, Depends(terminal)]


def actor(
    asked: Asked, terminal: FromTerminal, person: Annotated[str | None, Security(_person)] = None
) -> Actor:
    """The signed-in person. Raises NotAllowed(not_signed_in)."""
    if not person:
        raise NotAllowed(Fault.NOT_SIGNED_IN)
    return people.actor_of(asked.desk, person, terminal)


BySomebody = Annotated[Actor, Depends(actor)]


def operator(somebody: BySomebody) -> Actor:
    """Receiving grain is for operators and managers; an installer only sets up."""
    if not somebody.roles & {"operator", "manager"}:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return somebody


ByOperator = Annotated[Actor, Depends(operator)]


def manager(somebody: BySomebody) -> Actor:
    """What changes the station's own judgement is for managers."""
    if "manager" not in somebody.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return somebody


ByManager = Annotated[Actor, Depends(manager)]


def installer(somebody: BySomebody) -> Actor:
    """What is installed here is for installers."""
    if "installer" not in somebody.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return somebody


ByInstaller = Annotated[Actor, Depends(installer)]


def admin(asked: Asked, given: Annotated[Credentials, Security(_admin)]) -> None:
    """Raises NotAllowed(unknown_token) unless the admin token is given; without one nobody is admin."""
    expected = asked.context.admin_token
    if not expected or given is None:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
    if not hmac.compare_digest(given.credentials.encode(), expected.encode()):
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
