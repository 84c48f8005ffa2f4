"""These rows keep what laboratories say of samples. They are appended, never edited."""

from datetime import datetime

from sqlmodel import Field

from station.store.tables.base import Numbered


class LabResult(Numbered, table=True):
    """Records a third party's value for a sample. A correction is a new row that supersedes.

    `received_at` is when the laboratory's word came, `at` when it was recorded; `source` says how."""

    __tablename__ = "lab_result"

    id: str = Field(primary_key=True)
    sample_id: str = Field(foreign_key="sample.id", index=True)
    analyte: str
    value: float
    unit: str
    basis: str | None = None
    laboratory: str
    received_at: datetime
    at: datetime
    by: str
    source: str = "typed"
    note: str = ""
    supersedes_id: str | None = Field(default=None, foreign_key="lab_result.id", unique=True)
