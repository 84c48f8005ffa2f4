"""Secret key files in minisign's format: made, kept with or without a password, read.

After an untrusted comment one line of base64: "Ed", key derivation "Sc" (scrypt) or two zeros, "B2", salt
32, operations and memory limits (8 each, little endian, as libsodium counts them), then 104 bytes: key
id 8, secret 32, public 32, BLAKE2b-256 of "Ed" and these. A password's scrypt hides the 104 by XOR.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable

from station.signing import LEGACY, SecretKey, SignatureError

Random = Callable[[int], bytes]

_PLAIN, _SCRYPT, _CHECK = b"\0\0", b"Sc", b"B2"
_OPERATIONS, _MEMORY = 1 << 22, 1 << 27  # 128 MB for a fraction of a second
MAX_MEMORY = 1 << 30  # what minisign itself asks for
MAX_OPERATIONS = 1 << 25
_SIZE = 158


def new_secret_key(random: Random) -> SecretKey:
    """A key of its own id; `random(n)` gives n bytes that nobody can guess."""
    return SecretKey(random(8), random(32))


def secret_key_text(key: SecretKey, password: str | None, random: Random) -> str:
    """The content of a secret key file, hidden by a password where one is given."""
    inner = key.key_id + key.seed + key.public.raw
    inner += hashlib.blake2b(LEGACY + inner, digest_size=32).digest()
    kind, salt, operations, memory = _PLAIN, bytes(32), 0, 0
    if password is not None:
        kind, salt, operations, memory = _SCRYPT, random(32), _OPERATIONS, _MEMORY
        inner = _hidden(inner, password, salt, operations, memory)
    limits = operations.to_bytes(8, "little") + memory.to_bytes(8, "little")
    whole = LEGACY + kind + _CHECK + salt + limits + inner
    comment = "minisign encrypted secret key" if password is not None else "minisign secret key"
    return f"untrusted comment: {comment}\n{base64.b64encode(whole).decode()}\n"


def needs_password(text: str) -> bool:
    """Whether the key file is hidden by a password. Raises SignatureError."""
    return _decoded(text)[2:4] == _SCRYPT


def parse_secret_key(text: str, password: str | None = None) -> SecretKey:
    """Reads a secret key file. Raises SignatureError, also for a wrong or missing password."""
    data = _decoded(text)
    inner = data[54:]
    if data[2:4] == _SCRYPT:
        if password is None:
            raise SignatureError("the secret key is protected by a password")
        operations, memory = int.from_bytes(data[38:46], "little"), int.from_bytes(data[46:54], "little")
        inner = _hidden(inner, password, data[6:38], operations, memory)
    key = SecretKey(inner[:8], inner[8:40])
    if key.public.raw != inner[40:72]:  # also minisign -W leaves the BLAKE2b empty: this check holds alone
        hidden = data[2:4] == _SCRYPT
        raise SignatureError("the password is wrong" if hidden else "the secret key file is damaged")
    return key


def _decoded(text: str) -> bytes:
    lines = [line for line in text.splitlines() if line and not line.startswith("untrusted comment: ")]
    try:
        data = base64.b64decode(lines[0] if len(lines) == 1 else "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("not a minisign secret key") from error
    if len(data) != _SIZE or data[:2] != LEGACY or data[4:6] != _CHECK or data[2:4] not in {_PLAIN, _SCRYPT}:
        raise SignatureError("not a minisign secret key")
    return data


def _hidden(data: bytes, password: str, salt: bytes, operations: int, memory: int) -> bytes:
    """`data` XOR the password's scrypt stream; doing it twice gives `data` back."""
    n, p = _scrypt_numbers(operations, memory)
    mask = hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=8, p=p, maxmem=128 * 8 * (n + p + 2) + (1 << 20), dklen=len(data)
    )
    return bytes(a ^ b for a, b in zip(data, mask, strict=True))


def _scrypt_numbers(operations: int, memory: int) -> tuple[int, int]:
    """N and p (r is 8) from libsodium's limits, as its `pickparams` does."""
    if memory > MAX_MEMORY or operations > MAX_OPERATIONS:
        raise SignatureError("the secret key asks for too much memory or time")
    operations = max(operations, 32_768)
    if operations < memory // 32:
        return _half_power(operations // 32), 1
    n = _half_power(memory // 1024)
    return n, max(1, operations // 4 // n // 8)


def _half_power(limit: int) -> int:
    """The smallest power of two above 1 that is more than half of the limit."""
    n = 2
    while n <= limit // 2:
        n *= 2
    return n
