"""Approvals by a second person, values that need not be measured for now, visual checks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from station.api.schemas.common import SEEN, In, Key, Name, Text, Why

GuardedRule = Literal["never_blend", "claims", "measurement"]
Finding = Literal["smell", "live_insects", "heat", "ergot"]
# Read back by telephone: blanks between the figures are nobody's fault.
Figures = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[0-9 ]{8,15}$"),
    AfterValidator(lambda text: text.replace(" ", "")),
    SEEN,
]


class ApprovalIn(In):
    """`approver` is a person's id. `standing`: for every load of the species without the missing values,
    until they are measured again or the collecting day ends."""

    proposal_id: Key
    cell: Key
    pit: Key
    reason: Why
    approver: Key
    standing: bool = False


class Approval(BaseModel):
    """`challenge`: six figures that are read to the approver, who reads eight back until `until`. Its id goes
    with the decision once it is `given`."""

    id: str
    challenge: str
    load_id: str
    approver: str
    until: datetime
    rules: list[GuardedRule]
    lacking: list[str]
    cell: str
    pit: str
    standing: bool
    state: Literal["open", "given", "used", "over"]


class AnswerIn(In):
    answer: Figures


class WaiverIn(In):
    species: Key
    analytes: Annotated[list[Key], Field(min_length=1, max_length=10)]
    reason: Why


class Waiver(BaseModel):
    """Loads of the species may be decided without the analyte; it holds now."""

    id: str
    species: str
    analyte: str
    at: datetime
    by: str
    approved_by: str
    reason: str


class VisualCheckIn(In):
    """No findings: all is well."""

    findings: Annotated[list[Finding], Field(max_length=4)] = []
    note: Text = ""


class VisualCheck(BaseModel):
    at: datetime
    by: str
    findings: list[str]
    note: str = ""


class ApproverIn(In):
    name: Name


class Approver(BaseModel):
    id: str
    name: str
    since: datetime


class ApproverEnrolled(BaseModel):
    """The only time the secret is shown: as text, and as an address for a QR code. `probe` is the answer to
    000000, which the phone shows too where the secret was typed well."""

    name: str
    secret: str
    address: str
    probe: str
