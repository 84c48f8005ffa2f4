"""A trace as it leaves the process."""

from dataclasses import asdict

from station.api import schemas
from station.store import traced


def trace(found: traced.Trace) -> schemas.Trace:
    return schemas.Trace.model_validate(
        {
            **asdict(found),
            "sources": [
                {name: value for name, value in asdict(one).items() if name != "supplier_id"}
                for one in found.sources
            ],
            "difference_kg": round(found.difference_kg, 3) + 0.0,
        }
    )
