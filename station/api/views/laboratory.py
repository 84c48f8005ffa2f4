"""What laboratories said, as the counter shows it."""

from station.api import schemas
from station.api.views.view import View
from station.store.tables import LabResult, Sample


def lab_result(view: View, row: LabResult) -> schemas.LabResult:
    return schemas.LabResult(
        barcode=view.tx.get_one(Sample, row.sample_id).barcode,
        **{**row.model_dump(exclude={"sample_id", "source", "note", "seq"}), "by": view.name_of(row.by)},
    )
