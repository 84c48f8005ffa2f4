"""Lists of reference data, and stored tares."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from station.api.schemas.certificates import RowError
from station.api.schemas.common import SEEN, SEEN_FILE, In, Key, Plate, TrailerPlate
from station.api.schemas.outcome import TippedPart

ListName = Literal["suppliers", "vehicles", "varieties", "contracts", "carriers", "buyers", "orders"]
ListText = Annotated[str, Field(max_length=5_000_000), SEEN_FILE]


class ReferenceFileIn(In):
    """A CSV file; `dry_run` says only what would become of it."""

    text: ListText
    dry_run: bool = False


class ReferenceTaken(BaseModel):
    added: int
    changed: int
    known: int
    errors: list[RowError]
    unread: list[str] = []  # titles of columns that the list has not


class ReferenceFile(BaseModel):
    """A list as CSV; `master`: the station, the co-operative's program (erp) or headquarters (hub)."""

    text: str
    master: Literal["station", "erp", "hub"]


class RetireIn(In):
    """`name` is the number of a contract or an order, else the name; `campaign` the current one where it is
    not given."""

    name: Annotated[str, Field(min_length=1, max_length=120), SEEN]
    campaign: Annotated[str, Field(max_length=40), SEEN] = ""


class StoreTareIn(In):
    """`plate` and `trailer` where the weight is of no visit: the empty vehicle stands on the bridge."""

    weighing_id: Key
    plate: Plate | None = None
    trailer: TrailerPlate = ""


class StoredTare(BaseModel):
    """`counts`: it is young enough to be used."""

    id: str
    plate: str
    trailer: str = ""
    kg: float
    weighed_at: datetime
    by: str
    counts: bool


class UseTareIn(In):
    """As a weighing that is confirmed as the last one."""

    tare_id: Key
    load_ids: list[Key] = []
    tipped: dict[Key, list[TippedPart]] = {}
    despite_remarks: bool = False
