"""Claims, and the certificates that they stand on."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from station.api.schemas.common import SEEN_FILE, Day, In, Key, Name, Text, Why

CertificatesText = Annotated[str, Field(max_length=5_000_000), SEEN_FILE]


class ClaimChoice(BaseModel):
    """A claim that a load may have. `certified`: a certificate of the supplier is valid today; `usual`: the
    supplier's last loads had it."""

    id: str
    needs_certificate: bool
    certified: bool = False
    usual: bool = False


class CertificateIn(In):
    """Both days are included. `supplier` is a known supplier's name."""

    supplier: Name
    claim: Key
    number: Name
    body: Text = ""
    valid_from: Day
    valid_until: Day


class CertificateWithdrawIn(In):
    why: Why


class CertificatesFileIn(In):
    """A CSV file; `dry_run` tells only what would become of it."""

    text: CertificatesText
    dry_run: bool = False


class Certificate(BaseModel):
    """`by` None: the site file or headquarters says so. `holds`: it is valid today."""

    id: str
    supplier: str
    claim: str
    number: str
    body: str
    valid_from: date
    valid_until: date
    holds: bool
    at: datetime
    by: str | None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_why: str = ""


class RowError(BaseModel):
    """What of a file is not taken; `line` None: of the file as a whole."""

    line: int | None
    code: str
    params: dict[str, Any] = {}
    message: str


class CertificatesTaken(BaseModel):
    added: int
    known: int
    errors: list[RowError]
