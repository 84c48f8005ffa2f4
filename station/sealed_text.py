"""Facts as a short text that a QR code on paper carries, and that anybody with the public key can check.

The text is a prefix and base32 (a QR code packs it in its alphanumeric mode, and any keyboard layout of a
scanner has its characters) of one byte, the compressed JSON list of the fields, and 64 bytes of an Ed25519
signature over `context` and these two where that byte is 1. No clock and no network is needed to read it.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST_TEXT, _MOST_BYTES = 4_000, 20_000
_SIGNED, _BARE = b"\x01", b"\x00"
_SIGNATURE = 64


class TextWrong(Exception):
    """The text is none of these; the message says why."""


class TextForged(TextWrong):
    """The key did not sign it like this."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a text says, the bytes that are signed, and their signature (empty: it has none)."""

    fields: list[Any]
    signed: bytes
    signature: bytes


def seal(prefix: str, fields: Sequence[Any], key: Ed25519PrivateKey | None, context: bytes = b"") -> str:
    """Without a key nobody can tell who wrote it."""
    text = json.dumps(list(fields), ensure_ascii=False, separators=(",", ":"))
    body = zlib.compress(text.encode(), 9)
    whole = _BARE + body if key is None else _SIGNED + body + key.sign(context + _SIGNED + body)
    return prefix + base64.b32encode(whole).decode().rstrip("=")


def unseal(prefix: str, text: str, context: bytes = b"") -> Opened:
    """Raises TextWrong."""
    plain = "".join(text.split()).upper()
    if not plain.startswith(prefix) or len(plain) > MOST_TEXT:
        raise TextWrong("it does not begin as such a paper does")
    letters = plain.removeprefix(prefix)
    try:
        whole = base64.b32decode(letters + "=" * (-len(letters) % 8))
        end = -_SIGNATURE if whole[:1] == _SIGNED else len(whole)
        fields = _listed(whole[1:end])
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise TextWrong("a character is wrong or missing") from None
    return Opened(fields, context + whole[:end], whole[end:])


def check_signature(signed: bytes, signature: bytes, public_key: bytes) -> None:
    """Raises TextForged. `public_key` has 32 bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise TextForged("the signature is not that silo's") from None


def _listed(body: bytes) -> list[Any]:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(body, _MOST_BYTES)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("cut off")
    told = json.loads(text)
    return told if isinstance(told, list) else []
