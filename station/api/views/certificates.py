"""Claims and certificates as the counter shows them."""

from collections.abc import Iterable, Sequence

from sqlmodel import col, select

from drivers.text import fold
from station.api import schemas
from station.api.language import row_error
from station.api.views.view import View
from station.claims import CLAIMS
from station.grain.claims import satisfied_by
from station.receival.masters.certificate_standing import holding, is_valid
from station.receival.masters.suppliers import usual_claims
from station.receival.masters.table_files import RowError
from station.store.tables import Certificate, Supplier


def certificates(view: View, rows: Sequence[Certificate]) -> list[schemas.Certificate]:
    ids = {row.supplier_id for row in rows}
    named = select(Supplier.id, Supplier.name).where(col(Supplier.id).in_(ids))
    names = dict(view.tx.exec(named).all())
    view.names_of(who for row in rows for who in (row.by, row.withdrawn_by))
    today = view.policy.collecting_day(view.now)
    return [
        schemas.Certificate.model_validate(
            {
                **row.model_dump(exclude={"seq", "supplier_id", "by", "withdrawn_by"}),
                "supplier": names.get(row.supplier_id, ""),
                "holds": is_valid(row, today),
                "by": view.name_of(row.by),
                "withdrawn_by": view.name_of(row.withdrawn_by),
            }
        )
        for row in rows
    ]


def claim_choices(view: View, supplier: str, species: str) -> list[schemas.ClaimChoice]:
    """What a load may claim: what the supplier is certified for first, then what it usually brings, then the
    rest as the catalogue has it."""
    row = view.tx.exec(select(Supplier).where(Supplier.name_key == fold(supplier))).first()
    certified: Iterable[str] = ()
    usual: Iterable[str] = ()
    if row is not None:
        today = view.policy.collecting_day(view.now)
        held = holding(view.tx, [row.id]).get(row.id, ())
        certified = satisfied_by(one.claim for one in held if is_valid(one, today))
        usual = usual_claims(view.tx, row.id)
    choices = [
        schemas.ClaimChoice(
            id=entry.id, needs_certificate=entry.needs_certificate, certified=entry.id in certified,
            usual=entry.id in usual,
        )
        for entry in CLAIMS.entries.values()
        if not species or entry.is_for(species)
    ]  # fmt: skip
    return sorted(choices, key=lambda one: (not one.certified, not one.usual))


def row_errors(view: View, errors: Iterable[RowError]) -> list[schemas.RowError]:
    return [
        schemas.RowError(
            line=one.line, code=one.code, params=dict(one.params),
            message=row_error(one.line, one.code, one.params, view.language),
        )
        for one in errors
    ]  # fmt: skip
