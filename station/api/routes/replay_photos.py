"""Decisions made again with what another model says of their photos; nothing of it is recorded."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.paging import After, FewRows, page, ticks, time_place
from station.api.period import Period
from station.api.routes.captures import result_said
from station.api.views import rules as views
from station.api.views.view import view_of
from station.receival.packs import replay_photos
from station.store import pages
from station.store.ids import new_id
from station.store.tables import Decision, Inspection

router = APIRouter(prefix="/replay", tags=["rules"])


@router.get("/captures")
def list_replay_captures(
    asked: Asked, response: Response, period: Period, load: schemas.Key | None = None,
    after: After = None, limit: FewRows = 50,
) -> list[schemas.ReplayCapture]:  # fmt: skip
    """The captures that decisions were taken with, oldest decision first; `limit` counts decisions."""
    with view_of(asked) as view:
        found = pages.decisions(view.tx, load, period.since, period.until, time_place(after), limit + 1)
        rows = page(response, found, limit, lambda row: (ticks(row.at), row.seq or 0))
        cases = replay_photos.photo_cases(view.tx, rows)
        return [schemas.ReplayCapture.model_validate(asdict(one)) for one in cases]


@router.post("/photos", responses=problems(404))
def replay_with_photos(asked: Asked, body: schemas.ReplayPhotosIn) -> schemas.ReplayedByModel:
    """Makes one decision again with what another model says of its captures."""
    said = {one.capture_id: _inspection(one, asked.now()) for one in body.seen}
    with view_of(asked) as view:
        row = view.tx.get(Decision, body.decision_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=body.decision_id)
        return views.replayed_with(view, row, said)


def _inspection(seen: schemas.SeenAgainIn, at: datetime) -> Inspection:
    """As a row would say it that nobody adds."""
    said = seen.inspection
    return Inspection(
        id=new_id(at), capture_id=seen.capture_id, at=at, model=said.name, version=said.version,
        sha256=said.sha256 or "", source="replay", accepted=said.accepted, result=result_said(said),
    )  # fmt: skip
