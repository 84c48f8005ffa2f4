"""Values of two databases in one form: what SQLite holds, as PostgreSQL's kinds say what it means."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any


def of_ledger(value: Any, kind: str) -> Any:
    """Return what SQLite holds in the form that is compared; what is no value of its kind stays as it is."""
    form = _FORMS.get(kind)
    if value is None or form is None:
        return value
    try:
        return form(value)
    except (ValueError, TypeError, KeyError):
        return value


def of_hub(value: Any, kind: str) -> Any:
    """Return what PostgreSQL holds in the form that is compared."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return _canonical(value) if kind.startswith("json") else value


def _canonical(text: str) -> str | None:
    """Return JSON in one form, which keeps 1e16 and -0.0 what they are. What SQLite has as JSON's null is no
    value there."""
    value = json.loads(text)
    return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _instant(text: str) -> str:
    return _in_utc(datetime.fromisoformat(text))


def _in_utc(at: datetime) -> str:
    """A time that names no zone is UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


_FORMS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "boolean": {0: False, 1: True}.__getitem__,
        "json": _canonical,
        "jsonb": _canonical,
        "timestamp with time zone": _instant,
        "timestamp without time zone": _instant,
        "double precision": lambda value: repr(float(value)),
    }
)
