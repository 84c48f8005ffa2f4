"""The station's own key, made at its enrolment: a file of the data folder that only its owner reads."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from station.store.durable import arriving

NAME = "post.key"
_SIZE = 32


def read_key(folder: Path) -> Ed25519PrivateKey | None:
    """None: this folder was never enrolled, or a ledger alone was restored here."""
    try:
        seed = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    return Ed25519PrivateKey.from_private_bytes(seed) if len(seed) == _SIZE else None


def write_key(folder: Path, key: Ed25519PrivateKey) -> None:
    with arriving(folder / NAME) as part:
        part.write_bytes(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
