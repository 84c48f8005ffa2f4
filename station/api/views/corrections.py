"""Corrections as the counter shows them."""

from collections.abc import Sequence
from typing import Any

from station.api import schemas
from station.api.views.view import View
from station.lab.controls import source_name
from station.store.corrections import acts_of, with_newest_act
from station.store.tables import Correction, Spread


def listed(view: View, states: Sequence[str], most: int) -> list[schemas.Correction]:
    """Newest first."""
    rows = with_newest_act(view.tx, states=states)[-most:]
    return [correction(view, row) for row, _ in reversed(rows)]


def correction(view: View, row: Correction) -> schemas.Correction:
    acts: list[dict[str, Any]] = [
        {**act.model_dump(include={"act", "at", "reason"}), "by": view.name_of(act.by)}
        for act in acts_of(view.tx, row.id)
    ]
    return schemas.Correction.model_validate(
        {
            **row.model_dump(exclude={"seq"}),
            "source_name": source_name(view.tx, row.method, row.source),
            "state": acts[-1]["act"],
            "acts": acts,
        }
    )


def spread(view: View, row: Spread, *, in_force: bool) -> schemas.SiteSpread:
    return schemas.SiteSpread.model_validate(
        {
            **row.model_dump(exclude={"seq", "terminal_id", "act", "by"}),
            "phone": row.terminal_id,
            "phone_name": source_name(view.tx, "phone", row.terminal_id),
            "state": row.act,
            "in_force": in_force,
            "by": view.name_of(row.by),
        }
    )
