"""Captures: photos come in, inspections of outside models are added, originals go out."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse
from sqlmodel import select

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import FromTerminal, OwnOnly
from station.api.openapi import problems
from station.api.upload import MOST_PHOTOS, receive
from station.api.views import evidence
from station.api.views.view import view_of
from station.photo_bytes import MEDIA_TYPES
from station.receival.arrivals.loads import check_value
from station.receival.measuring import captures
from station.store.blobs import BlobDamaged, BlobMissing
from station.store.tables import Capture, Photo

router = APIRouter(tags=["captures"])

_MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["id", "photos"],
                    "properties": {
                        "id": {
                            "type": "string",
                            "format": "uuid",
                            "description": "Made by the sender; the same when the upload is repeated.",
                        },
                        "form": {
                            "type": "string",
                            "description": 'JSON object of texts: "barcode", "species", '
                            '"operator_variety", "note"; "answers" is a list of {"load_id", "form", '
                            '"answers"}, as of `POST /loads/{load_id}/answers`.',
                        },
                        "photos": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_PHOTOS,
                            "items": {"type": "string", "format": "binary"},
                        },
                    },
                }
            }
        },
    }
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes as they were sent.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES.values()
        },
    }
}


@router.post(
    "/captures",
    status_code=201,
    openapi_extra=_MULTIPART,
    responses={
        200: {"model": schemas.Capture, "description": "It was received before: nothing was added."},
        **problems(409, 415),
    },
)
async def receive_capture(
    asked: Asked, terminal: FromTerminal, request: Request, response: Response
) -> schemas.Capture:
    """Answered once the photos and the row are on the disk. Each is a JPEG, PNG or WebP by its bytes: 415
    `not_a_photo`, `heic_photo`, 422 `photo_cut_off` name the first that is not."""
    row, is_new = await receive(asked, request, terminal)
    response.status_code = 201 if is_new else 200
    return _shown(asked, row.id, own=None)  # who sends the same photos again has shown that they are theirs


@router.get("/captures/{capture_id}", responses=problems(404))
def get_capture(asked: Asked, capture_id: str, own: OwnOnly) -> schemas.Capture:
    return _shown(asked, capture_id, own)


@router.post("/captures/{capture_id}/inspections", status_code=201, responses=problems(404))
def add_inspection(
    asked: Asked, terminal: FromTerminal, own: OwnOnly, capture_id: str, body: schemas.InspectionIn
) -> schemas.Inspection:
    """What an outside application's model says of its capture; the same model twice is one inspection."""
    with asked.desk.ledger.read() as tx:
        captures.reached(tx, capture_id, own)
    source = f"app:{terminal.name}"  # never "station", whatever the token is named
    row = captures.record_outside_inspection(
        asked.desk,
        capture_id,
        body.name,
        body.version,
        body.sha256,
        source,
        result_said(body),
        None,
        asked.now(),
    )
    with view_of(asked) as view:
        return evidence.inspection(view, row)


@router.get("/photo-day")
def get_photo_day(asked: Asked, day: schemas.Day | None = None) -> schemas.PhotoDay:
    """How many photos were asked for on a collecting day (without `day`: this one), taken, not taken, and
    taken though not asked for, by who decided on the loads."""
    with view_of(asked) as view:
        return evidence.photo_day(view, day or view.policy.collecting_day(view.now))


def result_said(body: schemas.InspectionIn) -> dict[str, Any]:
    """What a model says, as an inspection keeps it. Raises Invalid."""
    said = body.model_dump(exclude={"name", "version", "numbers"})
    numbers = {name: _number(name, number) for name, number in body.numbers.items()}
    return {"reasons": [], "cut": None, "seconds": {}, **said, "numbers": numbers}


def _number(name: str, said: schemas.SaidNumberIn) -> dict[str, Any]:
    """Return a number as an inspection keeps it. Raises Invalid for what cannot be true of grain."""
    value = check_value(name, said.value, said.basis)
    return {**value.as_dict(), "low": said.low, "high": said.high, "per": said.per}


@router.get(
    "/photos/{sha256}",
    response_class=FileResponse,
    responses={**_BYTES, **problems(404)},
)
def get_photo(
    asked: Asked, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], own: OwnOnly
) -> FileResponse:
    """The original, byte for byte; one whose bytes are not those any more is not given."""
    query = select(Photo.media_type).where(Photo.sha256 == sha256)
    if own is not None:
        query = query.join(Capture).where(Capture.terminal_id == own)
    with asked.desk.ledger.read() as tx:
        media_type = tx.exec(query.limit(1)).first()
    if media_type is None:
        raise NotFound(Fault.UNKNOWN_PHOTO, sha256=sha256)
    try:
        path = asked.context.blobs.whole(sha256)
    except BlobMissing:
        raise NotFound(Fault.PHOTO_LOST, sha256=sha256) from None
    except BlobDamaged:
        raise NotFound(Fault.PHOTO_DAMAGED, sha256=sha256) from None
    return FileResponse(path, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})


def _shown(asked: Inquiry, capture_id: str, own: str | None) -> schemas.Capture:
    with view_of(asked) as view:
        return evidence.capture(view, captures.reached(view.tx, capture_id, own))
