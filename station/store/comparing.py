"""Ask for the values that a comparison of methods stands on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, not_, select

from station.store.holds import is_released
from station.store.pages import TimePlace, later
from station.store.tables import Measurement, Sample

Row = tuple[Measurement, Sample]


def values_of_method(
    tx: Session, analyte: str, method: str, since: datetime | None, until: datetime | None,
    species: str | None, after: TimePlace, most: int,
) -> Sequence[Row]:  # fmt: skip
    """Return what one method said of samples in a time (`until` is excluded), oldest first, with the sample;
    what was superseded is left out, and what a manager released."""
    query = _holding(tx, analyte).where(Measurement.method == method)
    query = query.where(col(Measurement.at) >= since) if since else query
    query = query.where(col(Measurement.at) < until) if until else query
    query = query.where(Measurement.species == species) if species else query
    query = later(query, Measurement.at, Measurement.seq, after)
    return list(tx.exec(query.order_by(col(Measurement.at), col(Measurement.seq)).limit(most)))


def values_of_samples(
    tx: Session, analyte: str, methods: Collection[str], sample_ids: Collection[str]
) -> Sequence[Row]:
    """Return what these methods said of these samples at any time."""
    query = _holding(tx, analyte).where(col(Measurement.sample_id).in_(sample_ids))
    query = query.where(col(Measurement.method).in_(methods))
    return list(tx.exec(query.order_by(col(Measurement.seq))))


def _holding(tx: Session, analyte: str) -> Any:
    query = select(Measurement, Sample).join(Sample, col(Sample.id) == Measurement.sample_id)
    query = query.where(Measurement.analyte == analyte, col(Measurement.superseded_by).is_(None))
    return query.where(not_(is_released(tx, analyte)))
