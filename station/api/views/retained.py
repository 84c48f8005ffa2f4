"""What is kept of samples, as the counter shows it."""

from collections.abc import Sequence

from sqlmodel import col, select

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View
from station.store import retained as store
from station.store.tables import CustodyAct, Load, RetainedSample, Sample, SentSample, Supplier, Visit


def retained(view: View, rows: Sequence[RetainedSample]) -> list[schemas.Retained]:
    if not rows:
        return []
    ids = [row.id for row in rows]
    samples = _samples(view, rows)
    custody, why = store.custody_of(view.tx, ids), store.reasons_sent(view.tx, ids)
    view.names_of(act.by for acts in custody.values() for act in acts)
    loads = [sample.load_id for sample in samples.values() if sample.load_id]
    brought, provisional = _brought(view, loads), store.provisional_among(view.tx, loads)
    found = []
    for row in rows:
        sample = samples[row.sample_id]
        acts = custody.get(row.id, [])
        plate, supplier = brought.get(sample.load_id or "", (None, None))
        found.append(
            schemas.Retained(
                **row.model_dump(include={"number", "seal", "place", "parts", "sealed_at", "keep_until"}),
                state=row.state,  # type: ignore[arg-type] # the column holds one of the states
                barcode=sample.barcode,
                kind=sample.kind,  # type: ignore[arg-type] # the column holds one of the kinds
                species=sample.species,
                load_id=sample.load_id,
                plate=plate,
                supplier=supplier,
                holder=_holder(acts),
                blocks=row.blocks.split(),
                due=row.state == store.KEPT and not row.blocks and row.keep_until < view.policy.day(view.now),
                provisional=sample.load_id in provisional,
                why=[_why(view, one) for one in why.get(row.id, [])],
                custody=[_act(view, act) for act in acts],
            )
        )
    return found


def _samples(view: View, rows: Sequence[RetainedSample]) -> dict[str, Sample]:
    wanted = [row.sample_id for row in rows]
    return {row.id: row for row in view.tx.exec(select(Sample).where(col(Sample.id).in_(wanted)))}


def _brought(view: View, load_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Plate and supplier of each load."""
    query = select(Load.id, Visit.plate, Supplier.name).join(Visit, col(Visit.id) == Load.visit_id)
    query = query.join(Supplier, col(Supplier.id) == Visit.supplier_id)
    rows = view.tx.exec(query.where(col(Load.id).in_(load_ids)))
    return {load_id: (plate, supplier) for load_id, plate, supplier in rows}


def _holder(acts: Sequence[CustodyAct]) -> str:
    given = [act for act in acts if act.kind in ("handed_over", "returned")]
    return given[-1].whom if given and given[-1].kind == "handed_over" else ""


def _act(view: View, act: CustodyAct) -> schemas.CustodyAct:
    return schemas.CustodyAct.model_validate(
        {**act.model_dump(exclude={"id", "seq", "retained_id"}), "by": view.name_of(act.by)}
    )


def _why(view: View, one: SentSample) -> schemas.WhySent:
    return schemas.WhySent(
        sending_id=one.sending_id,
        reason=one.reason,  # type: ignore[arg-type] # the column holds one of them
        weight=one.weight,
        reasons=reasons(one.reasons, view.language),
    )
