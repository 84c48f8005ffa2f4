"""What a station that only observes would have proposed, beside what was done."""

from pydantic import BaseModel


class ObservedShare(BaseModel):
    """Of `loads` of a species that went into a cell, so many were proposed for it; `low` and `high` are the
    share's 95 % limits (Clopper and Pearson). Of `told` the co-operative's program said where they went, of
    the others a person here."""

    species: str
    cell: str
    loads: int
    agreed: int
    not_proposed: int
    told: int
    low: float
    high: float
