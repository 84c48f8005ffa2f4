"""Offered weights and their confirmation."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.common import In, Key, Kilograms, Reason, Text, VehiclePart, WeighingRole
from station.api.schemas.outcome import Ticket, TippedPart
from station.api.schemas.visits import Visit


class Preselection(BaseModel):
    """Which visit this weight most likely belongs to, and as what; None means a new visit."""

    visit_id: str | None
    plate: str | None
    role: WeighingRole
    load_ids: list[str] = []


class Weighing(BaseModel):
    id: str
    kg: float
    at: datetime
    rule: str
    instrument: str | None
    instrument_name: str | None = None
    remarks: list[Reason] = []
    sealed_number: str | None
    typed_by: str | None
    state: Literal["offered", "used", "dismissed"]
    preselected: Preselection | None = None
    candidates: list[Preselection] = []


class TypedWeighingIn(In):
    """`bridge`: the port whose display was read; it need not be said where there is one bridge.
    `despite_remarks`: the person was asked whether the bridge can show this weight."""

    kg: Kilograms
    reason: Text = ""
    bridge: Key | None = None
    despite_remarks: bool = False


class ConfirmWeighingIn(In):
    """Takes an offered weight into a visit. `load_ids`: the loads that this weight closes (an
    intermediate or last weighing); empty means the preselected ones. `tipped` per load where the
    grain went elsewhere than decided. `part`: it is the weight of an uncoupled part of the vehicle, or of an
    axle, and the next one is of another part: their sum counts. `despite_remarks`: the person was asked
    whether the weight is right, and whether it is this vehicle's: a 409 with `remarks` among its parameters
    says what to ask."""

    visit_id: Key
    role: WeighingRole
    load_ids: list[Key] = []
    tipped: dict[Key, list[TippedPart]] = {}
    part: VehiclePart | None = None
    despite_remarks: bool = False


class WeighingConfirmed(BaseModel):
    weighing: Weighing
    visit: Visit
    tickets: list[Ticket] = []
