"""Ask by name which corrections there are, and which are in force."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from drivers.reading import Analyte, Basis, Unit, is_known
from station.grain.correcting import Correction
from station.store.tables import Correction as CorrectionRow
from station.store.tables import CorrectionAct

PROPOSED, APPROVED, DECLINED, ENDED = "proposed", "approved", "declined", "ended"
_BASES = frozenset(basis.value for basis in Basis)  # a share's "by mass" is none of them
_LATER: Any = select(func.max(CorrectionAct.seq)).where(CorrectionAct.correction_id == CorrectionRow.id)


def with_newest_act(
    tx: Session, at: datetime | None = None, *, states: Collection[str] = ()
) -> Sequence[tuple[CorrectionRow, CorrectionAct]]:
    """Return the corrections, oldest first, each with its newest act (by `at`, where it is said): that act is
    the state in which it is. `states`: only those."""
    newest = _LATER if at is None else _LATER.where(CorrectionAct.at <= at)
    query = select(CorrectionRow, CorrectionAct).join(
        CorrectionAct,
        (col(CorrectionAct.correction_id) == CorrectionRow.id)
        & (col(CorrectionAct.seq) == newest.correlate(CorrectionRow).scalar_subquery()),
    )
    query = query.where(col(CorrectionAct.act).in_(states)) if states else query
    return list(tx.exec(query.order_by(col(CorrectionRow.seq))))


def in_force(tx: Session, at: datetime | None = None) -> list[CorrectionRow]:
    """Return the corrections that are approved and did not end, oldest first."""
    return [row for row, _ in with_newest_act(tx, at, states=(APPROVED,))]


def acts_of(tx: Session, correction_id: str) -> Sequence[CorrectionAct]:
    """Return what was done with a correction, oldest first."""
    query = select(CorrectionAct).where(CorrectionAct.correction_id == correction_id)
    return sorted(tx.exec(query), key=lambda act: act.seq or 0)


def applicable(
    rows: Iterable[CorrectionRow], method: str, sources: Collection[str | None], species: str | None,
    release: str = "",
) -> list[Correction]:  # fmt: skip
    """Return what corrects values of these sources and species, in a fixed order. One of the species alone
    goes before one of all species. `release`: the model that a phone's values are of; another model errs
    otherwise."""
    found: dict[tuple[str, str], CorrectionRow] = {}
    for row in sorted(rows, key=lambda row: (row.species is not None, row.seq or 0)):
        is_its = row.method == method and row.source in sources and row.species in (None, species)
        if is_its and is_known(row.analyte) and row.evidence.get("release", "") == release:
            found[row.source, row.analyte] = row
    return [_correction(found[key]) for key in sorted(found)]


def _correction(row: CorrectionRow) -> Correction:
    basis = Basis(row.basis) if row.basis in _BASES else None
    return Correction(row.id, row.source, Analyte(row.analyte), row.bias, row.u, Unit(row.unit), basis)
