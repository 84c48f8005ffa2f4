"""PINs and passwords are kept as argon2id: made and checked slowly on purpose, outside any transaction."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128  # characters
_hashes = PasswordHash((Argon2Hasher(),))


def hash_of(secret: str) -> str:
    return _hashes.hash(secret)


def fits(secret: str, kept: str | None) -> bool:
    """Tell whether this is the secret; where none is kept, after as long a time."""
    return _hashes.verify(secret, kept or _nobodys()) and kept is not None


@cache
def _nobodys() -> str:
    """Return a hash that stands in where there is none, so that a wrong name costs as long as a wrong PIN. It
    is made at the first sign-in: it is as slow as any, and the start waits for nothing."""
    return hash_of("no such person")
