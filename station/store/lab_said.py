"""Ask what laboratories said last of an analyte, of loads and of composite samples."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from drivers.text import fold
from station.grain.expecting import LabSaid
from station.store.tables import LabResult, Load, Sample

MOST = 200  # of an analyte: what is older tells little of this week's grain
_BASES = frozenset(basis.value for basis in Basis)


def lab_said(tx: Session, analytes: Collection[Analyte]) -> dict[Analyte, tuple[LabSaid, ...]]:
    """Return the newest results of each, newest first: one question an analyte, however many there are."""
    return {analyte: _newest(tx, analyte) for analyte in sorted(analytes)}


def _newest(tx: Session, analyte: Analyte) -> tuple[LabSaid, ...]:
    query = (
        select(*_COLUMNS)
        .join(Sample, col(Sample.id) == LabResult.sample_id)
        .join(Load, col(Load.id) == Sample.load_id, isouter=True)
        .where(
            LabResult.analyte == analyte.value,
            LabResult.state == "accepted",
            col(LabResult.current).is_(True),
            LabResult.comparator == "",
            col(Sample.kind).in_(["load", "composite"]),
        )
        .order_by(col(LabResult.seq).desc())
        .limit(MOST)
    )
    return tuple(_said(*row) for row in tx.exec(query))


# Columns, not rows: this is asked with every commit.
_COLUMNS: Any = (
    LabResult.value, LabResult.uncertainty, LabResult.basis, LabResult.received_at, Sample.species,
    Sample.kind, Load.lab_variety, Load.operator_variety, Load.declared_variety,
)  # fmt: skip


def _said(
    value: float, u: float | None, basis: str | None, at: datetime, species: str | None, kind: str,
    *varieties: str | None,
) -> LabSaid:  # fmt: skip
    known = Basis(basis) if basis in _BASES else None
    return LabSaid(species or "", _first(varieties), kind == "composite", value, u, known, at)


def variety_of(load: Load) -> str:
    """The best known variety of a load, folded."""
    return _first((load.lab_variety, load.operator_variety, load.declared_variety))


def _first(varieties: Iterable[str | None]) -> str:
    return fold(next(filter(None, varieties), ""))
