"""What a box knows of its second disk while that is away: `second-disk.json` in the data folder."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from station.backup.disk import Epoch
from station.store.durable import arriving
from station.store.errors import LedgerFault, TakenOver

FILE = "second-disk.json"


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
        return Standing.model_validate_json((data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return Standing()


def keep_standing(data: Path, standing: Standing) -> None:
    with arriving(data / FILE) as part:
        part.write_text(standing.model_dump_json(indent=1) + "\n", encoding="utf-8")


def refuse_taken_over(data: Path) -> None:
    """Raises TakenOver where this box was found to be no station any more."""
    later = standing_of(data).later
    if later is not None:
        at = later.at.isoformat() if later.at else "?"
        raise TakenOver(LedgerFault.TAKEN_OVER, box=later.box, at=at)
