"""The key from which approvers' secrets are derived: a file of the data folder. The second disk has
it too, for a spare box; the ledger and its copies have not."""

import hashlib
from pathlib import Path

from station.store.durable import arriving

NAME = "approval.key"
_SIZE = 32


def read_key(folder: Path) -> bytes | None:
    """None: nobody was enrolled on this folder, or its key was lost: a ledger alone was restored here."""
    try:
        key = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    return key if len(key) == _SIZE else None


def write_key(folder: Path, key: bytes) -> None:
    with arriving(folder / NAME) as part:
        part.write_bytes(key)


def key_id(key: bytes) -> str:
    """Name a key without telling anything of it."""
    return hashlib.sha256(b"silo-station approval key\n" + key).hexdigest()[:16]
