"""Signatures in minisign's format (Ed25519), for whatever a file holds: a model, a rule pack.

A signature stands beside its file as `FILE.minisig`, four lines:

    untrusted comment: <text>
    base64(algorithm 2, key id 8, signature 64)
    trusted comment: <text>
    base64(signature 64 over the first signature and the trusted comment)

Algorithm "ED" signs the BLAKE2b-512 of the file, the older "Ed" the file itself. `minisign -V` accepts
what is made here, and what `minisign -S` makes is accepted here. No clock is read: a signature is right
or wrong, it does not expire. See https://jedisct1.github.io/minisign/ (format).
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from drivers.text import HiddenCharacter, checked_file

LEGACY, PREHASHED = b"Ed", b"ED"
MAX_TEXT = 20_000  # characters of a signature or key file
ENDING = ".minisig"
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "


class SignatureError(Exception):
    """The signature is not accepted, or a key or signature cannot be read; the message says why."""


class UnknownKey(SignatureError):
    """Another key signed it than one that is trusted; `key` names it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"signed with the key {key}, which is not among the trusted keys")
        self.key = key


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`key_id` (8 bytes) names the key, `raw` (32 bytes) is the key."""

    key_id: bytes
    raw: bytes

    @property
    def name(self) -> str:
        """The id as minisign prints it."""
        return self.key_id[::-1].hex().upper()

    def text(self) -> str:
        """The content of a .pub file."""
        return f"{_UNTRUSTED}minisign public key {self.name}\n{_encode(LEGACY + self.key_id + self.raw)}\n"


@dataclass(frozen=True, slots=True, repr=False)
class SecretKey:
    """`seed` (32 bytes) is the secret; it is never shown."""

    key_id: bytes
    seed: bytes

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key_id, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def signed(self, data: bytes) -> bytes:
        """The bare 64-byte signature."""
        return self._private.sign(data)


def parse_public_key(text: str) -> PublicKey:
    """Reads a .pub file, or its second line alone. Raises SignatureError."""
    lines = [line for line in _lines(text, "public key") if not line.startswith(_UNTRUSTED)]
    data = _decode(lines[0] if len(lines) == 1 else "", "public key")
    if len(data) != 42 or data[:2] != LEGACY:
        raise SignatureError("not a minisign public key")
    return PublicKey(data[2:10], data[10:])


def sign(data: bytes, key: SecretKey, trusted_comment: str, *, prehash: bool = True) -> str:
    """The content of a .minisig file. The comment is one line, signed along. Raises SignatureError."""
    if not trusted_comment.isprintable() or len(trusted_comment) > 1000:
        raise SignatureError("a trusted comment is one line of at most 1000 characters")
    first = key.signed(hashlib.blake2b(data).digest() if prehash else data)
    second = key.signed(first + trusted_comment.encode())
    algorithm = PREHASHED if prehash else LEGACY
    return (
        f"{_UNTRUSTED}signature from key {key.public.name}\n{_encode(algorithm + key.key_id + first)}\n"
        f"{_TRUSTED}{trusted_comment}\n{_encode(second)}\n"
    )


def verify(data: bytes, signature: str, keys: Sequence[PublicKey]) -> PublicKey:
    """The key among `keys` that signed `data`. Raises SignatureError with a sentence."""
    algorithm, key_id, first, comment, second = _parse_signature(signature)
    key = next((one for one in keys if one.key_id == key_id), None)
    if key is None:
        raise UnknownKey(PublicKey(key_id, b"").name)
    message = hashlib.blake2b(data).digest() if algorithm == PREHASHED else data
    if not _holds(key, first, message):
        raise SignatureError("the signature does not fit the file: it was changed, or signed wrongly")
    if not _holds(key, second, first + comment.encode()):
        raise SignatureError("the signature's trusted comment was changed")
    return key


def trusted_comment(signature: str) -> str:
    """The comment of a signature; to be believed only after `verify`. Raises SignatureError."""
    return _parse_signature(signature)[3]


def _parse_signature(text: str) -> tuple[bytes, bytes, bytes, str, bytes]:
    """Algorithm, key id, signature, trusted comment, signature of both."""
    lines = _lines(text, "signature")
    if len(lines) != 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise SignatureError("not a minisign signature: four lines are expected")
    data, second = _decode(lines[1], "signature"), _decode(lines[3], "signature")
    if len(data) != 74 or data[:2] not in {LEGACY, PREHASHED} or len(second) != 64:
        raise SignatureError("not a minisign signature")
    return data[:2], data[2:10], data[10:], lines[2].removeprefix(_TRUSTED), second


def _holds(key: PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _lines(text: str, what: str) -> list[str]:
    if len(text) > MAX_TEXT:
        raise SignatureError(f"not a minisign {what}: too long")
    try:
        checked_file(text)
    except HiddenCharacter as error:
        raise SignatureError(f"not a minisign {what}: {error}") from None
    return [line for line in text.replace("\r\n", "\n").split("\n") if line]


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(line: str, what: str) -> bytes:
    try:
        return base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError(f"not a minisign {what}: {error}") from error
