"""Receiving a capture: photos go to the disk as they come, then the row, then the answer."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from station.acts.refusals import Fault, Invalid
from station.api import schemas
from station.api.asked import Inquiry
from station.api.language import N_
from station.api.problems import ApiFault, Rejected, not_valid
from station.photo_bytes import MEDIA_TYPES, is_whole, kind_of
from station.receival.measuring import captures
from station.receival.measuring.captures import Answered, StoredPhoto
from station.store.tables import Capture, Terminal

MOST_PHOTOS = 4
FORM_BYTES = 16_384
FIELDS = ("id", "form", "photos")
ANSWERS = "answers"

_ANSWERED: TypeAdapter[list[schemas.AnsweredIn]] = TypeAdapter(list[schemas.AnsweredIn])
_JSON_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
# Storing holds one whole photo in memory: so many uploads do it at a time, the others wait for their turn.
STORING_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked upload; the photos' bytes lie in temporary files."""

    id: str
    form: dict[str, str]
    answered: tuple[Answered, ...]
    photos: tuple[UploadFile, ...]


async def receive(asked: Inquiry, request: Request, terminal: Terminal) -> tuple[Capture, bool]:
    """The recorded capture, and whether it is new. Raises Rejected or Invalid, with nothing recorded."""
    _check_disk(asked)
    async with request.form(max_files=MOST_PHOTOS, max_fields=len(FIELDS), max_part_size=FORM_BYTES) as form:
        upload = checked(form)
        storing: asyncio.Semaphore = request.app.state.storing
        async with storing:
            return await run_in_threadpool(_record, asked, upload, terminal)


def checked(form: FormData) -> Upload:
    """Raises Rejected for fields that are missing or not ours, Invalid for a form with unknown fields."""
    for name in form:
        if name not in FIELDS:
            raise Invalid(Fault.UNKNOWN_FORM_FIELD, field=name, known=list(FIELDS))
    photos = tuple(
        part
        for part in form.getlist("photos")
        if isinstance(part, UploadFile) and (part.filename or part.size)
    )
    if not photos:
        raise Invalid(Fault.NO_PHOTO)
    said = _said(form.get("form") or "{}")
    answered = _answered(said.pop(ANSWERS, None))
    return Upload(_id(form.get("id")), captures.clean_form(said), answered, photos)


def _check_disk(asked: Inquiry) -> None:
    free_mb = asked.context.blobs.free_mb()
    if free_mb < asked.context.limits.min_free_mb_uploads:
        raise Rejected(507, ApiFault.DISK_FULL, free_mb=free_mb)


def _id(text: Any) -> str:
    try:
        return str(UUID(text))
    except (ValueError, TypeError, AttributeError):
        raise not_valid(
            "id", N_("must be a UUID made by the sender, the same when it is sent again")
        ) from None


def _said(text: Any) -> dict[str, Any]:
    try:
        return dict(_JSON_OBJECT.validate_json(text))
    except ValidationError:
        raise not_valid("form", N_("must be a JSON object as text")) from None


def _answered(said: Any) -> tuple[Answered, ...]:
    try:
        found = _ANSWERED.validate_python(said or [])
    except ValidationError:
        raise not_valid("form", N_("must have answers with load, form and answers")) from None
    return tuple(Answered(one.load_id, one.form, one.answers) for one in found)


def _record(asked: Inquiry, upload: Upload, terminal: Terminal) -> tuple[Capture, bool]:
    for number, photo in enumerate(upload.photos, start=1):
        _check_photo(number, photo)
    stored = [_store(asked, photo) for photo in upload.photos]
    capture, is_new = captures.receive_capture(
        asked.desk, upload.id, upload.form, stored, terminal, asked.now(), upload.answered
    )
    if is_new:
        asked.context.wake_vision()
    return capture, is_new


def _check_photo(number: int, photo: UploadFile) -> None:
    """Raises Rejected for what is no photo by its bytes, whatever its name says: nothing of it is stored."""
    data = photo.file.read()
    photo.file.seek(0)
    kind = kind_of(data)
    if kind == "heic":
        raise Rejected(415, ApiFault.HEIC_PHOTO, photo=number)
    if kind not in MEDIA_TYPES:
        raise Rejected(415, ApiFault.NOT_A_PHOTO, photo=number, file_kind=kind)
    if not is_whole(data):
        raise Rejected(422, ApiFault.PHOTO_CUT_OFF, photo=number)


def _store(asked: Inquiry, photo: UploadFile) -> StoredPhoto:
    data = photo.file.read()
    return StoredPhoto(asked.context.blobs.put(data), len(data), MEDIA_TYPES[kind_of(data)])
