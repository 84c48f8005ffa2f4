"""What is said of a vehicle that comes to take grain away."""

from dataclasses import dataclass
from datetime import datetime

from station.receival.masters.external import External


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes to be loaded, and with what for whom; buyer, species, grade and claims are the order's where
    they are not said. `campaign`: the site's where it is not given."""

    plate: str
    buyer: str = ""
    species: str = ""
    trailer: str = ""
    destination: str = ""
    order_number: str = ""
    carrier: str = ""
    driver: str = ""
    grade: str | None = None
    claims: tuple[str, ...] = ()
    axles: int | None = None
    gross_limit_kg: float | None = None
    campaign: str | None = None
    arrived_at: datetime | None = None
    note: str = ""
    comes_again: bool = False
    external: External | None = None
