"""Phones that take photos: how one is let in, what it may choose from, what became of its photos."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.common import In, Name
from station.api.schemas.forms import Form


class PhoneInvitationIn(In):
    """`name` is what the phone will be called; without one it is a phone with a number."""

    name: Name | None = None


class PhoneInvitation(BaseModel):
    """A phone that opens `address` before `until` gets a token, once."""

    address: str
    name: str
    until: datetime


class PhoneAdmitted(BaseModel):
    """The only time the phone's token is shown."""

    token: str
    name: str


class Phone(BaseModel):
    """A phone that may send photos."""

    id: str
    name: str


class PhoneLoad(BaseModel):
    """A load on site, without whose it is: a phone leaves the site in somebody's pocket. `species` is its
    code, `species_name` its word; without a `barcode` no sample of it is entered yet."""

    id: str
    plate: str
    trailer: str = ""
    species: str
    species_name: str
    barcode: str | None
    photo_asked: bool = False
    photo_taken: bool = False


class PhonePage(BaseModel):
    """What a phone asks for: the loads on site, the newest first."""

    site: str
    phone: str
    max_upload_bytes: int
    most_photos: int
    loads: list[PhoneLoad]
    forms: list[Form] = []


class LabelRead(BaseModel):
    """What a photo of a label says: `barcode` is a sample's by its look, `load` whose it is. `message` says
    what to do where it is not clear."""

    barcode: str | None
    load: PhoneLoad | None
    message: str


class PhoneCapture(BaseModel):
    """What became of an upload, in words. It `waits` for its judgement, `counts` beside the instruments, is
    `kept` and changes no value, or is `refused`: another should be taken."""

    id: str
    state: Literal["waits", "counts", "kept", "refused"]
    plate: str | None
    title: str
    lines: list[str]
