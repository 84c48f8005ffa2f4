"""What is told of one capture: everything measured and said of it, and nothing of who brought or owns it.

Names of persons, suppliers, plates and free texts stay at the silo; a phone is its identifier.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from station.store import evidence, queries
from station.store.forms import asked_of
from station.store.laboratory import lab_results
from station.store.tables import Capture, Inspection, Instrument, LabResult, Load, Photo, Reading, Sample

FORMAT = 1
FORM_FIELDS = ("species", "operator_variety")  # answers; a note is free text


def record(tx: Session, capture_id: str) -> dict[str, Any] | None:
    """JSON values; None for an unknown capture. `photos` name the originals by SHA-256."""
    capture = tx.get(Capture, capture_id)
    if capture is None:
        return None
    pairing = queries.pairing_of(tx, capture_id)
    sample = evidence.sample_shown(tx, capture_id)
    load = tx.get(Load, sample.load_id) if sample and sample.load_id else None
    return {
        "format": FORMAT,
        "capture": {
            "id": capture.id,
            "at": capture.at.isoformat(),
            "phone": capture.terminal_id,
            "barcode": capture.barcode,
            "species": capture.species,
            "state": capture.state,
            "form": {name: capture.form[name] for name in FORM_FIELDS if name in capture.form},
        },
        "photos": [_photo(row) for row in evidence.photos_of(tx, capture_id)],
        "pairing": {"state": pairing.state, "code": pairing.code} if pairing else None,
        "sample": _sample(sample) if sample else None,
        "load": _load(tx, load) if load else None,
        "answers": _answers(tx, load) if load else {},
        "readings": [_reading(tx, row) for row in evidence.readings_of(tx, sample.id)] if sample else [],
        "lab": [_lab(row) for row in lab_results(tx, sample.id)] if sample else [],
        "inspections": [_inspection(row) for row in evidence.inspections_of(tx, capture_id)],
    }


def _photo(row: Photo) -> dict[str, Any]:
    return {"original_sha256": row.sha256, "media_type": row.media_type}


def _sample(row: Sample) -> dict[str, Any]:
    return {"id": row.id, "barcode": row.barcode, "kind": row.kind, "species": row.species}


def _load(tx: Session, row: Load) -> dict[str, Any]:
    decision = queries.current_decision(tx, row.id)
    return {
        "id": row.id,
        "species": row.species,
        "declared_variety": row.declared_variety,
        "operator_variety": row.operator_variety,
        "lab_variety": row.lab_variety,
        "claims": row.claims,
        "outcome": row.outcome,
        "decision": {"cell": decision.cell, "overridden": decision.overridden} if decision else None,
    }


def _answers(tx: Session, row: Load) -> dict[str, Any]:
    """By form and question. What was typed freely may name somebody, as may what the form calls personal."""
    found: dict[str, Any] = {}
    for asked in asked_of(tx, row.id, row.species):
        kept = [one.code for one in asked.form.questions if one.kind != "text" and not one.is_personal]
        found[asked.form.name] = {
            "version": asked.form.version,
            "answers": {code: asked.answers[code] for code in kept if code in asked.answers},
        }
    return found


def _reading(tx: Session, row: Reading) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "instrument": row.instrument_id,
        "kind": _kind_of(tx, row),
        "typed": row.typed_by is not None,
        "product": row.product,
        "values": row.values,
        "flags": row.flags,
    }


def _kind_of(tx: Session, reading: Reading) -> str | None:
    """The kind of the instrument that measured."""
    row = tx.get(Instrument, reading.instrument_id) if reading.instrument_id else None
    return row.driver if row else None


def _lab(row: LabResult) -> Mapping[str, Any]:
    return {
        "analyte": row.analyte,
        "value": row.value,
        "comparator": row.comparator,
        "unit": row.unit,
        "basis": row.basis,
        "laboratory": row.laboratory,
        "received_at": row.received_at.isoformat(),
    }


def _inspection(row: Inspection) -> dict[str, Any]:
    """With its kernels: boxes and classes."""
    own = row.source == "station"
    return {
        "model": row.model,
        "version": row.version,
        "sha256": row.sha256,
        "own": own,
        "shadow": row.shadow,
        "at": row.at.isoformat(),
        "accepted": row.accepted,
        "result": evidence.whole_result(row),
    }
