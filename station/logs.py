"""Logs: one JSON line per event on standard error, where journald takes them."""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from drivers.redaction import redacted
from drivers.text import visible, visible_json


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
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_passwords,
            structlog.processors.JSONRenderer(json_line, ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, Lossy(sys.stderr))),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneEntry("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _without_passwords(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}
