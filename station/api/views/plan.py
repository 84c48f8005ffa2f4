"""The storage plan as the counter shows it."""

from sqlmodel import select

from station.api import schemas
from station.api.language import reason
from station.api.views.view import View
from station.receival.storage import cells, filling
from station.receival.storage.plan_standing import in_force
from station.store.tables import Cell


def plan_lines(view: View) -> list[schemas.PlanLine]:
    """Every cell in the order of their ids."""
    states = cells.states(view.tx)
    plans, paces = in_force(view.tx), filling.paces(view.tx, view.policy, states, view.now)
    week = filling.week_of(view.policy, view.policy.collecting_day(view.now))
    arrived = filling.arrived_t(view.tx, week)
    view.names_of(row.by for row in plans.values())
    flags = _flags(view)
    found = []
    for state in states:
        row, pace = plans.get(state.id), paces.get(state.id)
        expected = row.expected if row else {}
        found.append(
            schemas.PlanLine(
                cell=state.id, species=state.species, grade=state.grade, claims=sorted(state.claims),
                target_t=state.target_t, expected=expected, week=week.name,
                expected_t=expected.get(week.name), arrived_t=arrived.get(state.id, 0.0),
                content_t=state.content_t, reserved_t=state.reserved_t, room_t=filling.room_t(state),
                pace_t_h=pace.t_an_hour if pace else None, full_at=pace.full_at if pace else None,
                planned=row is not None, at=row.at if row else None,
                by=view.name_of(row.by) if row else None, why=row.why if row else "",
                flags=flags[state.id],
            )
        )  # fmt: skip
    return found


def _flags(view: View) -> dict[str, list[schemas.Reason]]:
    """What went into each cell says what it honours no more."""
    rows = {row.id: row for row in view.tx.exec(select(Cell))}
    return {
        id_: [
            reason(one.code, one.params, view.language)
            for one in cells.flags_of(standing, rows[id_].claims, rows[id_].role)
        ]
        for id_, (_, standing) in cells.contents(view.tx).items()
    }
