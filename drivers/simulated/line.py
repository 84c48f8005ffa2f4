"""A simulated instrument is plugged into a line: a serial port, a serial converter, a broker."""

import contextlib
import os
import select
import socket
import threading
import tty
from pathlib import Path
from typing import Protocol, runtime_checkable

from drivers.transport import MqttPublisher

_CONVERTER_BUFFER = 2048
_SEND_S = 2.0
_RECEIVED_LIMIT = 4096


class Line(Protocol):
    def write(self, data: bytes) -> bool:
        """Send; False when nobody is at the other end."""

    def disconnect(self) -> None:
        """Do what a pulled cable or a restarting converter does; the line can be used again after."""

    def close(self) -> None: ...


class TwoWayLine(Line, Protocol):
    """A line on which the instrument also hears what the other end says."""

    def take(self) -> bytes:
        """Return what was said to the instrument since the last call, at most 4 KB of it; never waits."""


@runtime_checkable
class Pluggable(Protocol):
    """A line that stays away after `disconnect` until somebody plugs it in again."""

    def plug(self) -> None: ...


class PtyLine:
    """A pseudo-terminal, 8N1. `path` is a link that stays the same when the cable is plugged again."""

    def __init__(self, link: Path) -> None:
        self.path = link
        self._lock = threading.Lock()
        self._ends: tuple[int, ...] | None = None
        self.plug()

    def plug(self) -> None:
        with self._lock:
            if self._ends:
                return
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._ends = (master, slave)
            self.path.unlink(missing_ok=True)
            self.path.symlink_to(os.ttyname(slave))

    def write(self, data: bytes) -> bool:
        """Bytes that no program reads are lost once the port's small buffer is full."""
        with self._lock:
            if not self._ends:
                return False
            try:
                return os.write(self._ends[0], data) == len(data)
            except OSError:
                return False

    def take(self) -> bytes:
        with self._lock:
            if not self._ends:
                return b""
            try:
                return os.read(self._ends[0], _RECEIVED_LIMIT)
            except OSError:
                return b""

    def disconnect(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, None
            self.path.unlink(missing_ok=True)
            for end in ends or ():
                os.close(end)

    def close(self) -> None:
        self.disconnect()


class TcpLine:
    """A serial converter on loopback that serves one client and refuses a second one.

    Up to 2 KB said while no client is connected is kept for the next one.
    """

    def __init__(self, port: int = 0) -> None:
        self._lock = threading.Lock()
        self._server: socket.socket | None = None
        self._client: socket.socket | None = None
        self._kept_bytes = b""
        self._received = b""
        self._stop = threading.Event()
        self.port = port
        self.listen()
        self._thread = threading.Thread(target=self._serve, name="simulated converter", daemon=True)
        self._thread.start()

    @property
    def is_connected(self) -> bool:
        with self._lock:
            return self._client is not None

    def listen(self) -> None:
        """Be reachable (again), on the same port."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", self.port))
        server.listen(4)
        with self._lock:
            self._server = server
            self.port = server.getsockname()[1]

    def write(self, data: bytes) -> bool:
        with self._lock:
            if self._client is None:
                self._kept_bytes = (self._kept_bytes + data)[-_CONVERTER_BUFFER:]
                return self._server is not None
            return self._send(data)

    def take(self) -> bytes:
        with self._lock:
            received, self._received = self._received, b""
            return received

    def disconnect(self) -> None:
        with self._lock:
            self._drop_client()

    def go_down(self) -> None:
        """Lose power: the client is cut off, what was kept is lost, and nobody can connect."""
        with self._lock:
            self._drop_client()
            self._kept_bytes = b""
            server, self._server = self._server, None
        if server:
            # The other thread may still wait for it, which alone would keep the port taken.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

    def close(self) -> None:
        self._stop.set()
        self.go_down()
        self._thread.join()

    def _send(self, data: bytes) -> bool:
        if self._client is None:
            return False
        try:
            self._client.sendall(data)
        except OSError:
            self._drop_client()
        return self._client is not None

    def _drop_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                lines = [line for line in (self._server, self._client) if line is not None]
            poll = select.poll()
            for line in lines:
                if line.fileno() >= 0:
                    poll.register(line, select.POLLIN)
            poll.poll(20)
            with self._lock:
                self._accept()
                self._notice_gone_client()

    def _accept(self) -> None:
        if self._server is None or not _readable(self._server):
            return
        try:
            client, _ = self._server.accept()
        except OSError:
            return
        if self._client is not None:
            client.close()
            return
        client.settimeout(_SEND_S)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        kept, self._kept_bytes = self._kept_bytes, b""
        if kept:
            self._send(kept)

    def _notice_gone_client(self) -> None:
        if self._client is None or not _readable(self._client):
            return
        try:
            data = self._client.recv(1024)
        except OSError:
            data = b""
        self._received = (self._received + data)[-_RECEIVED_LIMIT:]
        if not data:
            self._drop_client()


class MqttLine:
    """One topic of a broker; what the broker did not take is sent again with the next message."""

    def __init__(self, host: str, port: int, topic: str, *, client_id: str = "simulated-gateway") -> None:
        self._publisher = MqttPublisher(host, port, topic, client_id=client_id)

    def write(self, data: bytes) -> bool:
        return self._publisher.publish(data)

    def flush(self) -> bool:
        """Send what is still queued; True when nothing is left."""
        return self._publisher.flush()

    def disconnect(self) -> None:
        self._publisher.close()

    def close(self) -> None:
        self._publisher.close()


def _readable(line: socket.socket) -> bool:
    poll = select.poll()
    poll.register(line, select.POLLIN)
    return bool(poll.poll(0))
