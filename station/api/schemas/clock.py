"""What the station thinks of its clock, and what a person says of the time."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.common import In, Moment, Text


class ClockHealth(BaseModel):
    """`now` is station time. `confirmed`: what is recorded now bears a time that can be believed; else
    `doubt` says why not. `machine` is the time of the machine's clock, `synchronised` what its kernel says of
    it (None: nothing). `asks`: a person should state the time; `stated` is what time it is now by what a
    person stated."""

    now: datetime | None = None
    confirmed: bool = True
    doubt: Literal["behind", "beyond", "records_ahead"] | None = None
    asks: bool = False
    needs_repair: bool = False
    machine: datetime | None = None
    synchronised: bool | None = None
    stated: datetime | None = None


class TimeIn(In):
    """`time` is what the person reads on a watch now. `is_sure`: the person was asked about a time far from
    what is recorded."""

    time: Moment
    is_sure: bool = False


class ClockRepairIn(In):
    """`time` None: the machine's clock is right."""

    time: Moment | None = None
    why: Text = ""
