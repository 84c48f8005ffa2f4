"""A trace as it leaves the process."""

from dataclasses import asdict
from typing import Any

from station.api import schemas
from station.grain.past import has_substance
from station.store import traced
from station.store.went_through import NOT_KNOWN


def trace(found: traced.Trace) -> schemas.Trace:
    return schemas.Trace.model_validate(asdict(found))


def went_through(found: traced.Trace, movement_id: str) -> dict[str, Any]:
    """What the grain of one lot went through, as its passport says it."""
    past = next((one.past for one in found.lots if one.movement_id == movement_id), NOT_KNOWN)
    put_on = [asdict(one) for one in found.treatments if has_substance(past.treated, one.substance)]
    return {"past": asdict(past), "treatments": put_on}
