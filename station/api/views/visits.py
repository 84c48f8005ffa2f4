"""A visit with its chain of weighings, vehicles and suppliers."""

from collections.abc import Sequence

from station.api import schemas
from station.api.language import reasons
from station.api.views import rows
from station.api.views.view import View, external_of
from station.store import batches
from station.store.batches import Chain
from station.store.tables import Supplier, Vehicle, Visit


def visit(view: View, row: Visit) -> schemas.Visit:
    chains = batches.chains_by_visit(view.tx, [row.id])
    (fields,) = rows.visit_fields(view, [row], chains)
    return schemas.Visit(
        **fields,
        note=row.note,
        entered_by=view.name_of(row.entered_by) or "",
        weighings=_chain(view, chains.get(row.id, ())),
        **external_of(row),
    )


def _chain(view: View, chain: Chain) -> list[schemas.ChainWeighing]:
    return [
        schemas.ChainWeighing(
            id=weighing.id,
            part=use.part or None,  # type: ignore[arg-type] # the column holds one of these
            role=use.role,  # type: ignore[arg-type] # a use in a visit has one of the roles
            kg=weighing.kg,
            at=weighing.at,
            rule=weighing.rule,
            instrument=weighing.port_id,
            instrument_name=view.instrument_name(weighing.instrument_id),
            remarks=reasons(weighing.remarks, view.language),
            sealed_number=weighing.sealed_number,
            typed_by=view.name_of(weighing.typed_by),
            confirmed_by=view.name_of(use.by) or "",
        )
        for use, weighing in chain
    ]


def vehicles(view: View, rows: Sequence[Vehicle]) -> list[schemas.Vehicle]:
    suppliers = batches.supplier_names(view.tx, [row.supplier_id for row in rows if row.supplier_id])
    tares = batches.tares_kg(view.tx, [(row.id, row.trailer_id) for row in rows])
    trailers = batches.plates(view.tx, [row.trailer_id for row in rows if row.trailer_id])
    return [
        schemas.Vehicle(
            plate=row.plate,
            trailer=trailers.get(row.trailer_id or ""),
            supplier=suppliers.get(row.supplier_id or ""),
            species=row.species,
            loads=row.loads,
            last_tare_kg=next(iter(tares[row.id, row.trailer_id]), None),
            **external_of(row),
        )
        for row in rows
    ]


def supplier(row: Supplier) -> schemas.Supplier:
    return schemas.Supplier(id=row.id, name=row.name, **external_of(row))
