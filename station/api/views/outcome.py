"""What was proposed and decided, with its reasons in words."""

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View
from station.store.tables import Decision, Proposal


def proposal(view: View, row: Proposal) -> schemas.Proposal:
    result = row.result
    return schemas.Proposal(
        id=row.id,
        at=row.at,
        cell=row.cell,
        pit=row.pit,
        hold=row.hold,
        load_t=row.load_t,
        rule_pack=row.rule_pack,
        reasons=reasons(result["reasons"], view.language),
        ranked=[
            schemas.Ranked(
                cell=one["cell"],
                pit=one["pit"],
                score=one["score"],
                reasons=reasons(one["reasons"], view.language),
            )
            for one in result["ranked"]
        ],
        refused=[
            schemas.Refused(cell=one["cell"], reasons=reasons(one["reasons"], view.language))
            for one in result["refused"]
        ],
    )


def decision(view: View, row: Decision) -> schemas.Decision:
    return schemas.Decision(
        id=row.id,
        at=row.at,
        by=view.name_of(row.by) or "",
        cell=row.cell,
        pit=row.pit,
        proposal_id=row.proposal_id,
        overridden=row.overridden,
        reason=row.reason,
        guard=row.guard,  # type: ignore[arg-type] # the column holds rules
        approved_by=view.name_of(row.approved_by),
    )
