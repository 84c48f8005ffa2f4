"""What the other shapes are made of: checked texts and numbers, reasons, problems."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from drivers.text import LONGEST_PLATE, PLATE, HiddenCharacter, barcode_of, checked_file, checked_text

_HIDDEN = "hidden_character"


def _seen(text: Any) -> Any:
    return _or_refuse(checked_text, text)


def _seen_file(text: Any) -> Any:
    return _or_refuse(checked_file, text)


def _or_refuse(check: Callable[[str], str], text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return check(text)
    except HiddenCharacter as error:
        raise PydanticCustomError(
            _HIDDEN, "holds {number}, a character that cannot be seen", {"number": error.number}
        ) from None


_KINDS = frozenset({"bool", "int", "float", "str", "none", "constrained-str"})  # members of a union


def only_hidden(errors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Pydantic's errors of a request: the number of the hidden character, where nothing else is wrong."""
    if any(error["type"] != _HIDDEN for error in errors):
        return {}
    return dict(errors[0]["ctx"])


def one_a_field(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pydantic's errors of a request, one of each field: of a value that may be one of several kinds it tells
    what each kind has against it, and names the kind as it does in code."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for error in errors:
        loc = tuple(part for part in error["loc"] if part not in _KINDS and "[" not in str(part))
        if loc not in found or error["type"] == _HIDDEN:
            found[loc] = {**error, "loc": loc}
    return list(found.values())


# Every text of a request has one of these, so that it is on one line, in NFC, with nothing hidden in it; a
# file's text keeps its lines.
SEEN = BeforeValidator(_seen)
SEEN_FILE = BeforeValidator(_seen_file)


def _as_kept(barcode: Any) -> Any:
    return barcode_of(barcode) if isinstance(barcode, str) else barcode


Barcode = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$"),
    BeforeValidator(_as_kept),
    SEEN,
]
# What something is called by: an identifier, a word of the site.
Key = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), SEEN]
Plate = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, min_length=2, max_length=LONGEST_PLATE, pattern=PLATE
    ),
    SEEN,
]
TrailerPlate = Plate | Annotated[Literal[""], SEEN]  # empty: without a trailer
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), SEEN]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400), SEEN]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), SEEN]
Kilograms = Annotated[float, Field(gt=0, le=200_000, allow_inf_nan=False, strict=True)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)]
Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$"), SEEN]
Serial = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), SEEN]
Celsius = Annotated[float, Field(ge=-60, le=120, allow_inf_nan=False, strict=True)]
Uncertainty = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)]
Portion = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


CENTURY = range(2000, 2100)  # beyond it a day before, a day after or another zone may have no date
Dated = TypeVar("Dated", date, datetime)


def _this_century(at: Dated) -> Dated:
    if at.year not in CENTURY:
        raise PydanticCustomError("this_century", "must be a time of this century")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_this_century)]
WallTime = Annotated[datetime, AfterValidator(_this_century)]  # as a clock at the site shows it
Day = Annotated[date, AfterValidator(_this_century)]
Campaign = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), SEEN]
Organisation = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), SEEN]
RegimeCode = Literal["owned", "deposit", "on_behalf", "service"]
Direction = Literal["inbound", "outbound"]
SampleKind = Literal["load", "control", "courtesy", "cell", "composite", "outbound"]
VehiclePart = Literal["uncoupled", "axle"]
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
    "on_paper",  # closed on paper while no station ran
    "observed",  # weighed empty while the station only observes: no ticket
    "received",  # a shipment of another own silo, weighed empty: no ticket
]


class In(BaseModel):
    """A request body: unknown fields are refused by name, so a typing slip is never swallowed."""

    model_config = ConfigDict(extra="forbid")


class ExternalIn(In):
    """What another system (`source`) calls this; `ref` is used once per source."""

    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), SEEN]
    ref: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), SEEN]


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
    """`u` is the standard uncertainty, where it is known."""

    value: float | None
    unit: str
    basis: str | None = None
    u: float | None = None
