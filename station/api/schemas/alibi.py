"""What a head's sealed memory says beside the tickets."""

from datetime import date

from pydantic import BaseModel

from station.api.schemas.certificates import RowError
from station.api.schemas.common import In, Key, Reason
from station.api.schemas.reference import ListText


class AlibiFileIn(In):
    """The memory as CSV; `bridge` is the port whose head exported it, where the site has several bridges."""

    text: ListText
    bridge: Key | None = None


class AlibiChecked(BaseModel):
    """The memory's days, and what differs in them. `sealed` counts its weights; `checked` those that tickets
    stand on and the head had numbered by then, `unsealed` those to which it gave no number."""

    since: date | None
    until: date | None
    sealed: int
    checked: int
    unsealed: int
    differences: list[Reason]
    errors: list[RowError]
