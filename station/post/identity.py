"""The station's own key: a file of the data folder that only its owner reads."""

import threading
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlmodel import select

from station.store.durable import arriving
from station.store.engine import Ledger
from station.store.tables import PostLink

NAME = "post.key"
_SIZE = 32
_MAKING = threading.Lock()


def read_key(folder: Path) -> Ed25519PrivateKey | None:
    """None: this folder was never enrolled, or a ledger alone was restored here."""
    try:
        seed = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    return Ed25519PrivateKey.from_private_bytes(seed) if len(seed) == _SIZE else None


def paper_key(ledger: Ledger) -> Ed25519PrivateKey | None:
    """The key that signs papers: made here where the station was never enrolled, and kept when it is. None:
    it was enrolled, and its key is not in this folder."""
    with _MAKING:
        key = read_key(ledger.folder)
        if key is None:
            with ledger.read() as tx:
                if tx.exec(select(PostLink.id).limit(1)).first() is not None:
                    return None
            key = Ed25519PrivateKey.generate()
            write_key(ledger.folder, key)
        return key


def write_key(folder: Path, key: Ed25519PrivateKey) -> None:
    with arriving(folder / NAME) as part:
        part.write_bytes(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
