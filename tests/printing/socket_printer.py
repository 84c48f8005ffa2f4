"""A receipt printer on a loopback port: it answers DLE EOT and GS r, and keeps what it would print."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_READY, _PAPER_THERE = 0x12, 0x12


@dataclass
class SocketPrinter:
    """`state` and `paper` are what it answers; `mute`: it never answers; `dies_after` that many bytes."""

    state: int = _READY
    paper: int = _PAPER_THERE
    mute: bool = False
    dies_after: int | None = None
    _papers: list[bytes] = field(default_factory=list)
    _server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _done: threading.Condition = field(default_factory=threading.Condition)
    _open: int = 0

    @property
    def target(self) -> str:
        return f"tcp:127.0.0.1:{self._server.getsockname()[1]}"

    def papers(self, count: int = 0) -> list[bytes]:
        """What was printed, once so many papers are and every connection is closed."""
        with self._done:
            assert self._done.wait_for(lambda: not self._open and len(self._papers) >= count, timeout=10)
            return list(self._papers)

    @contextmanager
    def running(self) -> Iterator["SocketPrinter"]:
        thread = threading.Thread(target=self._serve)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)
            self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            with self._done:
                self._open += 1
            with line:
                kept = self._hear(line)
            with self._done:
                self._open -= 1
                self._papers += [kept] if kept else []
                self._done.notify_all()

    def _hear(self, line: socket.socket) -> bytes:
        heard = b""
        with suppress(OSError):
            while piece := line.recv(4096):
                heard += piece
                if self.dies_after is not None and len(heard) > self.dies_after:
                    break
                heard = self._answer(line, heard)
        return heard

    def _answer(self, line: socket.socket, heard: bytes) -> bytes:
        for question, answer in (
            (b"\x10\x04\x01", self.state),
            (b"\x10\x04\x04", self.paper),
            (b"\x1dr\x01", 0),
        ):
            while question in heard:
                heard = heard.replace(question, b"", 1)
                if not self.mute:
                    line.sendall(bytes([answer]))
        return heard
