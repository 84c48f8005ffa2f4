"""What goes over the line between station and headquarters: a bag's parts as one body, and who signed it.

Every request of a station is signed with its Ed25519 key over method, path, epoch, number and the body's
SHA-256. A signature reads no clock: a box with a wrong one goes on. What is played back is answered as it was
the first time, so an old request does nothing again.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PREFIX = "/hub/v1/stations"
SIGNATURE, EPOCH, NUMBER = "Silo-Signature", "Silo-Epoch", "Silo-Number"
BYTES = "application/octet-stream"  # of a bag that is given back
NOTHING = "-"  # in a path: before the first bag
_LENGTH = 8


class BodyWrong(Exception):
    """A body is not two parts of a bag."""


class SignatureWrong(Exception):
    """The request is not the station's."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature covers. `path` has its query with it; `number` is a bag's, or a counter that rises."""

    method: str
    path: str
    epoch: str
    number: int
    body: bytes

    def text(self) -> bytes:
        digest = hashlib.sha256(self.body).hexdigest()
        return "\n".join([self.method, self.path, self.epoch, str(self.number), digest]).encode()

    def headers(self, key: Ed25519PrivateKey) -> dict[str, str]:
        signature = base64.b64encode(key.sign(self.text())).decode()
        return {SIGNATURE: signature, EPOCH: self.epoch, NUMBER: str(self.number)}

    def check(self, public_key: str, signature: str) -> None:
        """Raises SignatureWrong. `public_key` is 32 bytes as base64."""
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
            key.verify(base64.b64decode(signature, validate=True), self.text())
        except (InvalidSignature, ValueError, binascii.Error) as error:
            raise SignatureWrong("the signature is not the station's") from error


def public_text(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def enveloped(facts: bytes, people: bytes | None) -> bytes:
    """Return both parts as one body: the length of the facts, whether there is a persons' part, the parts."""
    return len(facts).to_bytes(_LENGTH, "big") + bytes([people is not None]) + facts + (people or b"")


def opened(body: bytes) -> tuple[bytes, bytes | None]:
    """Return facts' and persons' part. Raises BodyWrong."""
    length = int.from_bytes(body[:_LENGTH], "big")
    start = _LENGTH + 1
    if len(body) < start or body[_LENGTH] > 1 or start + length > len(body):
        raise BodyWrong("the body is shorter than it says")
    facts, rest = body[start : start + length], body[start + length :]
    if rest and not body[_LENGTH]:
        raise BodyWrong("the body is longer than it says")
    return facts, rest if body[_LENGTH] else None
