"""Devices, instruments, events."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from station.api.schemas.common import Celsius, In, Name, Reason, Serial, Text, Uncertainty


class Device(BaseModel):
    """A port and the instrument plugged in there. `id` is the port's; `last_heard` None: never since the
    station started. `error` says what is wrong and what to do. `repeats`: it says its last result again
    and again; an equal one of a new sample counts when a person says so."""

    id: str
    name: str
    kind: str
    category: str
    serial_number: str | None
    port: str
    state: Literal["starting", "live", "silent", "down", "fault"]
    since: datetime
    last_heard: datetime | None
    frames: int
    bad_frames: int
    weight_kg: float | None = None
    weight_stable: bool | None = None
    error: Reason | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    is_verified: bool = True
    plugged_since: datetime | None = None
    repeats: bool = False


class SwapIn(In):
    """The instrument that is plugged in instead. What is not said of a known serial number stays."""

    name: Name
    serial_number: Serial
    asset_tag: Serial | None = None
    verified_until: date | None = None
    grain_temperature_c: tuple[Celsius, Celsius] | None = None
    uncertainty: dict[str, Uncertainty] = {}
    note: Text = ""


class Plugging(BaseModel):
    """Where an instrument was plugged, from when to when. `by` None: the site file said so."""

    port_id: str
    port: str
    from_at: datetime
    to_at: datetime | None
    by: str | None
    note: str


class Instrument(BaseModel):
    """One instrument with its own history. `port_id` None: it is not plugged in now."""

    id: str
    name: str
    kind: str
    category: str
    port_id: str | None
    serial_number: str | None
    asset_tag: str | None
    verified_until: date | None
    is_verified: bool
    grain_temperature_c: tuple[float | None, float | None]
    uncertainty: dict[str, float]
    plugged: list[Plugging]


class Event(BaseModel):
    """One audit row; `seq` is the SSE id."""

    seq: int
    at: datetime
    kind: str
    by: str | None
    visit_id: str | None = None
    load_id: str | None = None
    subject_id: str | None = None
    data: dict[str, Any] = {}


class Live(BaseModel):
    """Sent as `event: live`, at most twice a second, without id."""

    now: datetime
    devices: list[Device]
