"""What the QR code of a paper says: its facts in one order, signed with the station's own key.

The text is a paper's prefix and what `station/sealed_text.py` makes of the fields of its model. The signature
is over the prefix too: no paper's code passes for another's.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from drivers.text import checked_text
from station import sealed_text
from station.sealed_text import TextForged, TextWrong
from station.signing import PublicKey

Said = Annotated[str, Field(max_length=120), AfterValidator(checked_text)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Kilograms = Annotated[float, Field(ge=0, le=100_000_000, allow_inf_nan=False)]
ValueLine = tuple[Said, Number, Said | None, Number | None]  # analyte, value, basis, standard uncertainty
LimitLine = tuple[Said, Said, Number, Said | None]  # analyte, sign, limit, basis


class KeyUnknown(TextWrong):
    """None of the keys at hand signed it; `key` names the one that it says."""

    def __init__(self, key: str) -> None:
        super().__init__(f"signed with the key {key}, which is not at hand")
        self.key = key


class Seal(BaseModel):
    """The fields of a paper's code follow, in their order; `key` names the key that signed. What a later
    release says more is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    PREFIX: ClassVar[str]

    key: Said


Kind = TypeVar("Kind", bound=Seal)


def public_key(key: Ed25519PrivateKey) -> PublicKey:
    """The station's public key, named by its own digest."""
    raw = key.public_key().public_bytes_raw()
    return PublicKey(hashlib.sha256(raw).digest()[:8], raw)


def sealed(seal: Seal, key: Ed25519PrivateKey | None) -> str:
    """Return the text of the QR code; without a key it is signed by nobody."""
    fields = list(seal.model_dump(mode="json").values())
    return sealed_text.seal(seal.PREFIX, fields, key, seal.PREFIX.encode())


def verify(text: str, keys: Sequence[PublicKey], kind: type[Kind]) -> Kind:
    """Return what was signed. Raises TextWrong where it is no such paper's text, TextForged where nobody or
    another one signed it, KeyUnknown."""
    opened = sealed_text.unseal(kind.PREFIX, text, kind.PREFIX.encode())
    seal = _read(kind, opened.fields)
    if not opened.signature:
        raise TextForged("nobody signed it")
    known = [key for key in keys if key.name == seal.key]
    if not known:
        raise KeyUnknown(seal.key)
    sealed_text.check_signature(opened.signed, opened.signature, known[0].raw)
    return seal


def _read(kind: type[Kind], fields: Sequence[Any]) -> Kind:
    names = list(kind.model_fields)
    if len(fields) < len(names):
        raise TextWrong("fields are missing")
    try:
        return kind.model_validate(dict(zip(names, fields, strict=False)))
    except ValidationError as error:
        first = error.errors()[0]
        raise TextWrong(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
