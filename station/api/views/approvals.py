"""Approvals, waivers, visual checks and who may approve, with names."""

from typing import Any

from station.api import schemas
from station.api.views.view import View
from station.store.tables import Approval, VisualCheck, Waiver


def approval(view: View, row: Approval) -> schemas.Approval:
    what: dict[str, Any] = {name: row.what[name] for name in ("rules", "lacking", "cell", "pit")}
    return schemas.Approval.model_validate(
        {
            **what,
            "id": row.id,
            "challenge": row.challenge,
            "load_id": row.load_id,
            "approver": view.name_of(row.approver_id),
            "until": row.until,
            "standing": row.is_standing,
            "state": row.state,
        }
    )


def waiver(view: View, row: Waiver) -> schemas.Waiver:
    return schemas.Waiver(
        id=row.id,
        species=row.species,
        analyte=row.analyte,
        at=row.at,
        by=view.name_of(row.by) or "",
        approved_by=view.name_of(row.approved_by) or "",
        reason=row.reason,
    )


def visual_check(view: View, row: VisualCheck) -> schemas.VisualCheck:
    return schemas.VisualCheck(at=row.at, by=view.name_of(row.by) or "", findings=row.findings, note=row.note)
