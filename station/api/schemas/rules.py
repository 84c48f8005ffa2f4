"""Rule packs as releases, and decisions made again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from station.api.schemas.common import SEEN_FILE, In, Key, Moment, Name, Portion, Reason, Text
from station.api.schemas.evidence import InspectionIn


class RulePackIn(In):
    """`text` is the pack's whole TOML file, `signature` what lies beside it as FILE.minisig."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=900_000), SEEN_FILE]
    signature: Annotated[str, StringConstraints(max_length=20_000), SEEN_FILE] = ""
    why: Text = ""


class RulePackNamed(In):
    name: Key
    version: Key
    why: Text = ""


class RulePack(BaseModel):
    """`by` None: the site file. `in_force`: by it loads of `species` are judged now, those of which it holds
    the grades. `key`: the trusted key that signed it; empty where none did. `signed`: by that key, or it came
    with this release, or nobody answers for it by a signature."""

    sha256: str
    name: str
    version: str
    valid_from: datetime
    valid_until: datetime | None
    act: str
    at: datetime
    by: str | None
    why: str
    in_force: bool
    species: list[str]
    key: str
    signed: Literal["key", "shipped", "no"]


class RulePackText(BaseModel):
    sha256: str
    name: str
    version: str
    text: str
    signature: str


class WhatIfIn(In):
    """`text` is the pack's whole TOML file; `until` is excluded."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=900_000), SEEN_FILE]
    since: Moment | None = None
    until: Moment | None = None


class PackOutcome(BaseModel):
    """`cell` None: the truck waits. `cents` None: the pack has no price for the grade."""

    model_config = ConfigDict(from_attributes=True)

    cell: str | None
    pit: str | None
    grade: str | None
    hold: bool
    cents: int | None


class WhatIfLoad(BaseModel):
    """A decided load by its own rule pack and by another. `moves`: it has another grade, hold or pay."""

    model_config = ConfigDict(from_attributes=True)

    load_id: str
    decision_id: str
    at: datetime
    species: str
    kg: float | None
    before: PackOutcome
    after: PackOutcome
    moves: bool


class WhatIfPage(BaseModel):
    """`lost`: decisions that cannot be made again, because a record is gone."""

    loads: list[WhatIfLoad]
    lost: list[str]


class ReplayDifference(BaseModel):
    """`path` names a value of the proposal; None stands for no such value."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    recorded: Any
    replayed: Any


class ReplayedDecision(BaseModel):
    """`lost` says which record is gone, where the decision cannot be made again. `ticket` is the load's."""

    load_id: str
    ticket: str | None = None
    decision_id: str
    at: datetime
    pit: str | None
    cell: str | None
    engine: str
    engine_now: str
    is_equal: bool
    differences: list[ReplayDifference] = []
    lost: str | None = None


class ReplayIn(In):
    """`text` is the whole TOML file of the pack that the decisions are made again by."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=900_000), SEEN_FILE]


class ReplayCapture(BaseModel):
    """A capture that a decision was taken with; `photos` are SHA-256s."""

    decision_id: str
    load_id: str
    capture_id: str
    species: str | None
    photos: list[str]


class MassShareIn(In):
    """A class's share by estimated mass, with its 95 % limits."""

    share: Portion
    low: Portion
    high: Portion


class SeenInspectionIn(InspectionIn):
    """As the station's own models say it: also by mass, and of how many judged kernels."""

    judged: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    mass: Annotated[dict[Name, MassShareIn], Field(max_length=40)] = {}


class SeenAgainIn(In):
    """What another model says of a capture."""

    capture_id: Key
    inspection: SeenInspectionIn


class ReplayPhotosIn(In):
    decision_id: Key
    seen: Annotated[list[SeenAgainIn], Field(max_length=50)]


class ReplayedByPack(ReplayedDecision):
    """`cell` and `pit` are by the other pack, `own_cell` and `own_pit` by the load's own, both by the engine
    that is here; `why` says what speaks against the own cell now, or else for the other."""

    load_t: float | None
    own_cell: str | None
    own_pit: str | None
    own_grade: str | None = None
    grade: str | None = None
    is_elsewhere: bool = False
    why: list[Reason] = []


class ReplayedByModel(ReplayedByPack):
    """As by a pack, with what another model says of the photos; what was said of them, and is said now."""

    photo_then: list[Reason] = []
    photo_now: list[Reason] = []
