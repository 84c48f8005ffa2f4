"""A shipment's paper: all that is known of grain between two own silos, also as a text for a QR code.

The text is `SILO1` and what `station/sealed_text.py` makes of its fields, in the order of `ShipmentPaper`;
values are [analyte, value, basis, known tonnes, measurements].
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from drivers.reading import UNIT_OF, Analyte, is_known
from drivers.text import checked_text
from station import sealed_text
from station.sealed_text import TextForged, TextWrong

PREFIX = "SILO1"

Said = Annotated[str, Field(max_length=120), AfterValidator(checked_text)]
Named = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(checked_text)]
Kilograms = Annotated[float, Field(gt=0, le=100_000_000, allow_inf_nan=False)]
Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,80}-[0-9]{1,9}$")]


class PaperWrong(Exception):
    """The text is no shipment's paper; the message says why."""


class PaperForged(PaperWrong):
    """The silo that it names did not sign it like this."""


class TravellingValue(BaseModel):
    """A mean over the `known_t` tonnes that it is known of, which rests on `n` measurements (None: nobody
    counted). `value` None: a mean that cannot be computed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    value: Annotated[float, Field(allow_inf_nan=False)] | None
    unit: Named
    basis: Said | None = None
    known_t: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    n: Annotated[int, Field(ge=0)] | None = None


class ShipmentPaper(BaseModel):
    """`gross_kg` and `tare_kg` are known where the truck was weighed when it left. `claims` are those that
    the cell still honoured, `treated` the substances that were put on the grain; grain that is `never_blend`
    goes to no other. What a later release says more is passed over, what an older one does not say is not
    known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Number
    from_site: Named
    from_name: Named
    to_site: Named
    plate: Named
    trailer: Said = ""
    species: Named
    grade: Said | None = None
    kg: Kilograms
    gross_kg: Kilograms | None = None
    tare_kg: Kilograms | None = None
    claims: Annotated[list[Named], Field(max_length=20)] = []
    regime: Said = ""
    organisation: Said = ""
    driver: Said = ""
    carrier: Said = ""
    paper_number: Said = ""
    left_at: AwareDatetime
    values: Annotated[dict[Named, TravellingValue], Field(max_length=60)] = {}
    treated: Annotated[list[Named], Field(max_length=20)] = []
    never_blend: bool = False

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Raises PaperWrong."""
        try:
            return cls.model_validate(told)
        except ValidationError as error:
            first = error.errors()[0]
            raise PaperWrong(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None

    def as_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def travelling(content: Mapping[str, Any]) -> dict[str, TravellingValue]:
    """Return the content of what left a cell as its paper says it, rounded as the text has it."""
    return {
        name: TravellingValue(
            value=None if one["value"] is None else round(one["value"], 6), unit=one["unit"],
            basis=one["basis"], known_t=round(one["known_t"], 3), n=one.get("n"),
        )
        for name, one in sorted(content.items())
    }  # fmt: skip


def written(paper: ShipmentPaper, key: Ed25519PrivateKey | None) -> str:
    """Return the paper as a text; without a key nobody can tell who wrote it."""
    fields = paper.as_dict()
    fields["values"] = [
        [name, one.value, one.basis, one.known_t, one.n] for name, one in paper.values.items()
    ]
    return sealed_text.seal(PREFIX, list(fields.values()), key)


def read_text(text: str) -> tuple[ShipmentPaper, bytes, bytes]:
    """Return what a text says, the bytes that are signed, and their signature (empty: it has none). Raises
    PaperWrong."""
    try:
        opened = sealed_text.unseal(PREFIX, text)
        fields = _fields(opened.fields)
    except TextWrong as error:
        raise PaperWrong(str(error)) from None
    except (ValueError, TypeError):
        raise PaperWrong("a character is wrong or missing") from None
    return ShipmentPaper.read(fields), opened.signed, opened.signature


def check_signature(signed: bytes, signature: bytes, public_key: str) -> None:
    """Raises PaperForged. `public_key`: 32 bytes as base64."""
    try:
        sealed_text.check_signature(signed, signature, base64.b64decode(public_key, validate=True))
    except (TextForged, binascii.Error):
        raise PaperForged("the signature is not that silo's") from None


def _fields(told: list[Any]) -> dict[str, Any]:
    names = list(ShipmentPaper.model_fields)
    if len(told) <= names.index("values"):
        raise ValueError("fields are missing")
    fields = dict(zip(names, told, strict=False))  # a later release says more
    fields["values"] = {
        name: {"value": value, "unit": _unit(name), "basis": basis, "known_t": known_t, "n": n}
        for name, value, basis, known_t, n in fields["values"]
    }
    return fields


def _unit(name: str) -> str:
    return UNIT_OF[Analyte(name)].value if is_known(name) else "?"
