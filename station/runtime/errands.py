"""What is done with one photo on demand is done in a short-lived process of its own, one at a time: few wait,
none for long. The process that answers over HTTP decodes no photo."""

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog

from station.acts.refusals import Conflict, Fault
from station.vision.wire import LENGTHS, PipeError, encode, lengths, parse_header

MOST_WAITING = 4  # the one that is served among them
WAIT_S = LIMIT_S = 10.0

log = structlog.get_logger(__name__)


class Errands:
    """`command` reads one message (see `station/vision/wire.py`) from standard input and writes one. What it
    does not do within `limit_s`, or cannot, is the fault `failed`; too many that wait are `busy`."""

    def __init__(self, command: Sequence[str], *, busy: Fault, failed: Fault, limit_s: float) -> None:
        self._command = command
        self._busy, self._failed = busy, failed
        self._limit_s = limit_s
        self._room = threading.BoundedSemaphore(MOST_WAITING)
        self._turn = threading.Lock()

    def run(self, header: Mapping[str, Any], photo: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer's header and body. Raises Conflict(busy, failed)."""
        request = encode(header, photo)
        with self._in_turn():
            try:
                done = subprocess.run(
                    self._command, input=request, stdout=subprocess.PIPE, timeout=self._limit_s, check=True
                )
                answer, body = _message(done.stdout)
            except (subprocess.SubprocessError, OSError, PipeError) as error:
                log.warning(self._failed.value, error=str(error))
                raise Conflict(self._failed) from None
        if "failed" in answer:
            log.warning(self._failed.value, error=str(answer["failed"]))
            raise Conflict(self._failed)
        return answer, body

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise Conflict(self._busy)
        try:
            if not self._turn.acquire(timeout=WAIT_S):
                raise Conflict(self._busy)
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._room.release()


def _message(answer: bytes) -> tuple[dict[str, Any], bytes]:
    """Raises PipeError where it is none."""
    if len(answer) < LENGTHS.size:
        raise PipeError("the worker gave no answer")
    head, body = lengths(answer[: LENGTHS.size])
    rest = answer[LENGTHS.size :]
    if len(rest) != head + body:
        raise PipeError("the worker's answer is cut off")
    return parse_header(rest[:head]), rest[head:]
