"""Contracts and stored tares as the counter shows them."""

from collections.abc import Sequence

from sqlmodel import select

from drivers.text import fold
from station.acts.desk import Desk
from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.views.view import View
from station.receival.bridge.stored_tares import is_too_old, tares_of
from station.receival.masters.contract_standing import contracts_for, delivered_kg, remaining_t
from station.receival.masters.supplier_matches import leads_to
from station.store import batches
from station.store.tables import StoredTare, Supplier, Visit


def contracts(view: View, supplier: str, species: str) -> list[schemas.Contract]:
    row = view.tx.exec(select(Supplier).where(Supplier.name_key == fold(supplier))).first()
    if row is None or not row.name:
        return []
    known = leads_to(view.tx, row)
    rows = contracts_for(view.tx, known, view.policy.campaign, species)
    delivered = delivered_kg(view.tx, rows)
    return [
        schemas.Contract(
            **one.model_dump(exclude={"seq", "number_key", "supplier_id"}),
            supplier=known.name, delivered_kg=delivered[one.id],
            remaining_t=remaining_t(one, delivered[one.id]),
        )
        for one in rows
    ]  # fmt: skip


def tares(view: View, desk: Desk, rows: Sequence[StoredTare]) -> list[schemas.StoredTare]:
    ids = {one for row in rows for one in (row.vehicle_id, row.trailer_id) if one}
    plates = batches.plates(view.tx, sorted(ids))
    view.names_of(row.by for row in rows)
    return [
        schemas.StoredTare(
            id=row.id, plate=plates[row.vehicle_id], trailer=plates.get(row.trailer_id or "", ""), kg=row.kg,
            weighed_at=row.weighed_at, by=view.name_of(row.by) or "",
            counts=not is_too_old(desk, row, view.now),
        )
        for row in rows
    ]  # fmt: skip


def tare_of_visit(view: View, desk: Desk, visit_id: str) -> schemas.StoredTare | None:
    visit = view.tx.get(Visit, visit_id)
    if visit is None:
        raise NotFound(Fault.UNKNOWN_VISIT, id=visit_id)
    pair = (visit.vehicle_id, visit.trailer_id)
    found = tares_of(view.tx, [pair]).get(pair)
    return tares(view, desk, [found])[0] if found else None
