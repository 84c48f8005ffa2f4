"""Readings, captures and inspections: what speaks of a sample."""

from collections.abc import Mapping, Sequence
from typing import Any

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View, instrument_name, pairing_reason, values_of
from station.store import queries
from station.store.evidence import STATION, captures_of, inspections_of, photos_of, readings_of
from station.store.tables import Capture, Inspection, Reading, Sample, Terminal


def reading(view: View, row: Reading, used: Mapping[str, Any]) -> schemas.Reading:
    """`used`: the results of the load's assessment, by analyte."""
    return schemas.Reading(
        id=row.id,
        at=row.at,
        device=row.port_id,
        instrument_id=row.instrument_id,
        instrument_name=instrument_name(view, row.instrument_id),
        typed_by=view.name_of(row.typed_by),
        product=row.product,
        barcode=row.barcode,
        values=values_of(row.values),
        flags=row.flags,
        remarks=reasons(row.remarks, view.language),
        used_for=[analyte for analyte, result in used.items() if result["reading_id"] == row.id],
        pairing=pairing_reason(queries.pairing_of(view.tx, row.id), view.language),
    )


def readings_of_samples(
    view: View, samples: Sequence[Sample], used: Mapping[str, Any]
) -> list[schemas.Reading]:
    rows = [row for sample in samples for row in readings_of(view.tx, sample.id)]
    return [reading(view, row, used) for row in sorted(rows, key=lambda row: (row.at, row.id))]


def capture(view: View, row: Capture) -> schemas.Capture:
    """A capture is refused when no active model of the station could judge its photos."""
    inspections = inspections_of(view.tx, row.id)
    own = [one.accepted for one in inspections if one.source == STATION and not one.shadow]
    pairing = queries.pairing_of(view.tx, row.id)
    return schemas.Capture(
        id=row.id,
        at=row.at,
        phone=view.tx.get_one(Terminal, row.terminal_id).name,
        barcode=row.barcode,
        photos=[photo.sha256 for photo in photos_of(view.tx, row.id)],
        state="refused" if own and not any(own) else row.state,  # type: ignore[arg-type] # a state of ours
        inspections=[inspection(view, one) for one in inspections],
        pairing=pairing_reason(pairing, view.language),
        unpaired=pairing is not None and pairing.state == "unpaired",
    )


def captures_of_samples(view: View, samples: Sequence[Sample]) -> list[schemas.Capture]:
    return [capture(view, row) for row in captures_of(view.tx, [sample.id for sample in samples])]


def inspection(view: View, row: Inspection) -> schemas.Inspection:
    result = row.result
    return schemas.Inspection(
        id=row.id,
        model=row.model,
        version=row.version,
        sha256=row.sha256,
        task=result.get("task"),
        shadow=row.shadow,
        accepted=row.accepted,
        reasons=reasons(result["reasons"], view.language),
        kernels=result["kernels"],
        cut=result["cut"],
        card=result.get("card", False),
        mm_per_px=result.get("mm_per_px"),
        sizes=result.get("sizes"),
        colour=result.get("colour"),
        classes=result["classes"],
        mass=result.get("mass", {}),
        spread=result.get("spread"),
        numbers=result.get("numbers") or {},
        species=result["species"],
        seconds=result["seconds"],
        at=row.at,
    )


def sample(view: View, row: Sample) -> schemas.Sample:
    proposal = queries.current_proposal(view.tx, row.load_id) if row.load_id else None
    used = proposal.assessment["results"] if proposal else {}
    return schemas.Sample(
        id=row.id,
        barcode=row.barcode,
        kind=row.kind,  # type: ignore[arg-type] # the column holds one of the kinds
        load_id=row.load_id,
        species=row.species,
        entered_at=row.entered_at,
        ended_at=row.ended_at,
        readings=readings_of_samples(view, [row], used),
    )
