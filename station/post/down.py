"""What headquarters sends down: documents, numbered for each station, each signed with the hub's own key.

A station takes them in the order of their numbers. The signature covers the station and the number too, so
that a document of one station, or an old one, is nothing to another.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEAD, SIGNATURE = "head", "signature"
MOST_BYTES = 500_000_000  # of a document: a bundle has tens of millions


class DocumentWrong(Exception):
    """It is not what headquarters signed for this station; the message says why."""


@dataclass(frozen=True, slots=True)
class Document:
    """Names a body by its SHA-256 and size in bytes. `kind` decides who takes it at the station; `name` says
    of which thing it is the newest word: a later document of one kind and name replaces an earlier one that
    was not taken yet. `valid_from` is an ISO day, or nothing. `by` is who sent it; `more` is what its kind
    needs beside the body. `follows` is the number that this station was offered before; None: the one before
    `number`. A hub that was restored leaves numbers out that it knows nothing of any more."""

    station: str
    number: int
    kind: str
    name: str
    sha256: str
    size: int
    by: str
    valid_from: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    follows: int | None = None

    def text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def signed(self, key: Ed25519PrivateKey) -> dict[str, str]:
        """Return it as it travels."""
        text = self.text()
        return {HEAD: text, SIGNATURE: base64.b64encode(key.sign(text.encode())).decode()}


def read_document(said: object, station: str, hub_key: str) -> Document:
    """Return what a signed head says. `hub_key`: 32 bytes as base64. Raises DocumentWrong."""
    if not isinstance(said, Mapping):
        raise DocumentWrong("no document")
    text, signature = said.get(HEAD), said.get(SIGNATURE)
    if not isinstance(text, str) or not isinstance(signature, str):
        raise DocumentWrong("no head or no signature")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(hub_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        raise DocumentWrong("the signature is not headquarters'") from None
    document = _read(text)
    if document.station != station:
        raise DocumentWrong(f"it is for {document.station}")
    return document


def _read(text: str) -> Document:
    """Headquarters signed it: it is read as it is; a later hub may say more than this station knows."""
    try:
        told = json.loads(text)
        known = {name: told[name] for name in Document.__dataclass_fields__ if name in told}
        document = Document(**known)
    except (ValueError, TypeError, RecursionError) as error:
        raise DocumentWrong(f"its head cannot be read: {error}") from None
    texts = (document.kind, document.name, document.sha256, document.by, document.valid_from)
    numbers = (document.number, document.size)
    if not all(isinstance(one, str) for one in texts) or not all(type(one) is int for one in numbers):
        raise DocumentWrong("its head has wrong types")
    if len(document.sha256) != 64 or not set(document.sha256) <= set("0123456789abcdef"):
        raise DocumentWrong("its digest is none")
    if type(document.follows) is not int and document.follows is not None:
        raise DocumentWrong("its head has wrong types")
    if not 0 <= document.size <= MOST_BYTES or document.number < 1 or not isinstance(document.more, Mapping):
        raise DocumentWrong("its head has impossible numbers")
    return document
