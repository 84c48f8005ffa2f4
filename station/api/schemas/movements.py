"""Grain in, out of and between cells."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from station.api.schemas.common import (
    ExternalIn,
    In,
    Key,
    Organisation,
    Referenced,
    RegimeCode,
    Text,
    Value,
    Why,
)

MovementKind = Literal["opening", "in", "out", "transfer", "correction", "recovered", "returned"]
Moved = Annotated[float, Field(gt=0, le=100_000_000, allow_inf_nan=False, strict=True)]
Counted = Annotated[float, Field(ge=0, le=100_000_000, allow_inf_nan=False, strict=True)]


class _MovementIn(In):
    """`reason` and `paper_number` as a person wrote them; `regime` and `organisation` are the site's where
    they are not given."""

    reason: Why
    paper_number: Text = ""
    regime: RegimeCode | None = None
    organisation: Organisation | None = None
    external: ExternalIn | None = None


class MoveOutIn(_MovementIn):
    """Grain leaves the site. `weighings` are the ids of the empty vehicle's weighing and of the full one's,
    of which `kg` is the difference. `despite_balance`: more than the cell is known to hold, and the person
    says that it is right; `despite_remarks`: the same of weights whose line failed."""

    kind: Literal["out"]
    kg: Moved
    weighings: tuple[Key, Key] | None = None
    despite_balance: bool = False
    despite_remarks: bool = False


class TransferIn(_MovementIn):
    """Grain goes into the cell `to_cell`."""

    kind: Literal["transfer"]
    kg: Moved
    to_cell: Key
    despite_balance: bool = False


class CorrectionIn(_MovementIn):
    """`kg` is what was counted in the cell. Only for managers."""

    kind: Literal["correction"]
    kg: Counted


MovementIn = Annotated[MoveOutIn | TransferIn | CorrectionIn, Field(discriminator="kind")]


class Movement(Referenced):
    """`kg` is what the cell gained, `content_kg` what it held afterwards. `values` are of what moved;
    `other_cell` is that of a transfer. `seq` rises with time."""

    id: str
    seq: int
    cell: str
    kind: MovementKind
    kg: float
    content_kg: float
    at: datetime
    by: str | None
    reason: str
    paper_number: str
    regime: RegimeCode
    organisation: str
    load_id: str | None
    other_cell: str | None
    weighings: list[str]
    values: dict[str, Value]
