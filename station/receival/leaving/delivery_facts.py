"""What a delivery note and its analysis bulletin say, as facts; words come in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.receival.clocks.clock_acts import time_doubt
from station.receival.leaving.outbound import newest_check, weight_of
from station.receival.leaving.outbound_loading import limit_kg
from station.receival.leaving.outbound_orders import left_kg, open_order
from station.receival.packs.pack_standing import pack_in_force
from station.receival.storage import cells
from station.store.names import names_of
from station.store.tables import (
    Cell,
    CellMovement,
    DeliveryNote,
    Instrument,
    OutboundSample,
    OutboundVisit,
    RetainedSample,
    Sample,
    Weighing,
)

Json = dict[str, Any]


def document(
    tx: Session, desk: Desk, row: OutboundVisit, note: DeliveryNote, gone: Sequence[CellMovement]
) -> Json:
    """Gathers all that the paper says. `bulletin`: the mean of what left, by analyte, with its standard
    uncertainty `u` and measurements `n` where they are known, of `known_t` tonnes, and the name and limits of
    its grade. Names stand as they are printed."""
    empty, full = weight_of(tx, row.empty_weighing_id), weight_of(tx, row.full_weighing_id)
    assert empty is not None  # what was loaded was weighed before
    assert full is not None
    check = newest_check(tx, row.id)
    names = names_of(tx, [note.by, empty.typed_by, full.typed_by, check.by if check else None])
    doubt = time_doubt(tx)
    return {
        "site": desk.policy.site_name, "campaign": note.campaign, "number": note.number,
        "at": note.at.isoformat(), **({"time_doubt": doubt} if doubt else {}),
        "by": names.get(note.by, note.by), "plate": row.plate, "trailer": row.trailer_plate,
        "arrived_at": row.arrived_at.isoformat(), "buyer": row.buyer, "destination": row.destination,
        "order": row.order_number, "order_left_kg": _left(tx, row, note),
        "carrier": row.carrier, "driver": row.driver, "species": row.species,
        "grade": row.grade, "claims": row.claims, "regime": gone[0].regime,
        "organisation": gone[0].organisation, "empty": _weight(tx, empty, names),
        "full": _weight(tx, full, names), "limit_kg": limit_kg(row), "net_kg": note.net_kg,
        "loaded": [_loaded(tx, one) for one in gone],
        "transport": _transport(check, names) if check else None,
        "samples": _samples(tx, row.id), "bulletin": bulletin(tx, desk, row, gone),
        "treated": sorted({name for one in gone for name in one.grain.get("treated", ())}),
    }  # fmt: skip


def bulletin(tx: Session, desk: Desk, row: OutboundVisit, gone: Sequence[CellMovement]) -> Json:
    """The analysis bulletin (bulletin d'analyse) of these movements together."""
    values: Json = {}
    for one in gone:
        values = cells.taken(values, -one.kg, one.values)
    pack = pack_in_force(tx, gone[0].at, species=row.species)
    grade = pack.grade(row.grade) if pack and row.grade else None
    told = [one for one in grade.criteria if one.kind != "information"] if grade else []
    return {
        "values": {
            name: {key: one.get(key) for key in ("value", "unit", "basis", "u", "n", "known_t")}
            for name, one in sorted(values.items())
        },
        "limits": [
            {
                "analyte": one.analyte.value, "op": one.op.value, "limit": one.limit, "unit": one.unit.value,
                "basis": one.basis.value if one.basis else None,
            }
            for one in told
        ],
        "grade_name": dict(grade.name) if grade else {},
        "rule_pack": pack.sha256 if pack and grade else None,
    }  # fmt: skip


def _left(tx: Session, row: OutboundVisit, note: DeliveryNote) -> float | None:
    """What is left of the order after this note."""
    order = open_order(tx, row.order_number, row.campaign) if row.order_number else None
    before = left_kg(tx, order) if order else None
    return None if before is None else round(before - note.net_kg, 3)


def _loaded(tx: Session, one: CellMovement) -> Json:
    return {"cell": one.cell_id, "cell_name": tx.get_one(Cell, one.cell_id).name, "kg": -one.kg}


def _transport(check: Any, names: Mapping[str, str]) -> Json:
    return {
        "previous": check.previous, "findings": check.findings, "note": check.note,
        "at": check.at.isoformat(), "by": names.get(check.by, check.by),
    }  # fmt: skip


def _samples(tx: Session, outbound_id: str) -> list[Json]:
    query = select(RetainedSample, Sample.barcode).join(Sample, col(Sample.id) == RetainedSample.sample_id)
    query = query.join(OutboundSample, col(OutboundSample.sample_id) == Sample.id)
    rows = tx.exec(query.where(OutboundSample.outbound_id == outbound_id).order_by(col(RetainedSample.seq)))
    return [
        {"number": kept.number, "barcode": barcode, "seal": kept.seal, "parts": kept.parts}
        for kept, barcode in rows
    ]


def _weight(tx: Session, weighing: Weighing, names: Mapping[str, str]) -> Json:
    instrument = tx.get(Instrument, weighing.instrument_id) if weighing.instrument_id else None
    return {
        "kg": weighing.kg, "at": weighing.at.isoformat(), "rule": weighing.rule,
        "instrument": instrument.name if instrument else None,
        "serial_number": instrument.serial_number if instrument else None,
        "sealed_number": weighing.sealed_number,
        "typed_by": names.get(weighing.typed_by or "", weighing.typed_by), "remarks": weighing.remarks,
    }  # fmt: skip
