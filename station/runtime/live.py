"""These values, which only the running station knows, may be shown to anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from drivers.magnitude import Way
from station.receival.bridge.bridge_zero import NotAtZero
from station.receival.measuring.instruments import Plugged

DeviceState = Literal["starting", "live", "silent", "down", "fault"]
VisionState = Literal["ready", "starting", "replacing", "off"]
Coded = tuple[str, Mapping[str, Any]]  # a reason's code and parameters, without its sentence


@dataclass(frozen=True, slots=True)
class DeviceLive:
    """One instrument as its thread sees it now; times are station time. `error` says what is wrong. `id` is
    the port's; name and numbers are of the instrument plugged in there since `plugged_since`. `repeats`: it
    says its last result again and again, so a person says when it shows a new sample's. `open_ways`: what its
    last loaded reading may be, by the settings that are missing. `not_at_zero`: a load
    that came before this bridge had shown zero. `plugged` is its record."""

    id: str
    name: str
    kind: str
    category: str
    serial_number: str | None
    port: str
    state: DeviceState
    since: datetime
    last_heard: datetime | None = None
    frames: int = 0
    bad_frames: int = 0
    weight_kg: float | None = None
    weight_stable: bool | None = None
    error: Coded | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    is_verified: bool = True
    plugged_since: datetime | None = None
    repeats: bool = False
    open_ways: tuple[Way, ...] = ()
    not_at_zero: NotAtZero | None = None
    plugged: Plugged | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """`waiting` messages have reached the station and are not recorded; none was since `moved_at`, when the
    last one was or the first of these came. `stands`: that was too long ago."""

    waiting: int = 0
    moved_at: datetime | None = None
    stands: bool = False


MOVING = Standing()


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """When the last backup on the second disk was made, and when one was last proved; None: not known."""

    made_at: datetime | None
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostFacts:
    """How the post to headquarters stands: `bags` are sealed and not acknowledged, the oldest since
    `oldest_at`; `changes` are in no bag yet. `refused` is why headquarters takes nothing, `unreachable` why
    none answered; `full`: the disk takes no bag. `heard_at`: its last word; station time was then `offset_s`
    ahead of its clock. The disk has room for `room_days`, None: not measured yet. `photo_bytes`: photos
    that are owed. `recovers`: this ledger came from a backup,
    and acts wait (held) or not (going_on) for what headquarters has."""

    bags: int = 0
    changes: int = 0
    oldest_at: datetime | None = None
    refused: str = ""
    unreachable: str = ""
    full: str = ""
    heard_at: datetime | None = None
    offset_s: float | None = None
    room_days: float | None = None
    photo_bytes: int = 0
    recovers: str = ""


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """Holds what only the running station knows; disk, rule pack and events are read where they are. Without
    a second disk in the site file `backup` is None, without a headquarters `post`."""

    vision: VisionState
    warnings: tuple[Coded, ...] = ()
    intake: Standing = MOVING
    backup: BackupFacts | None = None
    post: PostFacts | None = None
