"""What pages of headquarters are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, MetaData

from station.grain.freinte import USUAL_PERCENT
from station.headquarters.shipments import OVERDUE


@dataclass(frozen=True, slots=True)
class Quarters:
    """The database with its tables, the time, the co-operative's name, and the language of who chose none.
    `photo` gives the bytes of one that has come whole, None where it is not there or cannot be read now. A
    shipment between own silos that lost more than `freinte_percent`, or is under way for longer than
    `overdue`, is listed."""

    engine: Engine
    tables: MetaData
    clock: Callable[[], datetime]
    name: str = "Silo"
    language: str = "fr"
    photo: Callable[[str], bytes | None] | None = None
    freinte_percent: float = USUAL_PERCENT
    overdue: timedelta = OVERDUE
