"""Control samples, holds, adjustments and standards, as they are shown."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlmodel import Session

from station.acts.desk import Watching
from station.api import schemas
from station.api.views.view import View
from station.lab import controls, holds, standards
from station.lab.controls import source_name
from station.lab.standards import Campaign
from station.store.tables import Adjustment, ControlCheck, ControlTarget, Hold, HoldAct, Sample

MOST_VALUES = 200  # of a hold that are shown, the newest


def control(view: View, sample: Sample, targets: Sequence[ControlTarget]) -> schemas.Control:
    said = [{**row.model_dump(), "by": view.name_of(row.by)} for row in targets]
    apart = [row.model_dump() for row in controls.not_compared(view.tx, sample.id)]
    return schemas.Control.model_validate({**sample.model_dump(), "targets": said, "not_compared": apart})


def due(view: View, watching: Watching) -> schemas.ControlsDue:
    found = controls.controls_due(view.tx, watching, view.now)
    ending = controls.expiring(view.tx, watching, view.policy.day(view.now))
    return schemas.ControlsDue.model_validate(
        {
            "controls": [asdict(one) for one in found],
            "verifications": [{**asdict(one), "instrument_id": one.instrument} for one in ending],
        }
    )


def hold_rows(view: View, rows: Sequence[Hold]) -> list[schemas.Hold]:
    acts = holds.acts_of(view.tx, [row.id for row in rows])
    view.names_of(act.by for act in acts.values())
    return [schemas.Hold.model_validate(_hold(view, row, acts.get(row.id))) for row in rows]


def hold_in_full(view: View, row: Hold, watching: Watching) -> schemas.HoldInFull:
    act = holds.acts_of(view.tx, [row.id]).get(row.id)
    values = holds.held_values(view.tx, row, MOST_VALUES)
    near = holds.near_limit(view.tx, watching, row)
    return schemas.HoldInFull.model_validate(
        {
            **_hold(view, row, act),
            "values": [asdict(one) for one in values],
            "near_limit": [asdict(one) for one in near],
        }
    )


def _hold(view: View, row: Hold, act: HoldAct | None) -> dict[str, object]:
    ended = {}
    if act is not None:
        ended = {
            "outcome": act.act, "reason": act.reason, "correction_id": act.correction_id,
            "ended_at": act.at, "ended_by": view.name_of(act.by),
        }  # fmt: skip
    return {
        **row.model_dump(exclude={"ended"}),
        "name": source_name(view.tx, row.method, row.source),
        "check": _check(view.tx, row.check_id),
        **asdict(holds.extent(view.tx, row)),
        **ended,
    }


def _check(tx: Session, check_id: str) -> dict[str, object]:
    check = tx.get_one(ControlCheck, check_id)
    target = tx.get_one(ControlTarget, check.target_id)
    return {
        "barcode": tx.get_one(Sample, check.sample_id).barcode,
        "value": check.value,
        "target": target.value,
        "unit": target.unit,
        "basis": target.basis,
        "tolerance": target.tolerance,
        "passed": check.passed,
        "at": check.at,
    }


def adjustment(view: View, row: Adjustment) -> schemas.Adjustment:
    name = view.instrument_name(row.instrument_id) or row.instrument_id
    return schemas.Adjustment.model_validate({**row.model_dump(), "name": name, "by": view.name_of(row.by)})


def campaign(row: Campaign) -> schemas.StandardsCampaign:
    return schemas.StandardsCampaign.model_validate(asdict(row))


def verdicts(view: View, name: str) -> list[schemas.StandardsVerdict]:
    return [
        schemas.StandardsVerdict.model_validate({**asdict(one), "campaign": name})
        for one in standards.verdicts(view.tx, name)
    ]
