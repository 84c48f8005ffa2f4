"""What laboratories said, as the counter shows it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlmodel import col, select

from station.api import schemas
from station.api.language import lab_file_problem, wait_text
from station.api.views.view import View
from station.lab.files.result import RowError
from station.lab.importing import RowTaken, Taken
from station.store.comparing import Row
from station.store.tables import LabResult, Sample


def lab_results(view: View, rows: Sequence[LabResult]) -> list[schemas.LabResult]:
    if not rows:
        return []
    ids = [row.sample_id for row in rows if row.sample_id]
    samples = {one.id: one for one in view.tx.exec(select(Sample).where(col(Sample.id).in_(ids)))}
    view.names_of([row.by for row in rows])
    return [_lab_result(view, row, samples.get(row.sample_id or "")) for row in rows]


def lab_result(view: View, row: LabResult) -> schemas.LabResult:
    return lab_results(view, [row])[0]


def _lab_result(view: View, row: LabResult, sample: Sample | None) -> schemas.LabResult:
    told = row.model_dump(exclude={"sample_id", "source", "note", "seq", "waits_for", "by"})
    waits = [_wait(code, view.language) for code in row.waits_for]
    by = view.name_of(row.by) or ""
    return schemas.LabResult(barcode=sample.barcode if sample else None, waits_for=waits, by=by, **told)


def lab_file(taken: Taken, language: str, *, dry_run: bool) -> schemas.LabFile:
    return schemas.LabFile(
        sha256=taken.sha256,
        dry_run=dry_run,
        is_repeated=taken.is_repeated,
        counts=taken.counts,
        rows=[_row(one, language) for one in taken.rows],
        rejected=[_rejection(one, language) for one in taken.rejected],
    )


def measurement(row: Row) -> schemas.Measurement:
    value, sample = row
    return schemas.Measurement(
        barcode=sample.barcode, **value.model_dump(exclude={"movement_id", "superseded_by"})
    )


def _row(row: RowTaken, language: str) -> schemas.LabRow:
    return schemas.LabRow(**{**asdict(row), "waits_for": [_wait(code, language) for code in row.waits_for]})


def _wait(code: str, language: str) -> schemas.Reason:
    return schemas.Reason(code=code, message=wait_text(code, language))


def _rejection(error: RowError, language: str) -> schemas.LabRejection:
    message = lab_file_problem(error.line, error.code, error.params, language)
    return schemas.LabRejection(line=error.line, code=error.code, params=error.params, message=message)
