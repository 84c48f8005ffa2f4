"""A visit with its chain of weighings, vehicles and suppliers."""

from station.api import schemas
from station.api.language import reasons
from station.api.views import rows
from station.api.views.view import View, external_of, instrument_name
from station.receival.chain import Chain
from station.store import queries
from station.store.tables import Supplier, Vehicle, Visit


def visit(view: View, row: Visit) -> schemas.Visit:
    chain = queries.chain_of(view.tx, row.id)
    return schemas.Visit(
        **rows.visit_fields(view, row, chain),
        note=row.note,
        entered_by=view.name_of(row.entered_by) or "",
        weighings=_chain(view, chain),
        **external_of(row),
    )


def _chain(view: View, chain: Chain) -> list[schemas.ChainWeighing]:
    return [
        schemas.ChainWeighing(
            id=weighing.id,
            role=use.role,  # type: ignore[arg-type] # a use in a visit has one of the roles
            kg=weighing.kg,
            at=weighing.at,
            rule=weighing.rule,
            instrument=weighing.port_id,
            instrument_name=instrument_name(view, weighing.instrument_id),
            remarks=reasons(weighing.remarks, view.language),
            sealed_number=weighing.sealed_number,
            typed_by=view.name_of(weighing.typed_by),
            confirmed_by=view.name_of(use.by) or "",
        )
        for use, weighing in chain
    ]


def vehicle(view: View, row: Vehicle) -> schemas.Vehicle:
    known = view.tx.get(Supplier, row.supplier_id) if row.supplier_id else None
    return schemas.Vehicle(
        plate=row.plate,
        supplier=known.name if known else None,
        species=row.species,
        loads=row.loads,
        last_tare_kg=queries.last_tare_kg(view.tx, row.id),
        **external_of(row),
    )


def supplier(row: Supplier) -> schemas.Supplier:
    return schemas.Supplier(id=row.id, name=row.name, **external_of(row))
