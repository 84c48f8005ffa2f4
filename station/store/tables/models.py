"""Models are releases, and what was done with them is appended, never edited."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered


class ModelRelease(SQLModel, table=True):
    """Records one version of one model; its bundle lies in `models/` under `sha256` and stays for replay.

    `origin` is shipped (came with the station) or installed; `signature` is the detached signature as it
    came and `signed_by` the trusted key that made it."""

    sha256: str = Field(primary_key=True)
    name: str
    version: str
    task: str
    species: list[str] = Field(default_factory=list, sa_type=JSON)
    manifest: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    installed_at: datetime
    origin: str = "installed"
    signature: str | None = None
    signed_by: str | None = None


class ReleaseAct(Numbered, table=True):
    """Records what was done with a release, for one task and species: installed, promoted, rolled_back,
    set_aside or retired. Its status at any time follows from these rows (`station.models.standing`).

    `by` None: the station itself, by the standing policy `policy_id` or because the model does not run.
    `data` of an installation holds what the acceptance set gave on this machine."""

    __tablename__ = "release_act"

    id: str = Field(primary_key=True)
    sha256: str = Field(foreign_key="modelrelease.sha256", index=True)
    task: str
    species: str
    act: str
    at: datetime
    by: str | None = None
    why: str = ""
    policy_id: str | None = Field(default=None, foreign_key="promotion_policy.id")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class PromotionPolicy(Numbered, table=True):
    """Records a standing order of a manager for one task and species: approved or withdrawn. The newest row
    holds."""

    __tablename__ = "promotion_policy"

    id: str = Field(primary_key=True)
    task: str
    species: str
    act: str  # approved, withdrawn
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    by: str
    why: str = ""
