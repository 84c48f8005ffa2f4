"""What a ticket's QR code says: enough to check the paper by.

It names no supplier, owner, driver or plate: whoever holds the paper reads them there, and a photo of the
code tells nobody whose grain it was.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import AwareDatetime, Field

from station.receival.papers.paper_seals import Kilograms, LimitLine, Said, Seal, ValueLine


class TicketSeal(Seal):
    """`corrects` is the number of the ticket that this one replaces (0: none). `paid_kg` is the payment
    weight (poids aux normes), where a rule pack says it."""

    PREFIX: ClassVar[str] = "SILO2"

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
        """Take what a ticket's document says; the grade by its name in that language, the time with the
        site's offset: whoever verifies it elsewhere reads the hour that the paper has."""
        quality: Mapping[str, Any] = document.get("quality") or {}
        uncertainty, limits = quality.get("u", {}), quality.get("limits", ())
        return cls(
            key=key, site=site, site_name=document["site"], campaign=document["campaign"],
            number=document["number"], at=datetime.fromisoformat(document["at"]).astimezone(),
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
