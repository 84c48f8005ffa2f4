"""What is asked of a vehicle's weights before they count: of this vehicle, full or empty, and when."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from station.acts.desk import SitePolicy
from station.acts.refusals import Conflict, Fault
from station.grain.bridge import ask_of_gross, ask_of_tare, is_too_low
from station.grain.reasons import Code, Reason
from station.grain.units import known
from station.receival.bridge.chain import gross_weighing, weighed_apart
from station.store import batches, queries
from station.store.batches import Chain
from station.store.tables import Load, Visit, Weighing

# So many of its last tares tell what a vehicle with its trailer usually weighs empty.
TARES = 5


def questions_of(
    tx: Session, policy: SitePolicy, visit: Visit, chain: Chain, closed: Sequence[Load], weighing: Weighing,
    role: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """Returns what a person is asked before the weight counts as `role`, which closes `closed`.

    Raises Conflict(tare_not_below_gross, tare_too_low) for one that cannot be a tare."""
    if role == "first":
        found = [ask_of_gross(weighing.kg, _usual_tares(tx, visit))]
        return [reason.as_dict() for reason in found if reason]
    gross = [_gross(chain, load) for load in closed]
    for full in gross:
        if full.kg <= weighing.kg:
            raise Conflict(Fault.TARE_NOT_BELOW_GROSS, gross_kg=full.kg, tare_kg=weighing.kg)
        if is_too_low(weighing.kg, full.kg, policy.minimum_kg):
            raise Conflict(Fault.TARE_TOO_LOW, gross_kg=full.kg, tare_kg=weighing.kg)
    asked = [_before_decision(tx, load, weighing) for load in closed]
    asked += [_equal_parts(closed, gross[0], weighing)] if len(closed) > 1 else []
    if role == "last" and gross:
        usual = [] if weighed_apart(chain) else _usual_tares(tx, visit)
        full_kg = gross[0].kg if weighed_apart(chain) else chain[0][1].kg
        asked.append(ask_of_tare(weighing.kg, full_kg, usual, typed=weighing.typed_by is not None))
    return [reason.as_dict() for reason in asked if reason]


def _gross(chain: Chain, load: Load) -> Weighing:
    gross = gross_weighing(chain, load)
    assert gross is not None  # only a visit with a first weighing has loads to close
    return gross


def _before_decision(tx: Session, load: Load, weighing: Weighing) -> Reason | None:
    """A vehicle tips after the decision: what was weighed before is seldom its empty weight."""
    decision = queries.current_decision(tx, load.id)
    if decision is None or (weighing.seq or 0) > (decision.seq or 0):
        return None
    params = {
        "kg": weighing.kg, "weighed_at": weighing.at.isoformat(), "decided_at": decision.at.isoformat(),
    }  # fmt: skip
    return Reason(Code.WEIGHED_BEFORE_DECISION, params)


def _equal_parts(closed: Sequence[Load], gross: Weighing, weighing: Weighing) -> Reason | None:
    """Loads that share one net have equal parts where an arrival says nothing: seldom what was on board."""
    if len({round(load.share, 6) for load in closed}) > 1:
        return None
    params = {"count": len(closed), "kg": known(gross.kg - weighing.kg)}
    return Reason(Code.NET_SHARED_EQUALLY, params)


def _usual_tares(tx: Session, visit: Visit) -> list[float]:
    """What vehicle and trailer weighed together when they left empty, the newest first."""
    pair = (visit.vehicle_id, visit.trailer_id)
    return batches.tares_kg(tx, [pair])[pair][:TARES]
