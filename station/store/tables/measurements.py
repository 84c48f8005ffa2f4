"""The flat record that serves every comparison."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Measurement(SQLModel, table=True):
    """One value of one analyte by one method, flat. It is derived from its source row (a reading, an
    inspection, a laboratory result) by `station.store.measurements` alone, which can make it again.

    `seq` is the source row's. What a corrected laboratory report said before stays, with the row that
    supersedes it as `superseded_by`. `sample_id`, `load_id`, `species` and `variety` (the declared one)
    follow what the ledger says of the sample; only a load's own sample has a `load_id`. `movement_id` is the
    movement out that a customer analysed.

    `basis` is the moisture basis, and of a share of kernels `by_count` or `by_mass`: a photo counts,
    laboratory and machine weigh. `mass_value` is what a photo's share is by estimated mass. `comparator` "<"
    or ">": the value is a limit. `uncertainty` is what the source states: the standard uncertainty of an
    instrument or a photo, a laboratory's as it was reported."""

    __tablename__ = "measurement"
    __table_args__ = (
        Index("ix_measurement_of_method", "analyte", "method", "at", "seq"),
        Index("ix_measurement_of_sample", "sample_id", "analyte"),
    )

    source_id: str = Field(primary_key=True)
    analyte: str = Field(primary_key=True)
    method: str = Field(primary_key=True)  # phone, machine, lab, customer
    replicate: int = Field(default=1, primary_key=True)
    seq: int
    sample_id: str | None = Field(default=None, foreign_key="sample.id")
    load_id: str | None = Field(default=None, foreign_key="load.id")
    movement_id: str | None = Field(default=None, foreign_key="cell_movement.id")
    species: str | None = None
    variety: str = ""
    source: str = ""  # serial number of the instrument; phone; laboratory
    release: str = ""  # of the model: name and version
    value: float
    comparator: str = ""
    unit: str
    basis: str | None = None
    mass_value: float | None = None
    nitrogen_factor: float | None = None
    uncertainty: float | None = None
    at: datetime
    superseded_by: str | None = None
