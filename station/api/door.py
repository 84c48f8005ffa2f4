"""The door: connections come in within limits, and one that keeps the station waiting is ended.

uvicorn serves; it gets its connections from here. A connection is *idle* until a request's head is whole,
*sending* until its body is, then *answered*. When there is no room for another one, the idle one of the same
address that waits longest makes room, so a flood of half-open requests pushes out itself. Terminals on the
box itself have room of their own, which no address of the network can take.
"""

import asyncio
import errno
import ipaddress
import logging
import resource
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

# The terminals on the box. (A second machine may be 127.0.0.2 in a test.)
OWN_ADDRESSES = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
ACCEPTED_AT_ONCE = 8  # then those that are in are served
WAITING = 1024  # connections that the kernel keeps until they are accepted
SWEEP_S = 0.5
MADE_ROOM = 32  # so many connections at once where no descriptor is left
NO_DESCRIPTOR_S = 0.5  # how long nothing is accepted when none is left
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
DESCRIPTORS = 4096
_FORGET = struct.pack("ii", 1, 0)
_KEEP_ALIVE = (  # a peer that is gone without a word is noticed within half a minute
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """`own` connections from the box itself and `network` from all others together, of those `per_address`
    from one; together they leave descriptors below 1024, over which some drivers' libraries cannot wait.
    A head has `head_s`; a body brings `body_bytes` in every `body_s` or is whole; what still comes after its
    answer is thrown away for `linger_s` and up to `linger_bytes`; who does not read an answer is waited for
    for `read_s`."""

    own: int = 400
    network: int = 200
    per_address: int = 48
    head_bytes: int = 16_384
    head_s: float = 10.0
    body_s: float = 10.0
    body_bytes: int = 20_000
    linger_s: float = 5.0
    linger_bytes: int = 16_000_000
    read_s: float = 20.0
    send_buffer: int = 131_072


def raise_descriptor_limit(most: int = DESCRIPTORS) -> int:
    """Raise how many files and connections this process may open, as far as it may itself; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


def limits_within(descriptors: int) -> DoorLimits:
    """The usual limits; where few descriptors are to be had, connections leave some for files and ports."""
    usual = DoorLimits()
    own, network = min(usual.own, descriptors * 2 // 5), min(usual.network, descriptors // 5)
    return replace(usual, own=own, network=network, per_address=min(usual.per_address, network))


class Visitor(H11Protocol):
    """One connection, as uvicorn serves it; says whether it keeps the station waiting for too long."""

    limits: DoorLimits
    on_lost: Callable[["Visitor"], None]

    def __init__(self, *args: Any, limits: DoorLimits, address: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.limits, self.address = limits, address
        self._waits_since = time.monotonic()
        self._unread_since: float | None = None
        self._asked: object = None  # the request whose body is counted
        self._body_since, self._body_bytes = 0.0, 0
        self._held_back = False
        self._has_spoken = False

    @property
    def is_idle(self) -> bool:
        """Is no request of it being taken in or answered?"""
        return self.cycle is None or self.cycle.response_complete

    @property
    def waits_since(self) -> float:
        return self._waits_since

    def data_received(self, data: bytes) -> None:
        self._has_spoken = True
        self._body_bytes += len(data)
        super().data_received(data)
        self._held_back |= self.flow.read_paused

    def on_response_complete(self) -> None:
        self._waits_since = time.monotonic()
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._unread_since = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._unread_since = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.on_lost(self)

    def overdue(self, now: float) -> str | None:
        """Say why it is ended now; None while it is in time."""
        limits = self.limits
        if self.cycle is not self._asked:
            self._asked, self._held_back = self.cycle, False
            self._body_since, self._body_bytes = now, 0
        if self._unread_since is not None and now - self._unread_since > limits.read_s:
            return "it does not read what it is sent"
        if self.is_idle:
            if self.transport.get_write_buffer_size():
                return None if now - self._waits_since <= limits.read_s else "it does not read its answer"
            if self.cycle is not None and self.cycle.more_body:
                is_over = now - self._waits_since > limits.linger_s or self._body_bytes > limits.linger_bytes
                return "it goes on sending what was answered" if is_over else None
            return "no whole request came" if now - self._waits_since > limits.head_s else None
        if self.cycle.more_body and now - self._body_since > limits.body_s:
            if self._body_bytes < limits.body_bytes and not self._held_back:
                return "its body comes too slowly"
            self._body_since, self._body_bytes, self._held_back = now, 0, self.flow.read_paused
        return None

    def end(self, why: str) -> None:
        level = logging.WARNING if self._has_spoken else logging.DEBUG  # browsers open some to have them
        _log.log(level, "a connection from %s is ended: %s", self.address, why)
        if self.transport.get_write_buffer_size():  # the kernel keeps nothing of it either
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET)
        self.transport.abort()


class Door(uvicorn.Server):
    """uvicorn behind a listening socket of ours. `on_open` is called once it accepts, `on_close` before it
    ends what is open, `on_turn` twice a second as long as its loop turns."""

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        *,
        limits: DoorLimits | None = None,
        on_open: Callable[[], None] = lambda: None,
        on_close: Callable[[], None] = lambda: None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._limits = limits or DoorLimits()
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, lifespan="on", ws="none", http=Visitor,
                timeout_graceful_shutdown=2, h11_max_incomplete_event_size=self._limits.head_bytes,
            )
        )  # fmt: skip
        self._listener = listener
        self._on_open, self._on_close, self._on_turn = on_open, on_close, on_turn
        self._visitors: dict[str, set[Visitor]] = {}
        self._coming: set[asyncio.Task[Any]] = set()
        self._is_open = False

    def serve_until_stopped(self) -> None:
        self.run(sockets=[])  # uvicorn accepts from none itself

    def stop(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listener.setblocking(False)
            self._listener.listen(WAITING)
            self._is_open = True
            self._watch()
            self._sweep()
            self._on_open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._is_open = False
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        self._on_close()
        await super().shutdown(sockets)

    def _watch(self) -> None:
        if self._is_open:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE - len(self._coming)):
            try:
                connection, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                self._pause(error)
                return
            self._let_in(connection, _place(str(address[0])))

    def _pause(self, error: OSError) -> None:
        """No descriptor is left: those idle for longest make room, and the next is let in a little later."""
        _log.error("no connection can be accepted: %s", error.strerror)
        for _ in range(MADE_ROOM):
            self._push_out([one for some in self._visitors.values() for one in some])
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(NO_DESCRIPTOR_S, self._watch)

    def _let_in(self, connection: socket.socket, address: str) -> None:
        if not self._has_room(address):
            _log.warning("a connection from %s is refused: too many are open", address)
            connection.close()
            return
        connection.setblocking(False)
        for level, option, value in _KEEP_ALIVE:
            connection.setsockopt(level, option, value)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._limits.send_buffer)
        visitor = Visitor(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state,
            limits=self._limits, address=address,
        )  # fmt: skip
        visitor.on_lost = self._forget
        self._visitors.setdefault(address, set()).add(visitor)
        coming = asyncio.get_running_loop().create_task(self._connect(visitor, connection))
        self._coming.add(coming)
        coming.add_done_callback(self._coming.discard)

    async def _connect(self, visitor: Visitor, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: visitor, connection)
        except OSError:  # it is gone already
            self._forget(visitor)

    def _has_room(self, address: str) -> bool:
        """Whether one more may come from there, after an idle one made room where that is needed."""
        limits, here = self._limits, self._visitors.get(address, set())
        if address in OWN_ADDRESSES:
            own = [one for own in OWN_ADDRESSES for one in self._visitors.get(own, ())]
            return len(own) < limits.own or self._push_out(own)
        if len(here) >= limits.per_address:
            return self._push_out(here)
        others = [one for place, some in self._visitors.items() if place not in OWN_ADDRESSES for one in some]
        return len(others) < limits.network or self._push_out(others)

    def _push_out(self, visitors: "set[Visitor] | list[Visitor]") -> bool:
        """End the one that has been idle for longest; False where all are served."""
        idle = min((one for one in visitors if one.is_idle and one.transport), default=None, key=_seniority)
        if idle is None:
            return False
        self._forget(idle)
        idle.end("another one came and it asks nothing")
        return True

    def _forget(self, visitor: Visitor) -> None:
        here = self._visitors.get(visitor.address, set())
        here.discard(visitor)
        if not here:
            self._visitors.pop(visitor.address, None)

    def _sweep(self) -> None:
        """End who is overdue, twice a second."""
        if not self._is_open:
            return
        self._on_turn()
        now = time.monotonic()
        for visitor in [one for some in self._visitors.values() for one in some if one.transport]:
            if why := visitor.overdue(now):
                visitor.end(why)
        asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)


def _seniority(visitor: Visitor) -> tuple[bool, float]:
    """Who never asked anything goes before who did and may ask again."""
    return visitor.cycle is not None, visitor.waits_since


def _place(address: str) -> str:
    """The address; of IPv6 the network, in which one device may have as many addresses as it likes."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 4 or address in OWN_ADDRESSES:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False))
