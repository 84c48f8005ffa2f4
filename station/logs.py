"""Logs: one JSON line per event on standard error, where journald takes them. A line that is said again and
again is said a few times in each span of seconds, then with how often it was left out."""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO, cast

import structlog

from drivers.redaction import redacted
from drivers.text import visible, visible_json

MOST, SPAN_S = 20, 10.0
MOST_KEYS = 1000


class OneEntry(logging.Formatter):
    """Shows what cannot be seen, and sets every further line of an entry in: none passes for an entry."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(visible(line) for line in redacted(super().format(record)).split("\n"))


def json_line(value: Any, **how: Any) -> str:
    return visible_json(json.dumps(value, **how))


class Lossy:
    """A stream whose full disk or closed pipe holds nobody up: what cannot be logged is left out."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def log_to_standard_error() -> None:
    repeats = Repeats()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            repeats.process,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_passwords,
            structlog.processors.JSONRenderer(json_line, ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, Lossy(sys.stderr))),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(repeats.filter)
    handler.setFormatter(OneEntry("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _without_passwords(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}


@dataclass(slots=True)
class _Said:
    """What was said of one kind of line since `since`."""

    since: float
    lines: int = 0
    left_out: int = 0


class Repeats:
    """Lets `most` lines of a kind through in each `span_s`; thread-safe and bounded. Lines of one kind have
    the same text but for what is filled in."""

    def __init__(
        self, *, most: int = MOST, span_s: float = SPAN_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._span_s, self._clock = most, span_s, clock
        self._said: dict[object, _Said] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide as a filter of `logging` does."""
        left_out = self.left_out((record.name, record.levelno, record.msg))
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (left out before: {left_out})", None
        return left_out is not None

    def process(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Decide as a processor of structlog does. Raises DropEvent."""
        left_out = self.left_out((line.get("level"), line.get("event")))
        if left_out is None:
            raise structlog.DropEvent
        if left_out:
            line["left_out"] = left_out
        return line

    def left_out(self, kind: object) -> int | None:
        """Count a line of this kind: None where it is left out, else how many were since the last one."""
        now = self._clock()
        with self._lock:
            said = self._said.get(kind)
            if said is None or now - said.since >= self._span_s:
                before = self._said.pop(kind, None)
                said = self._said[kind] = _Said(now, left_out=before.left_out if before else 0)
                if len(self._said) > MOST_KEYS:
                    del self._said[next(iter(self._said))]
            if said.lines >= self._most:
                said.left_out += 1
                return None
            said.lines += 1
            left_out, said.left_out = said.left_out, 0
            return left_out
