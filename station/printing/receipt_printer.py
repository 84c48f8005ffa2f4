"""A receipt printer on a socket or at a device's path: asked how it is, sent the paper, asked if it is out.

    10 04 01   DLE EOT 1   how it is, at once:  0 n 1 b 1 0 0 1 0 (binary, from bit 7)  b: offline
    10 04 04   DLE EOT 4   its paper, at once:  0 e e 1 n n 1 0                         e: no paper

Both are answered with one byte, also by a printer that is offline. Source as of `escpos.py`.
"""

import io
import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from station.acts.printers import Printer
from station.printing.escpos import ASK_PRINTED
from station.printing.sending import PrinterFailed, PrinterSilent

CONNECT_S, ANSWER_S, PRINT_S = 3.0, 2.0, 30.0
_ASK_STATE, _ASK_PAPER = b"\x10\x04\x01", b"\x10\x04\x04"
_OFFLINE, _NO_PAPER = 0x08, 0x60


def print_receipt(printer: Printer, data: bytes, *, print_s: float = PRINT_S) -> None:
    """Send `data` as often as the site wants copies. Raises PrinterFailed, PrinterSilent."""
    with _line_to(printer.target) as line:
        if printer.answers:
            _refuse_unready(line)
        try:
            line.send(data * printer.copies, print_s)
            if printer.answers:
                line.ask(ASK_PRINTED, print_s)
        except OSError as error:
            raise PrinterSilent("printer_silent", error=_said(error)) from error


def look_at(printer: Printer) -> None:
    """Raises PrinterFailed where it would take no paper now."""
    with _line_to(printer.target) as line:
        if printer.answers:
            _refuse_unready(line)


def _refuse_unready(line: "_Line") -> None:
    try:
        state, paper = line.ask(_ASK_STATE, ANSWER_S), line.ask(_ASK_PAPER, ANSWER_S)
    except OSError as error:
        raise PrinterFailed("printer_not_answering", error=_said(error)) from error
    if paper & _NO_PAPER:
        raise PrinterFailed("printer_without_paper")
    if state & _OFFLINE:
        raise PrinterFailed("printer_offline")


class _Line:
    """A file descriptor that nothing waits at for ever. Raises OSError."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, data: bytes, within_s: float) -> None:
        until = time.monotonic() + within_s
        left = memoryview(data)
        while left:
            self._wait(until, writes=True)
            left = left[os.write(self._descriptor, left) :]

    def ask(self, question: bytes, within_s: float) -> int:
        """Return the byte that is answered."""
        self.send(question, within_s)
        self._wait(time.monotonic() + within_s, writes=False)
        answer = os.read(self._descriptor, 1)
        if not answer:
            raise ConnectionError("closed")
        return answer[0]

    def _wait(self, until: float, *, writes: bool) -> None:
        waits = [self._descriptor]
        reads, writings = ([], waits) if writes else (waits, [])
        if not any(select.select(reads, writings, [], max(0.0, until - time.monotonic()))):
            raise TimeoutError("no answer in time")


@contextmanager
def _line_to(target: str) -> Iterator[_Line]:
    try:
        opened = _connected(target) if target.startswith("tcp:") else _opened(target)
    except OSError as error:
        raise PrinterFailed("printer_unreachable", target=target, error=_said(error)) from error
    with opened:
        yield _Line(opened.fileno())


def _connected(target: str) -> socket.socket:
    parts = urlsplit(target.replace("tcp:", "tcp://", 1))
    opened = socket.create_connection((parts.hostname or "", parts.port or 9100), CONNECT_S)
    opened.setblocking(False)
    return opened


def _opened(path: str) -> io.FileIO:
    return open(path, "r+b", buffering=0, opener=_without_waiting)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _said(error: OSError) -> str:
    return error.strerror or str(error)
