"""Read one JSON object from bytes that anybody may have sent."""

import json
import math
from typing import Any

from drivers.errors import FrameError, NotUnderstood
from drivers.framing import without_fill

_DEPTH = 8


def load_object(data: bytes, limit: int, *, strict: bool = True) -> dict[str, Any]:
    """Return a JSON object of at most `limit` bytes that any database can store.

    FrameError for bytes that are no text. NotUnderstood for other JSON, NaN or Infinity, a key twice in one
    object, more than 8 levels, a NUL or a lone surrogate. Not `strict`: a text may hold line ends and other
    control characters as they are.
    """
    if len(data) > limit:
        raise NotUnderstood(f"more than {limit} bytes", data)
    try:
        text = without_fill(data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FrameError(f"not JSON: {error}", data) from error
    try:
        message = json.loads(
            text,
            strict=strict,
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_no_key_twice,
        )
        if b"\\u" in data:
            _refuse_unstorable(message)
    except RecursionError as error:
        raise NotUnderstood("JSON nested too deep", data) from error
    except ValueError as error:
        raise NotUnderstood(f"not JSON: {error}", data) from error
    if not isinstance(message, dict):
        raise NotUnderstood("not a JSON object", data)
    if _depth_over(message, _DEPTH):
        raise NotUnderstood("JSON nested too deep", data)
    return message


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _refuse_unstorable(message: Any) -> None:
    """An escaped lone surrogate or NUL is legal JSON that no database column takes."""
    text = json.dumps(message, ensure_ascii=False)
    text.encode()
    if "\\u0000" in text:
        raise ValueError("a text contains a NUL character")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return out


def _depth_over(value: Any, limit: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return limit < 0 or any(_depth_over(item, limit - 1) for item in inner)
