"""What a ticket's QR code says: enough to check the paper by, signed with the station's own key.

The text is `SILO2` and what `station/sealed_text.py` makes of the fields, in the order of `TicketSeal`;
values are [analyte, value, basis, standard uncertainty], limits [analyte, sign, limit, basis]. It names no
supplier, owner, driver or plate: whoever holds the paper reads them there, and a photo of the code tells
nobody whose grain it was.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from drivers.text import checked_text
from station import sealed_text
from station.sealed_text import TextForged, TextWrong
from station.signing import PublicKey

PREFIX = "SILO2"
_CONTEXT = PREFIX.encode()

Said = Annotated[str, Field(max_length=120), AfterValidator(checked_text)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Kilograms = Annotated[float, Field(ge=0, le=100_000_000, allow_inf_nan=False)]
ValueLine = tuple[Said, Number, Said | None, Number | None]
LimitLine = tuple[Said, Said, Number, Said | None]


class KeyUnknown(TextWrong):
    """None of the keys at hand signed it; `key` names the one that it says."""

    def __init__(self, key: str) -> None:
        super().__init__(f"signed with the key {key}, which is not at hand")
        self.key = key


class TicketSeal(BaseModel):
    """`key` names the key that signed; `corrects` is the number of the ticket that this one replaces (0:
    none). `paid_kg` is the payment weight (poids aux normes), where a rule pack says it. What a later release
    says more is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: Said
    site: Said
    site_name: Said
    campaign: Said
    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    corrects: Annotated[int, Field(ge=0)]
    species: Said
    grade: Said
    provisional: bool
    gross_kg: Kilograms
    tare_kg: Kilograms
    net_kg: Kilograms
    paid_kg: Kilograms | None
    values: Annotated[list[ValueLine], Field(max_length=60)]
    limits: Annotated[list[LimitLine], Field(max_length=60)]

    @classmethod
    def of(
        cls, site: str, document: Mapping[str, Any], key: str, language: str, *, provisional: bool
    ) -> Self:
        """Take what a ticket's document says; the grade by its name in that language."""
        quality: Mapping[str, Any] = document.get("quality") or {}
        uncertainty, limits = quality.get("u", {}), quality.get("limits", ())
        return cls(
            key=key, site=site, site_name=document["site"], campaign=document["campaign"],
            number=document["number"], at=document["at"],
            corrects=(document.get("corrects") or {}).get("number", 0), species=document["species"],
            grade=quality.get("name", {}).get(language) or quality.get("grade") or "",
            provisional=provisional, gross_kg=document["gross"]["kg"], tare_kg=document["tare"]["kg"],
            net_kg=document["net_kg"], paid_kg=(document.get("pay") or {}).get("kg"),
            values=[
                (name, round(one["value"], 6), one["basis"], uncertainty.get(name))
                for name, one in document["values"].items()
                if one["value"] is not None
            ],
            limits=[(one["analyte"], one["op"], one["limit"], one["basis"]) for one in limits],
        )  # fmt: skip


def public_key(key: Ed25519PrivateKey) -> PublicKey:
    """The station's public key, named by its own digest."""
    raw = key.public_key().public_bytes_raw()
    return PublicKey(hashlib.sha256(raw).digest()[:8], raw)


def sealed(seal: TicketSeal, key: Ed25519PrivateKey | None) -> str:
    """Return the text of the QR code; without a key it is signed by nobody."""
    fields = list(seal.model_dump(mode="json").values())
    return sealed_text.seal(PREFIX, fields, key, _CONTEXT)


def verify(text: str, keys: Sequence[PublicKey]) -> TicketSeal:
    """Return what was signed. Raises TextWrong where it is no ticket's text, TextForged where nobody or
    another one signed it, KeyUnknown."""
    opened = sealed_text.unseal(PREFIX, text, _CONTEXT)
    seal = _read(opened.fields)
    if not opened.signature:
        raise TextForged("nobody signed it")
    known = [key for key in keys if key.name == seal.key]
    if not known:
        raise KeyUnknown(seal.key)
    sealed_text.check_signature(opened.signed, opened.signature, known[0].raw)
    return seal


def _read(fields: Sequence[Any]) -> TicketSeal:
    names = list(TicketSeal.model_fields)
    if len(fields) < len(names):
        raise TextWrong("fields are missing")
    try:
        return TicketSeal.model_validate(dict(zip(names, fields, strict=False)))
    except ValidationError as error:
        first = error.errors()[0]
        raise TextWrong(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
