"""What a load is paid by its rule pack."""

from typing import Literal

from pydantic import BaseModel


class PayLine(BaseModel):
    """One adjustment: the value on its basis, rounded to its step, is `beyond` the limit. `amount` is in
    percent, or euros a tonne for a fee; it, `kg` and `cents` are negative where they take."""

    adjustment: str
    kind: Literal["refaction", "bonification", "drying"]
    on: Literal["price", "weight", "fee"]
    analyte: str
    value: float
    limit: float
    beyond: float
    amount: float
    kg: int
    cents: int | None
    source: str


class Pay(BaseModel):
    """What is paid for the part of a load that is of one grade. `paid_kg` is the payment weight (poids aux
    normes), which never enters a cell. `price` in euros a tonne; without one there are no `cents`. `unknown`:
    analytes without a value that could have moved the pay."""

    grade: str
    net_kg: float
    paid_kg: float
    price: float | None
    base_cents: int | None
    cents: int | None
    lines: list[PayLine]
    unknown: list[str]
