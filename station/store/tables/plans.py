"""What the cells are for this season."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered


class StoragePlan(Numbered, table=True):
    """Says what a cell is for (plan de stockage): species, grade, claims, the tonnes wanted in it and those
    expected by week ({"2026-W29": tonnes}). The newest row of a person holds, else the newest of the site
    file (`by` None)."""

    __tablename__ = "storage_plan"
    __table_args__ = (Index("ix_storage_plan_cell", "cell_id", "seq"),)

    id: str = Field(primary_key=True)
    cell_id: str = Field(foreign_key="cell.id")
    species: str | None = None
    grade: str | None = None
    claims: list[str] = Field(default_factory=list, sa_type=JSON)
    target_kg: float | None = None
    expected: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    by: str | None = None
    why: str = ""
