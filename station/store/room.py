"""A disk that is too small is refused before anything is written to it."""

from pathlib import Path
from shutil import disk_usage

from station.store.errors import LedgerFault, NoRoom

_MB = 1_000_000


def refuse_too_small(folder: Path, needed: int, freed: int = 0) -> None:
    """Raises NoRoom, which says how many megabytes are missing, where the folder's disk has not `needed`
    bytes once `freed` others are given up."""
    missing = needed - freed - disk_usage(folder).free
    if missing > 0:
        raise NoRoom(LedgerFault.NO_ROOM, folder=str(folder), missing_mb=-(-missing // _MB))
