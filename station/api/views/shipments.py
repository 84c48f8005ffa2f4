"""Shipments as they left, and as they come."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from station.acts.desk import Desk
from station.api import schemas
from station.api.views.view import View
from station.grain.freinte import freinte_of
from station.receival.between_silos.shipments import text_of
from station.store.tables import ExpectedShipment, OwnSite, Shipment

_OF_PAPER = (
    "trailer", "species", "grade", "claims", "regime", "organisation", "driver", "carrier", "kg", "gross_kg",
    "tare_kg", "values", "left_at", "treated", "never_blend",
)  # fmt: skip


def shipments_left(view: View, desk: Desk, rows: Sequence[Shipment]) -> list[schemas.ShipmentLeft]:
    names = _names(view)
    view.names_of(row.by for row in rows)
    return [_left(view, desk, row, names) for row in rows]


def shipments_expected(
    view: View, desk: Desk, rows: Sequence[ExpectedShipment]
) -> list[schemas.ShipmentExpected]:
    names = _names(view)
    return [_expected(row, names, desk.freinte_percent) for row in rows]


def _left(view: View, desk: Desk, row: Shipment, names: dict[str, str]) -> schemas.ShipmentLeft:
    lost = None if row.back_kg is None else freinte_of(row.kg, row.back_kg).kg
    return schemas.ShipmentLeft(
        **_of_paper(row.paper), id=row.id, seq=row.seq or 0, number=row.number, plate=row.plate,
        ended_at=row.ended_at, reason=row.reason, to=row.to_site, to_name=names.get(row.to_site, row.to_site),
        cell=row.cell_id, paper_number=row.paper.get("paper_number", ""), by=view.name_of(row.by) or "",
        state=row.state, back_kg=row.back_kg, freinte_kg=lost,  # type: ignore[arg-type] # one of the states
        text=text_of(desk, row),
    )  # fmt: skip


def _expected(row: ExpectedShipment, names: dict[str, str], limit: float) -> schemas.ShipmentExpected:
    paper = _of_paper(row.paper)
    lost = None
    if row.received_kg is not None and row.paper:
        lost = freinte_of(row.paper["kg"], row.received_kg)
    return schemas.ShipmentExpected(
        **paper, id=row.id, seq=row.seq or 0, number=row.number, plate=row.plate, ended_at=row.ended_at,
        reason=row.reason, from_site=row.from_site,
        from_name=row.paper.get("from_name") or names.get(row.from_site, row.from_site),
        state=row.state, known_by=row.known_by,  # type: ignore[arg-type] # the columns hold one of the words
        verified=row.verified, arrived_at=row.arrived_at, load_id=row.load_id, received_kg=row.received_kg,
        freinte_kg=lost.kg if lost else None, freinte_percent=lost.percent if lost else None,
        is_over_limit=lost is not None and lost.is_over(limit),
    )  # fmt: skip


def _of_paper(paper: dict[str, Any]) -> dict[str, Any]:
    if not paper:
        return {"species": None, "kg": None, "left_at": None}
    return {name: paper[name] for name in _OF_PAPER if name in paper}  # an older release said less


def _names(view: View) -> dict[str, str]:
    return {row.id: row.name for row in view.tx.exec(select(OwnSite)) if row.name}
