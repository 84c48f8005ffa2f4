"""A typed weight is held to what the bridge can show, as its verification plate says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from station.acts.desk import Actor, SitePolicy
from station.acts.refusals import Fault, Invalid, NotFound
from station.grain.bridge import remarks_on_weight, why_not_shown
from station.grain.reasons import Reason
from station.grain.remarks import remarks_on
from station.receival.arrivals.loads import check_number
from station.receival.measuring.instruments import Plugged, plugged
from station.receival.measuring.remarked import check_asked
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Weighing


@dataclass(frozen=True, slots=True)
class Held:
    """What is recorded of a typed weight beside its kilograms; `despite`: what the person answered for."""

    bridge: Plugged | None
    remarks: Sequence[dict[str, Any]]
    despite: Sequence[str]


def hold_to_bridge(
    tx: Session, policy: SitePolicy, kg: float, port_id: str | None, day: date, *, despite_remarks: bool
) -> Held:
    """Raises Invalid(weight_too_light, weight_over_max, bridge_not_said), NotFound(unknown_port), and
    Conflict(not_a_division) unless `despite_remarks` says that the person was asked about it."""
    check_number("weight", kg)
    if kg < policy.minimum_kg:
        raise Invalid(Fault.WEIGHT_TOO_LIGHT, kg=kg, minimum_kg=policy.minimum_kg)
    bridge = bridge_at(tx, port_id)
    plate = bridge.instrument if bridge else None
    if plate is not None and plate.max_kg is not None and kg > plate.max_kg:
        raise Invalid(Fault.WEIGHT_OVER_MAX, kg=kg, bridge=plate.name, max_kg=plate.max_kg)
    found: list[Reason] = []
    if (asked := why_not_shown(kg, plate.division_kg if plate else None)) is not None:
        found.append(asked)
    if plate is not None:
        found += [*remarks_on_weight(kg, plate), *remarks_on(plate, {}, day)]
    remarks = [reason.as_dict() for reason in found]
    return Held(bridge, remarks, check_asked(remarks, despite_remarks))


def record_typed(
    tx: Session, policy: SitePolicy, kg: float, weighed_at: datetime, note: str, actor: Actor, at: datetime,
    *, bridge: str | None, despite_remarks: bool,
) -> Weighing:  # fmt: skip
    """Record a weight that somebody read; it is offered like a measured one. Raises what `hold_to_bridge`
    raises."""
    held = hold_to_bridge(tx, policy, kg, bridge, policy.day(weighed_at), despite_remarks=despite_remarks)
    weighing = Weighing(
        id=new_id(at), kg=kg, at=weighed_at, rule="typed", typed_by=actor.id, note=note,
        remarks=list(held.remarks),
        instrument_id=held.bridge.instrument.id if held.bridge else None,
        port_id=held.bridge.assignment.port_id if held.bridge else None,
    )  # fmt: skip
    tx.add(weighing)
    audit.record(
        tx, "weighing_taken", at, by=actor.id, terminal=actor.terminal, subject_id=weighing.id,
        data={
            "kg": kg, "rule": "typed", "port": weighing.port_id, "remarks": weighing.remarks,
            "despite": list(held.despite),
        },
    )  # fmt: skip
    return weighing


def bridge_at(tx: Session, port_id: str | None) -> Plugged | None:
    """The bridge that showed the weight: the one named, or the only one there is."""
    bridges = {name: each for name, each in plugged(tx).items() if each.instrument.category == "weighbridge"}
    if port_id is not None:
        if port_id not in bridges:
            raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
        return bridges[port_id]
    if len(bridges) > 1:
        raise Invalid(Fault.BRIDGE_NOT_SAID, known=sorted(bridges))
    return next(iter(bridges.values()), None)
