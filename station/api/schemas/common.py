"""What the other shapes are made of: checked texts and numbers, reasons, problems."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Barcode = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
]
Plate = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, min_length=2, max_length=16, pattern=r"^[A-Za-z0-9 -]+$"
    ),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
Kilograms = Annotated[float, Field(gt=0, le=200_000, allow_inf_nan=False, strict=True)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)]
Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Serial = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Celsius = Annotated[float, Field(ge=-60, le=120, allow_inf_nan=False, strict=True)]
Uncertainty = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)]
Portion = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


def _this_century(at: datetime) -> datetime:
    if at < datetime(2000, 1, 1, tzinfo=UTC):
        raise ValueError("must be a time of this century")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_this_century)]
Campaign = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Organisation = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
RegimeCode = Literal["owned", "deposit", "on_behalf", "service"]
Direction = Literal["inbound", "outbound"]
SampleKind = Literal["load", "control", "courtesy", "cell", "composite"]
WeighingRole = Literal["first", "intermediate", "last"]
LoadState = Literal[
    "arrived",  # entered, not weighed
    "weighed",  # weighed full, evidence is missing
    "proposed",  # a pit and cell are proposed
    "waiting",  # nothing can be proposed: the truck waits, the reasons say for what
    "decided",  # told where to tip, not weighed empty
    "ticketed",
    "refused",
    "left",
    "cancelled",
]


class In(BaseModel):
    """A request body: unknown fields are refused by name, so a typing slip is never swallowed."""

    model_config = ConfigDict(extra="forbid")


class ExternalIn(In):
    """What another system (`source`) calls this; `ref` is used once per source."""

    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    ref: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Referenced(BaseModel):
    external_source: str | None = None
    external_ref: str | None = None


class Reason(BaseModel):
    code: str
    params: dict[str, Any] = {}
    message: str = ""


class Problem(BaseModel):
    """RFC 9457 problem details; `action` is what a person can do about it."""

    type: str
    title: str
    status: int
    detail: str
    action: str
    code: str
    params: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []


class Value(BaseModel):
    value: float | None
    unit: str
    basis: str | None = None
