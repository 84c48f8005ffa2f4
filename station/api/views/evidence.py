"""Readings, captures and inspections: what speaks of a sample."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlmodel import col, select

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View, pairing_reason, values_of
from station.lab.marks import held_analytes, held_of_captures
from station.store import batches, queries
from station.store.evidence import (
    STATION,
    all_inspections,
    newest_captures,
    newest_readings,
    photos_by_capture,
)
from station.store.photos import PhotoCount, photos_taken
from station.store.tables import Capture, Hold, Inspection, Pairing, Photo, Reading, Sample, Terminal

MOST_READINGS, MOST_CAPTURES = 200, 50  # of one load or sample that are shown, the newest


def reading(view: View, row: Reading, used: Mapping[str, Any]) -> schemas.Reading:
    """`used`: the results of the load's assessment, by analyte."""
    return _readings(view, [row], used)[0]


def _readings(view: View, rows: Sequence[Reading], used: Mapping[str, Any]) -> list[schemas.Reading]:
    pairings = batches.pairings_of(view.tx, [row.id for row in rows])
    view.names_of(row.typed_by for row in rows)
    held = view.holds()
    return [_reading(view, row, used, pairings.get(row.id), held) for row in rows]


def _reading(
    view: View, row: Reading, used: Mapping[str, Any], pairing: Pairing | None, held: Sequence[Hold]
) -> schemas.Reading:
    return schemas.Reading(
        id=row.id,
        at=row.at,
        device=row.port_id,
        instrument_id=row.instrument_id,
        instrument_name=view.instrument_name(row.instrument_id),
        typed_by=view.name_of(row.typed_by),
        product=row.product,
        barcode=row.barcode,
        values=values_of(row.values),
        flags=row.flags,
        remarks=reasons(row.remarks, view.language),
        used_for=[analyte for analyte, result in used.items() if result["reading_id"] == row.id],
        pairing=pairing_reason(pairing, view.language),
        to_confirm=held_analytes(held, row),
    )


def readings_of_samples(
    view: View, samples: Sequence[Sample], used: Mapping[str, Any]
) -> list[schemas.Reading]:
    """Oldest first; of a sample that is measured again and again the newest."""
    rows = newest_readings(view.tx, [sample.id for sample in samples], MOST_READINGS)
    return _readings(view, sorted(rows, key=lambda row: (row.at, row.id)), used)


def capture(view: View, row: Capture) -> schemas.Capture:
    return _captures(view, [row])[0]


def _captures(view: View, rows: Sequence[Capture]) -> list[schemas.Capture]:
    ids, tx = [row.id for row in rows], view.tx
    photos, said, pairings = (
        photos_by_capture(tx, ids),
        all_inspections(tx, ids),
        batches.pairings_of(tx, ids),
    )
    held = held_of_captures(tx, view.holds(), ids)
    wanted = {row.terminal_id for row in rows}
    phones = dict(tx.exec(select(Terminal.id, Terminal.name).where(col(Terminal.id).in_(wanted))).all())
    return [
        _capture(view, row, phones[row.terminal_id], photos[row.id], said[row.id], pairings.get(row.id), held)
        for row in rows
    ]


def _capture(
    view: View, row: Capture, phone: str, photos: Sequence[Photo], inspections: Sequence[Inspection],
    pairing: Pairing | None, held: Mapping[str, list[str]],
) -> schemas.Capture:  # fmt: skip
    """A capture is refused when no active model of the station could judge its photos."""
    own = [one.accepted for one in inspections if one.source == STATION and not one.shadow]
    return schemas.Capture(
        id=row.id,
        at=row.at,
        phone=phone,
        barcode=row.barcode,
        photos=[photo.sha256 for photo in photos],
        state="refused" if own and not any(own) else row.state,  # type: ignore[arg-type] # a state of ours
        inspections=[inspection(view, one) for one in inspections],
        pairing=pairing_reason(pairing, view.language),
        unpaired=pairing is not None and pairing.state == "unpaired",
        to_confirm=held.get(row.id, []),
    )


def photo_day(view: View, day: date) -> schemas.PhotoDay:
    found = photos_taken(view.tx, view.policy.day_spans(day))
    names = view.names_of(found.by_person)
    return schemas.PhotoDay(
        day=day,
        **_counts(found.whole),
        people=[
            schemas.PersonsPhotos(name=names[by], **_counts(count)) for by, count in found.by_person.items()
        ],
        reasons={code: schemas.PhotoCount(**_counts(count)) for code, count in found.by_reason.items()},
    )


def _counts(count: PhotoCount) -> dict[str, int]:
    return {**asdict(count), "not_taken": count.not_taken}


def captures_of_samples(view: View, samples: Sequence[Sample]) -> list[schemas.Capture]:
    return _captures(view, newest_captures(view.tx, [sample.id for sample in samples], MOST_CAPTURES))


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
        outlines=result.get("outlines"),
        by_area=result.get("by_area"),
        cut=result["cut"],
        judged=result.get("judged"),
        card=result.get("card", False),
        mm_per_px=result.get("mm_per_px"),
        sizes=result.get("sizes"),
        colour=result.get("colour"),
        classes=result["classes"],
        mass=result.get("mass", {}),
        unseen=result.get("unseen", []),
        grams=result.get("grams"),
        remarks=reasons(result.get("remarks", []), view.language),
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
