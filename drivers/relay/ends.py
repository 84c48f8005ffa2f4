"""The two ends that programs open: a pseudo-terminal under a stable name, or a listening socket."""

import contextlib
import errno
import grp
import os
import select
import socket
import termios
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from drivers.errors import SettingError, TransportError
from drivers.relay.client import Client, ClientGone
from drivers.relay.config import Pty, Tcp

_CLIENTS = 8


class End(Protocol):
    """Programs connect to an end. `clients` are those that are connected now."""

    clients: list[Client]
    dropped_bytes: int

    def poll_events(self) -> Iterator[tuple[int, int]]:
        """Yield descriptors and poll events that this end wants to hear about."""

    def look(self, ready: set[int]) -> Iterator[bytes]:
        """Let programs come and go; what those with a `ready` descriptor said."""

    def tell(self, data: bytes) -> None:
        """Pass bytes of the device on to every program that is there."""

    def describe(self) -> str: ...

    def close(self) -> None: ...


class PtyEnd:
    """A pseudo-terminal whose other side a legacy program opens by its link.

    While no program has it open, bytes are not kept, as on a real port: a program that starts must not
    read an old weight. Its line settings (baud and so on) mean nothing here; the port has its own.
    """

    def __init__(self, address: Pty, *, limit: int, group: str | None = None) -> None:
        self._link, self._limit = address.link, limit
        self.dropped_bytes = 0
        self.clients: list[Client] = []
        self._master, slave = os.openpty()
        try:
            tty.setraw(slave)
            os.set_blocking(self._master, False)
            self._name = os.ttyname(slave)
            _open_to(slave, group)
            _put_link(self._link, self._name)
        except (OSError, SettingError):
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    def poll_events(self) -> Iterator[tuple[int, int]]:
        """Yield nothing while no program is there: the descriptor would be ready all the time."""
        for client in self.clients:
            yield client.fd, select.POLLIN | (select.POLLOUT if len(client.backlog) else 0)

    def look(self, ready: set[int]) -> Iterator[bytes]:
        self._notice()
        if not self.clients:
            yield from self._hear_last_words()
        elif self._master in ready:
            yield from _hear_client(self.clients[0])

    def tell(self, data: bytes) -> None:
        for client in self.clients:
            with contextlib.suppress(ClientGone):  # `look` notices it
                client.tell(data)

    def describe(self) -> str:
        return f"pty:{self._link}"

    def close(self) -> None:
        self.clients = []
        with contextlib.suppress(OSError):
            if self._link.is_symlink() and str(self._link.readlink()) == self._name:
                self._link.unlink()
        os.close(self._master)

    def _hear_last_words(self) -> Iterator[bytes]:
        """Yield the last words of a program that opened, wrote and closed between two looks."""
        with contextlib.suppress(OSError):
            if data := os.read(self._master, 4096):
                yield data

    def _notice(self) -> None:
        """A hang-up is seen on our side while nobody has the other side open."""
        poll = select.poll()
        poll.register(self._master, 0)
        here = not any(events & select.POLLHUP for _, events in poll.poll(0))
        if here and not self.clients:
            self.clients = [Client(self._master, self._limit)]
        elif not here and self.clients:
            self.dropped_bytes += self.clients[0].backlog.dropped_bytes + self.clients[0].backlog.clear()
            self.clients = []
            termios.tcflush(self._master, termios.TCOFLUSH)


class TcpEnd:
    """A listening socket that several programs may use, eight at most; a further one is refused."""

    def __init__(self, address: Tcp, *, limit: int) -> None:
        self._limit = limit
        self.dropped_bytes = 0
        self.clients: list[Client] = []
        self._sockets: dict[int, socket.socket] = {}
        try:
            self._server = socket.create_server((address.host, address.port))
        except OSError as error:
            hint = ": another program uses it" if error.errno == errno.EADDRINUSE else f": {error.strerror}"
            raise TransportError(f"cannot listen on tcp:{address.host}:{address.port}{hint}") from error
        self._server.setblocking(False)
        self.host, self.port = address.host, int(self._server.getsockname()[1])

    def poll_events(self) -> Iterator[tuple[int, int]]:
        yield self._server.fileno(), select.POLLIN
        for client in self.clients:
            yield client.fd, select.POLLIN | (select.POLLOUT if len(client.backlog) else 0)

    def look(self, ready: set[int]) -> Iterator[bytes]:
        if self._server.fileno() in ready:
            self._accept()
        for client in [client for client in self.clients if client.fd in ready]:
            try:
                client.flush()
                data = client.hear()
            except ClientGone:
                self._remove(client)
                continue
            if data:
                yield data

    def tell(self, data: bytes) -> None:
        for client in list(self.clients):
            try:
                client.tell(data)
            except ClientGone:
                self._remove(client)

    def describe(self) -> str:
        return f"tcp:{self.host}:{self.port}"

    def close(self) -> None:
        for client in list(self.clients):
            self._remove(client)
        self._server.close()

    def _accept(self) -> None:
        try:
            line, _ = self._server.accept()
        except OSError:  # it went away again
            return
        if len(self.clients) >= _CLIENTS:
            line.close()
            return
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets[line.fileno()] = line
        self.clients.append(Client(line.fileno(), self._limit))

    def _remove(self, client: Client) -> None:
        self.dropped_bytes += client.backlog.dropped_bytes + client.backlog.clear()
        self.clients.remove(client)
        self._sockets.pop(client.fd).close()


def make_end(address: Pty | Tcp, *, limit: int, group: str | None = None) -> End:
    """Raise TransportError or OSError when it cannot be made."""
    if isinstance(address, Pty):
        return PtyEnd(address, limit=limit, group=group)
    return TcpEnd(address, limit=limit)


def _hear_client(client: Client) -> Iterator[bytes]:
    with contextlib.suppress(ClientGone):
        client.flush()
        if data := client.hear():
            yield data


def _open_to(slave: int, group: str | None) -> None:
    if group is None:
        return
    try:
        os.fchown(slave, -1, grp.getgrnam(group).gr_gid)
    except KeyError:
        raise SettingError(f"legacy_group: there is no group {group!r}") from None
    os.fchmod(slave, 0o660)


def _put_link(link: Path, target: str) -> None:
    """A link left by a run that was killed is replaced; a file or a device is not."""
    if link.exists() and not link.is_symlink():
        raise TransportError(f"{link} is there already and is no link: choose another name")
    link.parent.mkdir(parents=True, exist_ok=True)
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)
