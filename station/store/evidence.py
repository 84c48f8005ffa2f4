"""Ask in one place what speaks of a sample: its readings, captures, photos and inspections, and the sample
that a capture shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis, Flag, Unit, Value
from station.grain.assessed import Evidence
from station.grain.reasons import Reason
from station.store.tables import Capture, Frame, Inspection, Pairing, Photo, Reading, Sample

_KERNELS: Any = Inspection.kernels
STATION = "station"  # the source of an inspection by a model of the station itself


@dataclass(frozen=True, slots=True)
class CapturePhotos:
    """Names the photos of one capture (SHA-256, in their order) and the species that was declared (None:
    any). `attempts`: how often the light box has begun with it."""

    capture_id: str
    photos: tuple[str, ...]
    species: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class CaptureSeen:
    """A capture and what the models that were active then said of it."""

    capture: Capture
    inspections: tuple[Inspection, ...]


def readings_of(tx: Session, sample_id: str) -> Sequence[Reading]:
    """Return the readings paired with a sample, oldest first."""
    return readings_by_sample(tx, [sample_id]).get(sample_id, [])


def readings_by_sample(tx: Session, sample_ids: Sequence[str]) -> dict[str, list[Reading]]:
    """The readings paired with each of these samples, oldest first."""
    rows = tx.exec(
        select(Pairing.sample_id, Reading)
        .join(Reading, col(Pairing.item_id) == Reading.id)
        .where(
            col(Pairing.sample_id).in_(sample_ids),
            Pairing.item_kind == "reading",
            col(Pairing.current).is_(True),
        )
        .order_by(col(Reading.seq))
    )
    found: dict[str, list[Reading]] = defaultdict(list)
    for sample_id, reading in rows:
        found[sample_id or ""].append(reading)
    return found


def newest_readings(tx: Session, sample_ids: Sequence[str], most: int) -> Sequence[Reading]:
    """The readings that were paired last with any of these samples."""
    query = select(Reading).join(Pairing, col(Pairing.item_id) == Reading.id)
    return list(tx.exec(_paired(query, "reading", sample_ids).limit(most)))


def newest_captures(tx: Session, sample_ids: Sequence[str], most: int) -> Sequence[Capture]:
    """The captures that were paired last with any of these samples, oldest first."""
    query = select(Capture).join(Pairing, col(Pairing.item_id) == Capture.id)
    rows = tx.exec(_paired(query, "capture", sample_ids).limit(most)).all()
    return sorted(rows, key=lambda row: row.seq or 0)


def _paired(query: Any, kind: str, sample_ids: Sequence[str]) -> Any:
    """Narrow a query to what is paired with these samples, the newest pairing first."""
    is_theirs = col(Pairing.sample_id).in_(sample_ids)
    query = query.where(is_theirs, Pairing.item_kind == kind, col(Pairing.current).is_(True))
    return query.order_by(col(Pairing.seq).desc())


def evidence_of(readings: Iterable[Reading]) -> list[Evidence]:
    """Readings as `assess` takes them."""
    return [
        Evidence(
            reading_id=row.id,
            instrument=row.port_id,
            typed_by=row.typed_by,
            at=row.at,
            values=_values(row),
            flags=frozenset(Flag(flag) for flag in row.flags),
            remarks=tuple(Reason.from_dict(remark) for remark in row.remarks),
            uncertainty={Analyte(name): u for name, u in row.uncertainty.items()},
            source=row.instrument_id,
            legal_for=frozenset(Analyte(name) for name in row.legal_for),
        )
        for row in readings
    ]


def frames_of(tx: Session, frame_ids: Iterable[str | None]) -> dict[str, bytes]:
    """The bytes of each of these frames."""
    wanted = {one for one in frame_ids if one}
    return dict(tx.exec(select(Frame.id, Frame.data).where(col(Frame.id).in_(wanted))).all())


def captures_seen(tx: Session, sample_ids: Sequence[str]) -> dict[str, list[CaptureSeen]]:
    """The captures paired with each of these samples, oldest first, with what active models said of them."""
    rows = tx.exec(
        select(Pairing.sample_id, Capture)
        .join(Capture, col(Pairing.item_id) == Capture.id)
        .where(
            col(Pairing.sample_id).in_(sample_ids),
            Pairing.item_kind == "capture",
            col(Pairing.current).is_(True),
        )
        .order_by(col(Capture.seq))
    ).all()
    said = _inspections(tx, [capture.id for _, capture in rows]) if rows else {}
    found: dict[str, list[CaptureSeen]] = defaultdict(list)
    for sample_id, capture in rows:
        found[sample_id or ""].append(CaptureSeen(capture, tuple(said.get(capture.id, ()))))
    return found


def _inspections(tx: Session, capture_ids: Sequence[str]) -> dict[str, list[Inspection]]:
    """By capture, without shadows and without the kernels, oldest first."""
    query = select(Inspection).options(defer(_KERNELS))
    query = query.where(col(Inspection.capture_id).in_(capture_ids), col(Inspection.shadow).is_(False))
    found: dict[str, list[Inspection]] = defaultdict(list)
    for row in tx.exec(query.order_by(col(Inspection.seq))):
        found[row.capture_id].append(row)
    return found


def sample_shown(tx: Session, capture_id: str) -> Sample | None:
    """Return the sample that a capture shows, where it is paired."""
    query = (
        select(Sample)
        .join(Pairing, col(Pairing.sample_id) == Sample.id)
        .where(Pairing.item_id == capture_id, col(Pairing.current).is_(True))
    )
    return tx.exec(query).first()


def samples_shown(tx: Session, captures: Sequence[str]) -> dict[str, Sample]:
    """The sample that each of these captures shows, where it is paired."""
    query = select(Pairing.item_id, Sample).join(Sample, col(Sample.id) == Pairing.sample_id)
    query = query.where(col(Pairing.item_id).in_(captures), col(Pairing.current).is_(True))
    return dict(tx.exec(query).all())


def photos_of(tx: Session, capture_id: str) -> Sequence[Photo]:
    return tx.exec(select(Photo).where(Photo.capture_id == capture_id).order_by(col(Photo.position))).all()


def photos_by_capture(tx: Session, capture_ids: Sequence[str]) -> dict[str, list[Photo]]:
    query = select(Photo).where(col(Photo.capture_id).in_(capture_ids)).order_by(col(Photo.position))
    found: dict[str, list[Photo]] = defaultdict(list)
    for row in tx.exec(query):
        found[row.capture_id].append(row)
    return found


def all_inspections(tx: Session, capture_ids: Sequence[str]) -> dict[str, list[Inspection]]:
    """What every model said of these captures, oldest first, without the kernels."""
    query = select(Inspection).options(defer(_KERNELS)).where(col(Inspection.capture_id).in_(capture_ids))
    found: dict[str, list[Inspection]] = defaultdict(list)
    for row in sorted(tx.exec(query), key=lambda row: row.seq or 0):
        found[row.capture_id].append(row)
    return found


def capture_photos(tx: Session, capture: Capture) -> CapturePhotos:
    hashes = tuple(photo.sha256 for photo in photos_of(tx, capture.id))
    return CapturePhotos(capture.id, hashes, declared_species(tx, capture), capture.attempts)


def declared_species(tx: Session, capture: Capture) -> str | None:
    """Return the species that a capture is declared as: of its form, else of its sample; None where none is
    said."""
    if capture.species is not None:
        return capture.species
    sample = sample_shown(tx, capture.id)
    return sample.species if sample else None


def inspections_of(tx: Session, capture_id: str) -> Sequence[Inspection]:
    """Return what every model said of a capture, oldest first."""
    query = select(Inspection).where(Inspection.capture_id == capture_id)
    return tx.exec(query.order_by(col(Inspection.seq))).all()


def whole_result(row: Inspection) -> dict[str, Any]:
    """The inspection's dictionary with its kernels, as the model gave it."""
    if row.kernels is None:
        return row.result
    if "photos" not in row.result:
        return {**row.result, "kernel_list": row.kernels[0]}
    photos = [
        {**photo, "kernel_list": kernels}
        for photo, kernels in zip(row.result["photos"], row.kernels, strict=True)
    ]
    return {**row.result, "kernel_list": [], "photos": photos}


def inspected_by(tx: Session, capture_id: str) -> Sequence[str]:
    """Return the station's models (SHA-256) that have inspected a capture."""
    query = select(Inspection.sha256).where(Inspection.capture_id == capture_id, Inspection.source == STATION)
    return tx.exec(query).all()


def _values(row: Reading) -> dict[Analyte, Value]:
    return {
        Analyte(name): Value(v["value"], Unit(v["unit"]), Basis(v["basis"]) if v["basis"] else None)
        for name, v in row.values.items()
    }
