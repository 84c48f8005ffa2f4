"""Models as releases, and how they compare."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import SEEN, In, Name, Slug, Text

Version = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), SEEN]
ReleaseStatus = Literal["shadow", "active", "superseded", "rolled_back", "set_aside", "retired"]


class Compared(BaseModel):
    """Test minus reference. Fewer than 10 pairs are `not_enough_samples`, and nothing is concluded."""

    n: int
    verdict: Literal["compared", "not_enough_samples"]
    bias: float | None = None
    bias_interval: tuple[float, float] | None = None
    sd: float | None = None
    limits: tuple[float, float] | None = None
    outer_limits: tuple[float, float] | None = None


class ModelEvidence(Compared):
    """Model minus laboratory or machine for one analyte, shares in per cent by estimated mass.
    `contradicted`: how often the other's value lies outside the model's own 95 % limits."""

    analyte: str
    against: Literal["lab", "machine"]
    contradicted: int


class Agreement(BaseModel):
    """With the active model on the same captures; shares from 0 to 1, model minus active.

    `same_verdict`: share of the captures that both accept or both refuse; `kernels_apart`: mean relative
    difference of the counts."""

    captures: int
    both_accepted: int
    same_verdict: float | None
    kernels_apart: float | None
    classes: dict[str, Compared]
    numbers: dict[str, Compared]


class Model(BaseModel):
    """One release for one task and species. `captures` counts what it has inspected; the abstention rate and
    the comparisons are over the newest 1,000."""

    name: str
    version: str
    sha256: str
    task: str
    species: str
    status: ReleaseStatus
    since: datetime
    by: str | None
    why: str
    origin: Literal["shipped", "installed"]
    signed_by: str | None
    captures: int
    abstention_rate: float | None
    agreement: Agreement | None
    evidence: list[ModelEvidence]


class ReleaseIn(In):
    name: Name
    version: Version
    why: Text = ""


class RollbackIn(In):
    task: Slug
    species: Slug
    why: Text = ""


class Release(BaseModel):
    """A release that was installed, promoted, given back or retired."""

    name: str
    version: str
    sha256: str
    task: str
    species: list[str]


class Signal(BaseModel):
    """How one active release did on one day, for all captures or for one variety or phone.

    `distance2` is the median squared embedding distance of the photos' kernels to what the release knows,
    `unfamiliar` the median share of kernels beyond its own limit."""

    day: str
    silo: str
    name: str
    version: str
    task: str
    of: Literal["all", "variety", "phone"]
    value: str | None
    captures: int
    abstention_rate: float
    distance2: float | None
    unfamiliar: float | None


class DatasetEntry(BaseModel):
    """A capture and why it is worth taking along."""

    capture_id: str
    worth: Literal["doubtful", "overridden", "contradicted", "disputed", "ordinary"]


class PolicyTerms(In):
    """When a shadow is promoted, and when it is rolled back again.

    Promote: after `captures` shared with the active model and `days` in shadow, when every class's mean
    difference from the active one has its interval within `share_within` and its abstention rate is not
    over `abstention_within`. Roll back: when, over the last `rollback_captures`, the abstention rate is
    over `rollback_abstention` or the median share of unfamiliar kernels over `rollback_unfamiliar`."""

    captures: Annotated[int, Field(ge=30, le=1000, strict=True)]
    days: Annotated[float, Field(ge=0, le=366, allow_inf_nan=False)]
    share_within: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    abstention_within: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    rollback_captures: Annotated[int, Field(ge=10, le=1000, strict=True)] = 30
    rollback_abstention: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    rollback_unfamiliar: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class PolicyIn(In):
    task: Slug
    species: Slug
    terms: PolicyTerms
    why: Text = ""


class PromotionPolicy(BaseModel):
    id: str
    task: str
    species: str
    terms: dict[str, Any]
    at: datetime
    by: str
    why: str
