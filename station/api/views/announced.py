"""Announced apports, and who may be at the gate."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from drivers.text import fold
from station.api import schemas
from station.api.views import visits
from station.api.views.view import View
from station.grain import identifying
from station.store import queries
from station.store.tables import AnnouncedArrival, Supplier


def announced(view: View, rows: Sequence[AnnouncedArrival]) -> list[schemas.Announced]:
    names = _names(view, rows)
    return [schemas.Announced(**_facts(row, names)) for row in rows]


def answer(view: View, row: AnnouncedArrival, did: str) -> schemas.AnnouncedAnswer:
    return schemas.AnnouncedAnswer(**_facts(row, _names(view, [row])), did=did)  # type: ignore[arg-type]


def candidates(view: View, found: Sequence[identifying.Candidate]) -> list[schemas.Candidate]:
    rows = {row.id: row for one in found if one.id and (row := view.tx.get(AnnouncedArrival, one.id))}
    shown = {one.id: one for one in announced(view, list(rows.values()))}
    return [_candidate(view, one, shown.get(one.id or "")) for one in found]


def _candidate(view: View, one: identifying.Candidate, row: schemas.Announced | None) -> schemas.Candidate:
    vehicle = None if row else _vehicle(view, one.plate)
    return schemas.Candidate(how=one.how.value, plate=one.plate, announced=row, vehicle=vehicle)


def _facts(row: AnnouncedArrival, names: dict[str, str]) -> dict[str, Any]:
    return {
        **row.model_dump(exclude={"loads"}), "trailer": row.trailer_plate,
        "supplier": names.get(row.supplier_id, ""),
        "loads": [{name: load[name] for name in schemas.AnnouncedLoad.model_fields} for load in row.loads],
    }  # fmt: skip


def _names(view: View, rows: Sequence[AnnouncedArrival]) -> dict[str, str]:
    wanted = {row.supplier_id for row in rows}
    return dict(view.tx.exec(select(Supplier.id, Supplier.name).where(col(Supplier.id).in_(wanted))).all())


def _vehicle(view: View, plate: str) -> schemas.Vehicle | None:
    known = visits.vehicles(view, queries.vehicles_like(view.tx, fold(plate), 1))
    return known[0] if known else None
