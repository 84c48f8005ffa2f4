"""Devices, instruments, events."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import (
    SEEN,
    SEEN_FILE,
    Celsius,
    In,
    Key,
    Kilograms,
    Name,
    Reason,
    Serial,
    Text,
    Uncertainty,
)

Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    SEEN,
]


class Declared(BaseModel):
    """The instrument that the site file names at a port, and how it says that it is read."""

    name: str
    serial_number: str | None
    kind: str
    port: str
    settings: dict[str, Any]


class OpenWay(BaseModel):
    """What a reading is where these settings are made; a person compares the numbers with the display."""

    settings: dict[str, str]
    values: dict[str, float | None]


class NotAtZero(BaseModel):
    """A load that came onto a bridge before that had shown zero since its last weighing is not weighed."""

    kg: float
    since: datetime


class Device(BaseModel):
    """A port and the instrument plugged in there. `id` is the port's; `last_heard` None: never since the
    station started. `error` says what is wrong and what to do. `repeats`: it says its last result again
    and again; an equal one of a new sample counts when a person says so. `open_ways`: what the last
    loaded reading may be, where a setting is missing that decides how large a number is. `declared`: what
    the site file says stands there, where something else is plugged in or it is read in another way.
    `legal_for`: the analytes of which its value is the legal one."""

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
    open_ways: list[OpenWay] = []
    not_at_zero: NotAtZero | None = None
    declared: Declared | None = None
    legal_for: list[str] = []


class DriverSetting(BaseModel):
    """`allowed` empty: any text."""

    default: str
    allowed: list[str]
    help: str


class DriverKind(BaseModel):
    """A kind of device that the station can read; `port` is an example of its address."""

    kind: str
    name: str
    category: str
    evidence: str
    port: str
    settings: dict[str, DriverSetting]


class ProfileIn(In):
    """A profile that the station does not have yet, with its whole text."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.toml$"), SEEN]
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000), SEEN_FILE]


class WiringIn(In):
    """How the instrument is read. What is not said stays as it is at this port; another driver begins with
    its own default settings. An address has no password: that stands in the site file."""

    driver: Name | None = None
    address: Address | None = None
    settings: Annotated[dict[Key, Text | int | float | bool], Field(max_length=40)] | None = None
    profile: ProfileIn | None = None


class DescribeIn(In):
    """What is new of the instrument that is plugged in. What is not said stays. Max, Min and division are
    those of a weighbridge's verification plate; `own_printer`: its indicator prints a slip of each;
    `legal_for`: the analytes of which its value is the legal one."""

    name: Name | None = None
    asset_tag: Serial | None = None
    verified_until: date | None = None
    grain_temperature_c: tuple[Celsius, Celsius] | None = None
    uncertainty: dict[Key, Uncertainty] = {}
    max_kg: Kilograms | None = None
    min_kg: Kilograms | None = None
    division_kg: Kilograms | None = None
    own_printer: bool | None = None
    legal_for: Annotated[list[Key], Field(max_length=40)] | None = None
    note: Text = ""


class SettleIn(In):
    """The settings that a person found by a look at the display, as one of `Device.open_ways` has them."""

    settings: Annotated[dict[Key, Text], Field(min_length=1, max_length=40)]
    note: Text = ""


class SwapIn(DescribeIn):
    """The instrument that is plugged in instead. What is not said of a known serial number stays. Without
    `wiring` it is read as it was when it last stood at this port, else as the present one. `legal_for` must
    be said where another model comes in place of a legal instrument."""

    name: Name
    serial_number: Serial
    wiring: WiringIn | None = None


class Plugging(BaseModel):
    """Where an instrument was plugged, from when to when. `by` None: the site file said so."""

    port_id: str
    port: str
    kind: str
    settings: dict[str, Any]
    from_at: datetime
    to_at: datetime | None
    by: str | None
    note: str


class Instrument(BaseModel):
    """One instrument with its own history. `port_id` None: it is not plugged in now. `declared`: as for a
    device."""

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
    max_kg: float | None = None
    min_kg: float | None = None
    division_kg: float | None = None
    own_printer: bool = False
    legal_for: list[str] = []
    plugged: list[Plugging]
    declared: Declared | None = None


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


class Proposals(BaseModel):
    """Sent as `event: proposals` without id, after the commit: these loads are proposed anew."""

    load_ids: list[str]


class Reload(BaseModel):
    """Sent as `event: reload`: events up to `after`, which is its id, are not sent; read the lists again."""

    after: int


class Live(BaseModel):
    """Sent as `event: live`, at most twice a second, without id."""

    now: datetime
    devices: list[Device]
