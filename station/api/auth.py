"""Who asks: a token, a person signed in at it, or the installer with the admin token; and whether they may.

`permit` stands before every endpoint and asks the table of `access`. Endpoints only take who it is from here.
"""

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from station.acts.desk import Actor
from station.acts.refusals import Conflict, Fault, NotAllowed
from station.api import schemas
from station.api.access import RECEIVING, Access, Admin, Role, access_of
from station.api.asked import Asked, Inquiry
from station.api.context import Context
from station.api.pins import PinDesk
from station.receival.persons import people
from station.store import names
from station.store.post import waits_for_recovery
from station.store.tables import Terminal

# The holder of the data folder, who may all that roles allow.
INSTALLER = Actor(names.INSTALLER, names.INSTALLER, roles=frozenset(Role))

LOOPBACK = ("127.0.0.1", "::1")

_NAME: TypeAdapter[str] = TypeAdapter(schemas.Name)
_PIN: TypeAdapter[str] = TypeAdapter(schemas.Pin)


@dataclass(frozen=True, slots=True)
class Caller:
    """`terminal` None: by the admin token, or without any. `actor` None: nobody needs to be signed in."""

    access: Access
    terminal: Terminal | None = None
    actor: Actor | None = None

    @property
    def own(self) -> str | None:
        """The terminal whose captures alone are reached; None: all are."""
        terminal = self.terminal
        return terminal.id if terminal is not None and terminal.kind in self.access.own else None


async def permit(request: Request, asked: Asked) -> Caller:
    """Raises NotAllowed(unknown_token, other_kind_of_token, not_signed_in, wrong_pin, not_allowed), and
    Rejected where a PIN must wait."""
    access = access_of(request.method, request.scope["route"].path_format)
    if access.tokens is None:
        return Caller(access)
    if access.here and _is_here(request):
        return Caller(access)
    if access.roles == RECEIVING:
        await run_in_threadpool(_check_nothing_comes_back, asked)
    token = _bearer(request)
    if access.admin is not Admin.NOTHING and _is_admin(asked, token):
        return Caller(access, actor=_with_role(await _by_admin(request, asked, access), access))
    if not token or not access.tokens:
        raise NotAllowed(Fault.UNKNOWN_TOKEN)
    return await run_in_threadpool(_by_terminal, asked, access, token, request.headers.get("silo-person"))


def _is_here(request: Request) -> bool:
    """Tell whether a program on this machine asks, for nobody elsewhere: what hands a stranger's request on
    says so."""
    told = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return request.client is not None and request.client.host in LOOPBACK and not told


def _check_nothing_comes_back(asked: Inquiry) -> None:
    """Raises Conflict(recovery_first) while a restored station waits for what headquarters knows."""
    with asked.desk.ledger.read() as tx:
        if waits_for_recovery(tx):
            raise Conflict(Fault.RECOVERY_FIRST)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_admin(asked: Inquiry, token: str) -> bool:
    """Where the station has no admin token nobody has it."""
    expected = asked.context.admin_token
    return bool(expected and token and hmac.compare_digest(token.encode(), expected.encode()))


def _by_terminal(asked: Inquiry, access: Access, token: str, person: str | None) -> Caller:
    terminal = people.terminal_of(asked.desk, token)
    if terminal.kind not in (access.tokens or ()):
        raise NotAllowed(Fault.OTHER_KIND_OF_TOKEN, kind=terminal.kind)
    if access.roles is None:
        return Caller(access, terminal)
    if not person:
        raise NotAllowed(Fault.NOT_SIGNED_IN)
    actor = people.actor_of(asked.desk, person, terminal, asked.now(), asked.context.sign_in_lasts)
    return Caller(access, terminal, _with_role(actor, access))


def knows(request: Request) -> bool:
    """Is the token one of ours, whatever it may do? It is asked of whoever sends a body, before that is
    read."""
    context: Context = request.app.state.context
    token = _bearer(request)
    if not token:
        return False
    if context.admin_token and hmac.compare_digest(token.encode(), context.admin_token.encode()):
        return True
    try:
        people.terminal_of(context.desk, token)
    except NotAllowed:
        return False
    return True


async def _by_admin(request: Request, asked: Inquiry, access: Access) -> Actor:
    header = access.name_header
    name = request.headers.get(header) if header else None
    if header is None or name is None:
        if access.admin is Admin.NAMED:
            raise NotAllowed(Fault.NOT_ALLOWED)
        return INSTALLER
    name = _checked(_NAME, header, name)
    if "silo-pin" not in request.headers:
        raise NotAllowed(Fault.WRONG_PIN, name=name)
    pin = _checked(_PIN, "Silo-Pin", request.headers["silo-pin"])
    pins: PinDesk = request.app.state.pins
    return await pins.attempt(
        asked, None, name, lambda: people.actor_with_pin(asked.desk, name, pin, asked.now())
    )


def _checked(kind: TypeAdapter[str], header: str, text: str) -> str:
    """A header is percent-encoded UTF-8. Raises RequestValidationError, as a wrong body does."""
    try:
        return kind.validate_python(unquote(text))
    except ValidationError as error:
        told = [{**one, "loc": ("header", header, *one["loc"])} for one in error.errors()]
        raise RequestValidationError(told) from None


def _with_role(actor: Actor, access: Access) -> Actor:
    """Raises NotAllowed(not_allowed) for a person who has none of the roles."""
    if access.roles is not None and not actor.roles & access.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return actor


Permitted = Annotated[Caller, Depends(permit)]


async def _actor(caller: Permitted) -> Actor:
    assert caller.actor is not None  # the table names roles, or the admin token alone
    return caller.actor


async def _terminal(caller: Permitted) -> Terminal:
    assert caller.terminal is not None  # the table names kinds of token, and not the admin token
    return caller.terminal


async def _own(caller: Permitted) -> str | None:
    return caller.own


By = Annotated[Actor, Depends(_actor)]
FromTerminal = Annotated[Terminal, Depends(_terminal)]
OwnOnly = Annotated[str | None, Depends(_own)]
