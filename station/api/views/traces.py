"""A trace as it leaves the process."""

from dataclasses import asdict

from station.api import schemas
from station.store import traced


def trace(found: traced.Trace) -> schemas.Trace:
    return schemas.Trace.model_validate(asdict(found))
