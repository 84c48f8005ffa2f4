"""Laboratory results that headquarters imported for all silos: what is a station's is judged there, once. One
that comes before its sample waits for it by the sample's number."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from station.lab.matching import sample_named
from station.lab.recording import UNKNOWN_SAMPLE, Judged, Said, judge, open_points, record, said_by
from station.store.engine import Ledger
from station.store.tables import LabResult

SOURCE = "headquarters"
_TEXTS = ("sought", "laboratory", "comparator", "method", "citation", "report", "lab_number", "hub_id")
_NUMBERS = ("nitrogen_factor", "uncertainty")


def written_result(said: Said) -> dict[str, Any]:
    """Return what travels of a result, as JSON values."""
    return {
        "analyte": said.analyte.value,
        "value": said.value,
        "basis": said.basis.value if said.basis else None,
        "reported_on": said.reported_on.isoformat() if said.reported_on else None,
        "line": said.line,
        **{name: getattr(said, name) for name in (*_TEXTS, *_NUMBERS)},
    }


def read_result(told: Mapping[str, Any]) -> Said:
    """Return a result that `written_result` wrote. Raises KeyError, TypeError and ValueError."""
    for name in _TEXTS:
        if not isinstance(told[name], str):
            raise TypeError(f"{name}: a text")
    factor, uncertainty = (None if told[name] is None else float(told[name]) for name in _NUMBERS)
    basis, day, line = told["basis"], told["reported_on"], told["line"]
    return Said(
        analyte=Analyte(told["analyte"]), value=float(told["value"]), basis=Basis(basis) if basis else None,
        reported_on=date.fromisoformat(day) if day else None, line=None if line is None else int(line),
        source=SOURCE, nitrogen_factor=factor, uncertainty=uncertainty,
        **{name: told[name] for name in _TEXTS},
    )  # fmt: skip


def record_all(ledger: Ledger, results: Iterable[Said], by: str, at: datetime) -> int:
    """Judge and record results; those that are here already, by headquarters' number or by what they say,
    change nothing. Return how many are new."""
    new = 0
    with ledger.write() as tx:
        for said in results:
            if said.hub_id and _is_here(tx, said.hub_id):
                continue
            judged = judge(tx, said)
            if not judged.is_known:
                record(tx, judged, by, at)
                new += 1
    return new


def take_up(ledger: Ledger, at: datetime) -> None:
    """Judge what waited for a sample that is here now."""
    with ledger.read() as tx:
        ids = [row.id for row in _without_sample(tx) if sample_named(tx, row.sought) is not None]
    if not ids:
        return
    with ledger.write() as tx:
        for row in [row for row in _without_sample(tx) if row.id in ids]:
            sample = sample_named(tx, row.sought)
            if sample is not None:
                said = said_by(row)
                points = tuple(open_points(tx, said, sample.id))
                judged = Judged(said, sample.id, None, points, row, is_known=False)
                record(tx, judged, row.by, at, received_at=row.received_at, note=row.note)


def _without_sample(tx: Session) -> list[LabResult]:
    query = select(LabResult).where(LabResult.state == "waiting", col(LabResult.current).is_(True))
    rows = tx.exec(query.order_by(col(LabResult.seq))).all()
    return [row for row in rows if row.source == SOURCE and UNKNOWN_SAMPLE in row.waits_for]


def _is_here(tx: Session, hub_id: str) -> bool:
    return tx.exec(select(LabResult.id).where(col(LabResult.hub_id) == hub_id).limit(1)).first() is not None
