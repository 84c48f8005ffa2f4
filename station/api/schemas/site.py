"""The site, its cells, its health."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.clock import ClockHealth
from station.api.schemas.common import Reason, Referenced, RegimeCode, Value


class Pit(BaseModel):
    id: str
    name: str
    cells: list[str]


class TreatmentProduct(BaseModel):
    """A product that the site treats grain with; `kind` is how it is put on."""

    name: str
    substance: str
    kind: Literal["insecticide", "fumigation"]


class Site(BaseModel):
    """`names` are those of the species and analytes that the site adds, by identifier and language.
    `called` are those of its pits, cells, lines and grades, by kind, identifier and language.
    `on_basis` are the analytes whose value says nothing without its basis."""

    id: str
    name: str
    campaign: str
    open_campaigns: list[str] = []
    barcode_pattern: str = ".*"  # the whole barcode of a sample, whatever its case
    regime: RegimeCode = "owned"
    organisation: str = ""
    language: str
    timezone: str = ""
    day_starts: str = "04:00"  # when a collecting day begins
    observes: bool = False  # it records and proposes, and issues nothing
    stored_tare_days: int | None = None  # a stored tare counts for so long; None: the site uses none
    species: list[str]
    claims: list[str]
    pits: list[Pit]
    analytes: list[str]
    on_basis: list[str] = []
    treatments: list[TreatmentProduct] = []
    names: dict[str, dict[str, str]] = {}
    called: dict[str, dict[str, dict[str, str]]] = {}
    override_reasons: list[str]
    refusal_reasons: list[str]


class IntakeHealth(BaseModel):
    """`waiting` messages have reached the station and are not recorded; none was since `moved_at`. `stands`:
    that is too long."""

    state: Literal["ok", "stands"] = "ok"
    waiting: int = 0
    moved_at: datetime | None = None


class BackupHealth(BaseModel):
    """When the last backup on the second disk was made, and when one was last proved."""

    made_at: datetime | None
    proved_at: datetime | None


class PostHealth(BaseModel):
    """What headquarters has not heard: sealed `bags`, the oldest since `oldest_at`, and `changes` that are in
    none yet. The disk has room for `room_days`; station time was `offset_s` seconds ahead of that of
    headquarters at its last word."""

    bags: int
    changes: int
    oldest_at: datetime | None = None
    heard_at: datetime | None = None
    room_days: float | None = None
    offset_s: float | None = None


class Health(BaseModel):
    """Needs no token. `accepting`: readings and captures are taken and lasting; else `refuses` says why not,
    some of the `warnings`. `models` are those that judge photos now, `release` and `revision` (None: unknown)
    what runs here."""

    accepting: bool = True
    refuses: list[Reason] = []
    now: datetime
    last_event: int
    disk_free_mb: int
    vision: Literal["ready", "starting", "replacing", "off"]
    rule_pack: str | None
    intake: IntakeHealth = IntakeHealth()
    backup: BackupHealth | None = None
    post: PostHealth | None = None
    clock: ClockHealth = ClockHealth()
    warnings: list[Reason] = []
    release: str = ""
    revision: str | None = None
    models: list[str] = []


class CellMeanNow(Value):
    """A mean over the `known_t` tonnes of a cell's content of which the value is known."""

    known_t: float | None = None


class Cell(Referenced):
    """`blends_into` are the cells where its grain may be moved by anybody who may move grain; any other takes
    a manager. `to_confirm`: the analytes whose mean stands on a value of which a control failed. `flags` tell
    what went in, or was put on its grain, and what that keeps out; `lost` are the claims that it honours no
    more. `target_t` is what the storage plan wants in it, `full_at` when that is reached at the pace of the
    last hours, where there is one."""

    id: str
    name: str
    species: str | None
    grade: str | None
    claims: list[str]
    role: Literal["normal", "hold", "quarantine"]
    open: bool
    pits: list[str]
    capacity_t: float
    content_t: float
    reserved_t: float
    free_t: float
    quality: dict[str, CellMeanNow]
    blends_into: list[str] = []
    to_confirm: list[str] = []
    flags: list[Reason] = []
    lost: list[str] = []
    target_t: float | None = None
    full_at: datetime | None = None


class BoardLine(BaseModel):
    """A truck that is told where to tip, by the end of its plate."""

    plate_end: str
    pit: str
