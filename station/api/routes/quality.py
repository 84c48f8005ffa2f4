"""What watches over the methods: control samples, what a failed control holds, adjustments, standards."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from station.acts.checking import targets_of
from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, FewRows, Limit, page, place_of
from station.api.schemas.common import SEEN
from station.api.views import quality as views
from station.api.views.view import view_of
from station.lab import adjustments, controls, holds, standards
from station.lab.adjustments import Adjusted
from station.lab.controls import Target
from station.receival.deciding import proposals
from station.store import queries
from station.store.tables import Hold

router = APIRouter(tags=["quality"])
Which = Literal["open", "all"]
CampaignAsked = Annotated[str | None, SEEN, Query(max_length=80, description="The newest, if not said.")]


@router.get("/controls")
def list_controls(asked: Asked, limit: Limit = 100) -> list[schemas.Control]:
    """The control samples of which something is known, those whose targets were set last first."""
    with view_of(asked) as view:
        return [views.control(view, *one) for one in controls.control_samples(view.tx, limit)]


@router.post("/controls/{barcode}/targets", status_code=201, responses=problems(404, 409))
def set_targets(asked: Asked, by: By, barcode: str, body: schemas.TargetsIn) -> schemas.Control:
    """What a control sample is known to have; what was measured of it before is checked at once."""
    targets = [Target(**one.model_dump()) for one in body.targets]
    controls.set_target(asked.desk, barcode, targets, by, asked.now())
    with view_of(asked) as view:
        sample = queries.sample_by_barcode(view.tx, barcode)
        assert sample is not None  # it has its targets
        return views.control(view, sample, list(targets_of(view.tx, sample.id).values()))


@router.get("/controls/due")
def list_due(asked: Asked) -> schemas.ControlsDue:
    """Which instruments and phones are to measure a control sample, and whose verification ends."""
    with view_of(asked) as view:
        return views.due(view, asked.desk.watching)


@router.get("/holds")
def list_holds(
    asked: Asked, response: Response, state: Annotated[Which, Query()] = "open", after: After = None,
    limit: FewRows = 50,
) -> list[schemas.Hold]:  # fmt: skip
    """What is to be confirmed, newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = holds.newest_holds(view.tx, before, limit + 1, only_open=state == "open")
        return views.hold_rows(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.get("/holds/{hold_id}", responses=problems(404))
def show_hold(asked: Asked, hold_id: str) -> schemas.HoldInFull:
    """What a hold covers, and which retained samples are to be measured again."""
    with view_of(asked) as view:
        row = view.tx.get(Hold, hold_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_HOLD, id=hold_id)
        return views.hold_in_full(view, row, asked.desk.watching)


@router.post("/holds/{hold_id}/end", responses=problems(404, 409))
def end_hold(asked: Asked, by: By, hold_id: str, body: schemas.EndHoldIn) -> schemas.Hold:
    """A manager confirms, corrects or releases all of it at once."""
    row = holds.end_hold(
        asked.desk, hold_id, body.act, body.reason, by, asked.now(), correction_id=body.correction_id
    )
    with view_of(asked) as view:
        return views.hold_rows(view, [row])[0]


@router.get("/adjustments")
def list_adjustments(asked: Asked, limit: Limit = 100) -> list[schemas.Adjustment]:
    """What was changed in instruments, what was recorded last first."""
    with view_of(asked) as view:
        return [views.adjustment(view, row) for row in adjustments.newest_adjustments(view.tx, limit)]


@router.post("/adjustments", status_code=201, responses=problems(404))
def adjust(asked: Asked, by: By, body: schemas.AdjustmentIn) -> schemas.Adjustment:
    """It ends our correction of that instrument and analyte, and splits its comparisons."""
    now = asked.now()
    said = body.model_dump(exclude={"instrument_id"}) | {"done_at": body.done_at or now}
    row = adjustments.record_adjustment(asked.desk, body.instrument_id, Adjusted(**said), by, now)
    proposals.renew(asked.desk, now)
    with view_of(asked) as view:
        return views.adjustment(view, row)


@router.get("/standards")
def list_standards(asked: Asked) -> list[schemas.StandardsCampaign]:
    """Every campaign of standards, the newest first."""
    with view_of(asked) as view:
        return [views.campaign(one) for one in standards.campaigns(view.tx)]


@router.get("/standards/verdicts")
def list_verdicts(asked: Asked, campaign: CampaignAsked = None) -> list[schemas.StandardsVerdict]:
    """What a campaign says of each instrument and analyte that has read one of its standards."""
    with view_of(asked) as view:
        known = [one.name for one in standards.campaigns(view.tx)]
        name = campaign or next(iter(known), None)
        return views.verdicts(view, name) if name else []
