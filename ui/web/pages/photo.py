"""A photo, and what a model saw on it."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from sqlmodel import Session

from station.acts.refusals import Fault, NotFound, Refusal
from station.api.language import reasons
from station.store.blobs import BlobFault
from station.store.evidence import STATION, inspections_of, photos_of, sample_shown, whole_result
from station.store.tables import Inspection, Load, Photo, Visit
from ui.web.reader import Reader, Reading
from ui.words.problems import problem
from ui.words.seen import by_area, counted, legend

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """`picture` is a JPEG's data address; None where `failure` says why nothing is drawn. `others` are the
    other models that looked at it."""

    load_id: str
    plate: str
    original: str
    model: str
    picture: str | None
    failure: tuple[str, str] | None
    others: list[tuple[str, str]]


@router.get("/loads/{load_id}/captures/{capture_id}/{position}")
def photo(reader: Reading, load_id: str, capture_id: str, position: int) -> Response:
    """The photo as it came."""
    with reader.desk.ledger.read() as tx:
        row = _photo(tx, load_id, capture_id, position)
        media_type, sha256 = row.media_type, row.sha256
    try:
        path = reader.asked.context.blobs.whole(sha256)
    except BlobFault:
        raise NotFound(Fault.PHOTO_LOST, sha256=sha256) from None
    return FileResponse(path, media_type=media_type)


def _photo(tx: Session, load_id: str, capture_id: str, position: int) -> Photo:
    """A photo of the load's own samples. Raises NotFound(unknown_capture)."""
    sample, photos = sample_shown(tx, capture_id), photos_of(tx, capture_id)
    if sample is None or sample.load_id != load_id or not 0 <= position < len(photos):
        raise NotFound(Fault.UNKNOWN_CAPTURE)
    return photos[position]


@router.get("/loads/{load_id}/captures/{capture_id}/{position}/outlines")
def outlines(
    reader: Reading, load_id: str, capture_id: str, position: int,
    by: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:  # fmt: skip
    """What the model saw whose inspection `by` names, else the one that looked last of those that count."""
    with reader.desk.ledger.read() as tx:
        row = _photo(tx, load_id, capture_id, position)
        plate = tx.get_one(Visit, tx.get_one(Load, load_id).visit_id).plate
        rows = inspections_of(tx, capture_id)
        chosen = next((one for one in rows if one.id == by), None) or _best(rows)
        here = f"/loads/{load_id}/captures/{capture_id}/{position}"
        others = [
            (f"{one.model} {one.version}", f"{here}/outlines?by={one.id}") for one in rows if one != chosen
        ]
        name = f"{chosen.model} {chosen.version}" if chosen else ""
        seen = _of_photo(chosen, row.sha256) if chosen else None
        sha256 = row.sha256
    picture, failure = _drawn(reader, sha256, seen)
    page = PhotoPage(load_id, plate, here, name, picture, failure, others)
    return reader.page("photo.html", page)


def _best(rows: Any) -> Inspection | None:
    known = [one for one in rows if one.kernels is not None and one.source == STATION]
    return next((one for one in reversed(known) if not one.shadow), known[-1] if known else None)


def _of_photo(row: Inspection, sha256: str) -> dict[str, Any] | None:
    """What the inspection holds of this photo; None where the kernels are not kept: an outside application's
    word has none."""
    if row.kernels is None:
        return None
    whole = whole_result(row)
    photos = whole.get("photos")
    return next((one for one in photos if one["sha256"] == sha256), None) if photos else whole


def _drawn(
    reader: Reader, sha256: str, seen: dict[str, Any] | None
) -> tuple[str | None, tuple[str, str] | None]:
    t = reader.t
    if seen is None:
        return None, (
            t.gettext("No model of the station has judged this photo"),
            t.gettext("There is nothing to draw on it."),
        )
    title = counted(seen["kernels"], seen["cut"], t) + by_area(seen["outlines"], seen["by_area"], t)
    told = [one.message for one in reasons([*seen["reasons"], *seen["remarks"]], t.language)]
    try:
        picture = reader.asked.context.draw(sha256, seen, legend(seen["classes"], t), title, told)
    except Refusal as refused:
        return None, problem(refused.code.value, refused.params, t.language)
    return f"data:image/jpeg;base64,{b64encode(picture).decode()}", None
