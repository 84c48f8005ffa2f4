"""Outbound visits as they stand, and their delivery notes."""

from collections.abc import Sequence

from sqlmodel import col, select

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View, external_of
from station.printing.delivery_lines import delivery_text
from station.receival.leaving.outbound_loading import limit_kg
from station.receival.leaving.outbound_orders import left_kg
from station.store.tables import DeliveryNote, OutboundLoading, OutboundOrder, OutboundVisit, Weighing


def outbound_visits(view: View, rows: Sequence[OutboundVisit]) -> list[schemas.OutboundVisit]:
    """With what was loaded and weighed, in a fixed number of questions."""
    ids = [row.id for row in rows]
    loadings = select(OutboundLoading).where(col(OutboundLoading.outbound_id).in_(ids))
    loaded = view.tx.exec(loadings.order_by(col(OutboundLoading.seq))).all()
    weighed = {one for row in rows for one in (row.empty_weighing_id, row.full_weighing_id) if one}
    weights = dict(view.tx.exec(select(Weighing.id, Weighing.kg).where(col(Weighing.id).in_(weighed))).all())
    of_notes = select(DeliveryNote.outbound_id, DeliveryNote.number)
    numbers = dict(view.tx.exec(of_notes.where(col(DeliveryNote.outbound_id).in_(ids))).all())
    return [
        _visit(view, row, [one for one in loaded if one.outbound_id == row.id], weights, numbers.get(row.id))
        for row in rows
    ]


def delivery_notes(view: View, rows: Sequence[DeliveryNote]) -> list[schemas.DeliveryNote]:
    return [_note(view, row) for row in rows]


def outbound_orders(view: View, rows: Sequence[OutboundOrder]) -> list[schemas.OutboundOrder]:
    return [
        schemas.OutboundOrder(
            number=row.number, campaign=row.campaign, buyer=row.buyer, species=row.species,
            grade=row.grade or None, claims=row.claims, tonnes=row.tonnes, left_kg=left_kg(view.tx, row),
        )
        for row in rows
    ]  # fmt: skip


def state_of(row: OutboundVisit) -> str:
    """What it waits for, or how it ended."""
    if row.outcome is not None:
        return row.outcome
    if row.is_fit is False:
        return "unfit"
    if row.full_weighing_id is not None:
        return "loading"
    if row.is_fit is None:
        return "arrived"
    return "empty" if row.empty_weighing_id is not None else "fit"


def _visit(
    view: View, row: OutboundVisit, loaded: Sequence[OutboundLoading], weights: dict[str, float],
    number: int | None,
) -> schemas.OutboundVisit:  # fmt: skip
    cells: dict[str, float] = {}
    for one in loaded:
        cells[one.cell_id] = cells.get(one.cell_id, 0.0) + one.kg
    return schemas.OutboundVisit(
        id=row.id, seq=row.seq or 0, state=state_of(row),  # type: ignore[arg-type] # one of the states
        plate=row.plate, trailer=row.trailer_plate, buyer=row.buyer, destination=row.destination,
        order=row.order_number, carrier=row.carrier, driver=row.driver, species=row.species, grade=row.grade,
        claims=row.claims, campaign=row.campaign, axles=row.axles, limit_kg=limit_kg(row),
        unfit=reasons(row.unfit, view.language), empty_kg=weights.get(row.empty_weighing_id or ""),
        full_kg=weights.get(row.full_weighing_id or ""),
        loaded=[schemas.Loaded(cell=cell, kg=kg) for cell, kg in cells.items() if kg],
        number=number, note=row.note, arrived_at=row.arrived_at, ended_at=row.ended_at,
        reason=row.outcome_reason, **external_of(row),
    )  # fmt: skip


def _note(view: View, row: DeliveryNote) -> schemas.DeliveryNote:
    told, bulletin = row.document, row.document["bulletin"]
    return schemas.DeliveryNote(
        number=row.number, paper_number=row.paper_number, seq=row.seq or 0, outbound_id=row.outbound_id,
        state=row.state,  # type: ignore[arg-type] # one of the states
        at=row.at, by=told["by"], plate=told["plate"], buyer=told["buyer"], order=row.order_number,
        species=told["species"], net_kg=row.net_kg, back_kg=row.back_kg, reason=row.reason,
        values={name: schemas.BulletinValue(**one) for name, one in bulletin["values"].items()},
        limits=[schemas.GradeLimit(**one) for one in bulletin["limits"]],
        text=delivery_text(told, view.language), document=told, signature=row.signature,
    )  # fmt: skip
