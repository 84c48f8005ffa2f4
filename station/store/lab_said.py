"""Ask what laboratories said last of an analyte, of loads and of composite samples."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import union_all
from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from drivers.text import fold
from station.grain.expecting import LabSaid
from station.store.tables import LabResult, Load, Sample

MOST = 200  # of an analyte: what is older tells little of this week's grain
_BASES = frozenset(basis.value for basis in Basis)


def lab_said(tx: Session, analytes: Collection[Analyte]) -> dict[Analyte, tuple[LabSaid, ...]]:
    """Return the newest results of each, in any order, by one question however many there are."""
    found: dict[Analyte, list[LabSaid]] = {analyte: [] for analyte in sorted(analytes)}
    if found:
        newest = union_all(*(select(_newest(analyte).subquery()) for analyte in found))
        for analyte, *told in tx.connection().execute(newest):
            found[Analyte(analyte)].append(_said(*told))
    return {analyte: tuple(said) for analyte, said in found.items()}


def _newest(analyte: Analyte) -> Any:
    return (
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


# Columns, not rows: this is asked with every commit.
_COLUMNS: Any = (
    LabResult.analyte, LabResult.value, LabResult.uncertainty, LabResult.basis, LabResult.received_at,
    Sample.species, Sample.kind, Load.lab_variety, Load.operator_variety, Load.declared_variety,
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
