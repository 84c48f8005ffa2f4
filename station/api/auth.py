"""Who asks: a terminal by its token, a person signed in at it, or the installer with the admin token.

Receiving grain takes a person at a terminal. What the command line does too (instruments, laboratory values,
models) is also done by whoever has the admin token: in the installer's name, or in that of a manager who is
named with a PIN.
"""

import hmac
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator

from station.acts.desk import Actor
from station.acts.refusals import Fault, NotAllowed
from station.api import schemas
from station.api.asked import Asked
from station.api.context import Context
from station.receival import people
from station.store import names
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

# The holder of the data folder, who may all that roles allow.
INSTALLER = Actor(names.INSTALLER, names.INSTALLER, roles=frozenset({"operator", "manager", "installer"}))

TokenGiven = Annotated[HTTPAuthorizationCredentials | None, Security(_token)]
PersonGiven = Annotated[str | None, Security(_person)]
AdminGiven = Annotated[HTTPAuthorizationCredentials | None, Security(_admin)]


def terminal(asked: Asked, given: TokenGiven) -> Terminal:
    """Raises NotAllowed(unknown_token) for a missing, unknown or revoked token."""
    if given is None:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
    return people.terminal_of(asked.desk, given.credentials)


FromTerminal = Annotated[Terminal, Depends(terminal)]


def somebody(asked: Asked, terminal: FromTerminal, person: PersonGiven = None) -> Actor:
    """The signed-in person. Raises NotAllowed(not_signed_in)."""
    if not person:
        raise NotAllowed(Fault.NOT_SIGNED_IN)
    return people.actor_of(asked.desk, person, terminal)


BySomebody = Annotated[Actor, Depends(somebody)]


def operator(somebody: BySomebody) -> Actor:
    """Receiving grain is for operators and managers; an installer only sets up."""
    return _require_role(somebody, "operator", "manager")


ByOperator = Annotated[Actor, Depends(operator)]


async def has_admin_token(asked: Asked, given: AdminGiven) -> bool:
    """Where the station has no admin token nobody has it."""
    expected = asked.context.admin_token
    return bool(expected and given and hmac.compare_digest(given.credentials.encode(), expected.encode()))


HasAdminToken = Annotated[bool, Depends(has_admin_token)]


def knows(request: Request) -> bool:
    """Is the token one of ours, whatever it may do? It is asked of whoever sends a body, before that is
    read."""
    context: Context = request.app.state.context
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return False
    if context.admin_token and hmac.compare_digest(token.encode(), context.admin_token.encode()):
        return True
    try:
        people.terminal_of(context.desk, token)
    except NotAllowed:
        return False
    return True


async def admin(is_admin: HasAdminToken) -> None:
    """Raises NotAllowed(unknown_token) unless the admin token is given."""
    if not is_admin:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)


def terminal_or_admin(asked: Asked, is_admin: HasAdminToken, given: TokenGiven) -> None:
    """Who may look. Raises NotAllowed(unknown_token)."""
    if not is_admin:
        terminal(asked, given)


def somebody_or_admin(
    asked: Asked, is_admin: HasAdminToken, given: TokenGiven, person: PersonGiven = None
) -> Actor:
    """The signed-in person, or the installer by the admin token."""
    return INSTALLER if is_admin else somebody(asked, terminal(asked, given), person)


BySomebodyOrAdmin = Annotated[Actor, Depends(somebody_or_admin)]


def operator_or_admin(somebody: BySomebodyOrAdmin) -> Actor:
    return _require_role(somebody, "operator", "manager")


ByOperatorOrAdmin = Annotated[Actor, Depends(operator_or_admin)]


def installer_or_admin(somebody: BySomebodyOrAdmin) -> Actor:
    """What is installed here is for installers."""
    return _require_role(somebody, "installer")


ByInstallerOrAdmin = Annotated[Actor, Depends(installer_or_admin)]


def _unquoted(text: Any) -> Any:
    return unquote(text) if isinstance(text, str) else text


_ONLY_ADMIN = "Only with the admin token; percent-encoded UTF-8."
ManagerGiven = Annotated[
    schemas.Name | None,
    BeforeValidator(_unquoted),
    Header(alias="Silo-Manager", description=f"The manager in whose name it is done. {_ONLY_ADMIN}"),
]
PinGiven = Annotated[
    schemas.Pin | None,
    BeforeValidator(_unquoted),
    Header(alias="Silo-Pin", description=f"The PIN of whoever is named. {_ONLY_ADMIN}"),
]
OperatorGiven = Annotated[
    schemas.Name | None,
    BeforeValidator(_unquoted),
    Header(
        alias="Silo-Operator",
        description=f"The operator or manager in whose name it is done. {_ONLY_ADMIN}",
    ),
]


def manager_or_admin(
    asked: Asked, somebody: BySomebodyOrAdmin, name: ManagerGiven = None, pin: PinGiven = None
) -> Actor:
    """What changes the station's own judgement is for managers: one who is signed in, or who is named with a
    PIN beside the admin token; with the admin token alone it is the installer.

    Raises NotAllowed(wrong_pin, not_allowed)."""
    if somebody is INSTALLER and name is not None:
        somebody = people.actor_with_pin(asked.desk, name, pin or "")
    return _require_role(somebody, "manager")


ByManagerOrAdmin = Annotated[Actor, Depends(manager_or_admin)]


def named_manager(manager: ByManagerOrAdmin) -> Actor:
    """A standing order bears a manager's name: the admin token alone is not enough."""
    if manager is INSTALLER:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return manager


ByNamedManager = Annotated[Actor, Depends(named_manager)]


def named_operator(
    asked: Asked, somebody: BySomebodyOrAdmin, name: OperatorGiven = None, pin: PinGiven = None
) -> Actor:
    """Where grain goes bears a person's name, an operator's or a manager's: the admin token alone is not
    enough. Raises NotAllowed(wrong_pin, not_allowed)."""
    if somebody is INSTALLER:
        if name is None:
            raise NotAllowed(Fault.NOT_ALLOWED)
        somebody = people.actor_with_pin(asked.desk, name, pin or "")
    return _require_role(somebody, "operator", "manager")


ByNamedOperator = Annotated[Actor, Depends(named_operator)]


def _require_role(somebody: Actor, *roles: str) -> Actor:
    """Raises NotAllowed(not_allowed) for a person who has none of these roles."""
    if not somebody.roles & set(roles):
        raise NotAllowed(Fault.NOT_ALLOWED)
    return somebody
