"""What a station knows of its post while it does not run: `post.json` in the data folder."""

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from station.store.durable import arriving
from station.store.folder import POST_STANDING

LOOK_EVERY = timedelta(hours=6)
LOOKS = 57  # two weeks of them
_LEAST = timedelta(days=1)  # between two looks that are compared


class Look(BaseModel):
    """How many bytes of the disk were free."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    free: int


class PostStanding(BaseModel):
    """`reason` is why headquarters takes nothing since `since` (empty: it does), `detail` its own words or
    what failed; `full`: the disk takes no bag. It was last heard at `heard_at`, and station time was then
    `offset_s` seconds ahead of its clock. `photos_wait`: why no photo goes. `looks` are the newest at
    the disk."""

    model_config = ConfigDict(frozen=True)

    reason: str = ""
    detail: str = ""
    since: datetime | None = None
    full: str = ""
    heard_at: datetime | None = None
    offset_s: float | None = None
    photos_wait: str = ""
    looks: tuple[Look, ...] = ()

    def looked(self, at: datetime, free: int) -> "PostStanding":
        """The same with another look at the disk, where it is time for one. A clock that was set back makes
        those looks void that lie ahead of it."""
        kept = tuple(one for one in self.looks if one.at <= at)
        if not kept or at - kept[-1].at >= LOOK_EVERY:
            kept = (*kept, Look(at=at, free=free))[-LOOKS:]
        return self.model_copy(update={"looks": kept})

    def used_a_day(self) -> float:
        """By how many bytes a day the disk has filled; 0 where that is not known yet, or it has not."""
        if len(self.looks) < 2:
            return 0.0
        first, last = self.looks[0], self.looks[-1]
        time = last.at - first.at
        return max(0.0, (first.free - last.free) / (time / timedelta(days=1))) if time >= _LEAST else 0.0


def standing_of(data: Path) -> PostStanding:
    """A file that cannot be read says nothing: the next exchange does."""
    try:
        return PostStanding.model_validate_json((data / POST_STANDING).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return PostStanding()


def keep_standing(data: Path, standing: PostStanding) -> None:
    """Raises OSError."""
    with arriving(data / POST_STANDING) as part:
        part.write_text(standing.model_dump_json() + "\n", encoding="utf-8")
