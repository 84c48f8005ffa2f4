"""Cells and pits, and the site as its file describes it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from drivers.reading import grain_analytes, needs_basis
from station.acts.desk import Desk
from station.api import schemas
from station.api.language import reason
from station.api.views.view import View, external_of
from station.claims import CLAIMS
from station.grain.cells import CellState
from station.grain.past import Standing
from station.lab.marks import cells_to_confirm
from station.receival.packs.pack_standing import installed_packs
from station.receival.storage import cells as stored
from station.receival.storage.filling import paces
from station.receival.storage.joining import against_joining
from station.store.tables import Cell, Line, Pit
from ui.words.i18n import LANGUAGES


def cells(view: View) -> list[schemas.Cell]:
    rows = {row.id: row for row in view.tx.exec(select(Cell))}
    contents, doubted = stored.contents(view.tx), cells_to_confirm(view.tx, view.holds())
    standings = {id_: standing for id_, (_, standing) in contents.items()}
    states = stored.states(view.tx)
    full_at = {cell: one.full_at for cell, one in paces(view.tx, view.policy, states, view.now).items()}
    return [
        _cell(
            rows[state.id],
            state,
            *contents[state.id],
            _blends_into(rows[state.id], rows.values(), standings),
            doubted.get(state.id, set()),
            view.language,
            full_at.get(state.id),
        )
        for state in states
    ]


def _blends_into(source: Cell, cells: Iterable[Cell], standings: Mapping[str, Standing]) -> list[str]:
    grain = standings[source.id].grain(source.claims, is_quarantine=source.role == "quarantine")
    return sorted(
        cell.id
        for cell in cells
        if cell is not source and not against_joining(source, grain, cell, standings[cell.id])
    )


def _cell(
    row: Cell,
    state: CellState,
    content: dict[str, Any],
    standing: Standing,
    blends_into: list[str],
    doubted: set[str],
    language: str,
    full_at: datetime | None,
) -> schemas.Cell:
    flags = stored.flags_of(standing, row.claims, row.role)
    return schemas.Cell.model_validate(
        {
            **asdict(state),
            "name": row.name,
            "claims": row.claims,
            "full_at": full_at,
            **external_of(row),
            "free_t": state.free_t,
            "quality": content,
            "blends_into": blends_into,
            "to_confirm": [analyte for analyte in content if analyte in doubted],
            "flags": [reason(one.code, one.params, language) for one in flags],
            "lost": sorted(standing.lost(row.claims)),
        }
    )


def site(view: View, desk: Desk) -> schemas.Site:
    reached, policy = stored.pits_of_cells(view.tx), view.policy
    pits = [
        schemas.Pit(
            id=pit.id, name=pit.name, cells=sorted(cell for cell, pits in reached.items() if pit.id in pits)
        )
        for pit in view.tx.exec(select(Pit).order_by(col(Pit.id)))
    ]
    return schemas.Site.model_validate(
        {
            **asdict(policy),
            "id": policy.site,
            "name": policy.site_name,
            "claims": list(CLAIMS.entries),
            "pits": pits,
            "analytes": _analytes(view),
            "on_basis": [analyte for analyte in grain_analytes() if needs_basis(analyte)],
            "called": _called(view),
            "treatments": [asdict(one) for one in desk.treatments],
            "observes": desk.observes,
            "stored_tare_days": desk.stored_tare_days,
            "names": {entry["id"]: entry["name"] for entry in policy.own_entries},
        }
    )


def _called(view: View) -> dict[str, dict[str, dict[str, str]]]:
    """The names that persons know pits, cells, lines and grades by."""
    places: Mapping[str, Iterable[Pit | Cell | Line]] = {
        "pit": view.tx.exec(select(Pit)),
        "cell": view.tx.exec(select(Cell)),
        "line": view.tx.exec(select(Line)),
    }
    called = {
        kind: {row.id: dict.fromkeys(LANGUAGES, row.name) for row in rows} for kind, rows in places.items()
    }
    grades = (grade for pack in installed_packs(view.tx) for grade in pack.grades)
    return {**called, "grade": {grade.id: dict(grade.name) for grade in grades}}


def _analytes(view: View) -> list[str]:
    """What can be measured or typed of a sample: the site's own instruments' analytes first."""
    own = {analyte.value for analyte in view.policy.instrument_order}
    return sorted(grain_analytes(), key=lambda analyte: analyte not in own)
