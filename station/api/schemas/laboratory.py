"""What laboratories say of samples."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.common import Barcode, In, Moment, Name, Number, Slug, Text


class LabResultIn(In):
    """In the analyte's own unit. `received_at`: when the laboratory's word came; now, if not said.
    `despite_remarks`: the person was asked whether a value that is not usual of the species is right."""

    barcode: Barcode
    analyte: Slug
    value: Number
    basis: Literal["as_is", "dm", "m12", "m13_5"] | None = None
    laboratory: Name
    received_at: Moment | None = None
    note: Text = ""
    despite_remarks: bool = False


class LabResult(BaseModel):
    id: str
    barcode: str
    analyte: str
    value: float
    unit: str
    basis: str | None
    laboratory: str
    received_at: datetime
    at: datetime
    by: str
    supersedes_id: str | None
