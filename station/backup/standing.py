"""What a box knows of its second disk while that is away: `second-disk.json` in the data folder."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from station.backup.disk import Epoch
from station.store.durable import arriving
from station.store.errors import LedgerFault, TakenOver
from station.store.folder import SECOND_DISK


class Standing(BaseModel):
    """`epoch` is this box's own: how often a box had taken over when it did. `later` is the epoch of a box
    that took over from this one. `made_at` and `events` are of the last backup, `proved_at` of the last proof
    that found nothing, `away_since` of when the disk was first missed."""

    model_config = ConfigDict(frozen=True)

    epoch: int = 0
    later: Epoch | None = None
    made_at: datetime | None = None
    events: int = 0
    proved_at: datetime | None = None
    away_since: datetime | None = None


def standing_of(data: Path) -> Standing:
    """A file that cannot be read says nothing: then the second disk does."""
    try:
        return Standing.model_validate_json((data / SECOND_DISK).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return Standing()


def keep_standing(data: Path, standing: Standing) -> None:
    with arriving(data / SECOND_DISK) as part:
        part.write_text(standing.model_dump_json(indent=1) + "\n", encoding="utf-8")


def why_no_station(data: Path) -> TakenOver | None:
    """Why this box is no station any more; None where no later one was found."""
    later = standing_of(data).later
    return taken_over_by(later) if later else None


def taken_over_by(later: Epoch) -> TakenOver:
    at = later.at.isoformat() if later.at else "?"
    return TakenOver(LedgerFault.TAKEN_OVER, box=later.box, taken_at=at, epoch=later.number)
