"""What a delivery note's QR code says: the weights and the bulletin, to check the paper by.

It names no buyer, carrier, driver or plate, as a ticket's code names no supplier.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import AwareDatetime, Field

from station.receival.papers.paper_seals import Kilograms, LimitLine, Said, Seal, ValueLine

Several = Annotated[list[Said], Field(max_length=20)]


class DeliverySeal(Seal):
    """`values` are means of the goods; `treated` names the substances that were put on the grain."""

    PREFIX: ClassVar[str] = "SILO3"

    site: Said
    site_name: Said
    campaign: Said
    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    species: Said
    grade: Said
    claims: Several
    empty_kg: Kilograms
    full_kg: Kilograms
    net_kg: Kilograms
    values: Annotated[list[ValueLine], Field(max_length=60)]
    limits: Annotated[list[LimitLine], Field(max_length=60)]
    treated: Several

    @classmethod
    def of(cls, site: str, document: Mapping[str, Any], key: str, language: str) -> Self:
        """Take what a note's document says; the grade by its name in that language."""
        bulletin = document["bulletin"]
        return cls(
            key=key, site=site, site_name=document["site"], campaign=document["campaign"],
            number=document["number"], at=datetime.fromisoformat(document["at"]).astimezone(),
            species=document["species"],
            grade=bulletin.get("grade_name", {}).get(language) or document["grade"] or "",
            claims=document["claims"], empty_kg=document["empty"]["kg"],
            full_kg=document["full"]["kg"], net_kg=document["net_kg"],
            values=[
                (name, round(one["value"], 6), one["basis"], None if one["u"] is None else round(one["u"], 6))
                for name, one in bulletin["values"].items()
                if one["value"] is not None
            ],
            limits=[(one["analyte"], one["op"], one["limit"], one["basis"]) for one in bulletin["limits"]],
            treated=document["treated"],
        )  # fmt: skip
