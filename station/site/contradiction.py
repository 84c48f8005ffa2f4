"""What is right key by key in a site file and cannot go well on the day."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`where` is section and key, `code` with `params` says what and what to do. An error lets part of the
    day fail, a warning lets it go worse."""

    where: str
    code: str
    params: dict[str, Any]
    is_error: bool


def error(where: str, code: str, **params: Any) -> Contradiction:
    return Contradiction(where, code, params, is_error=True)


def warning(where: str, code: str, **params: Any) -> Contradiction:
    return Contradiction(where, code, params, is_error=False)
