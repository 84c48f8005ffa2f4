"""What was proposed and decided, with its reasons in words."""

from collections.abc import Mapping
from typing import Any

from drivers.reading import UNIT_OF, Analyte, is_known
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
        ranked=[ranked(view, one) for one in result["ranked"]],
        refused=[
            schemas.Refused(cell=one["cell"], reasons=reasons(one["reasons"], view.language))
            for one in result["refused"]
        ],
        ask=_ask(result.get("ask")),
    )


def ranked(view: View, one: Mapping[str, Any]) -> schemas.Ranked:
    """Proposals of older engines say no odds. Euros are for managers: they are not sent to terminals."""
    after = one.get("after")
    return schemas.Ranked(
        cell=one["cell"],
        pit=one["pit"],
        score=one["score"],
        reasons=reasons(one["reasons"], view.language),
        p_load_ok=one.get("p_load_ok"),
        p_cell_ok=one.get("p_cell_ok"),
        after=None
        if after is None
        else schemas.CellAfter(
            t=after["t"],
            content={
                name: schemas.CellMean(unit=UNIT_OF[Analyte(name)].value, **mean)
                for name, mean in after.items()
                if name != "t" and is_known(name)
            },
        ),
    )


def _ask(asked: Mapping[str, Any] | None) -> schemas.MeasureAgain | None:
    if asked is None:
        return None
    return schemas.MeasureAgain(analyte=asked["analyte"], minutes=asked["minutes"])


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
