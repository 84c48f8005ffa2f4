"""What is kept of samples: keeping, custody, destroying."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.language import N_, reasons
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.problems import not_valid
from station.api.views.retained import retained
from station.api.views.sending import sending
from station.api.views.view import view_of
from station.receival.laboratory import composites, custody, retaining, wet_year
from station.receival.laboratory import sending as acts
from station.store import queries
from station.store import retained as store
from station.store.tables import RetainedSample

router = APIRouter(tags=["retained samples"])
Which = Literal["kept", "out", "destroyed", "due"]


@router.post("/loads/{load_id}/retained", status_code=201, responses=problems(404, 409))
def keep_of_load(asked: Asked, by: By, load_id: str, body: schemas.KeepIn) -> schemas.Retained:
    """Keeps a part of the load's sample."""
    row = retaining.keep_of_load(
        asked.desk, load_id, by, asked.now(), place=body.place, seal=body.seal, parts=body.parts
    )
    return _shown(asked, row)


@router.post("/samples/{barcode}/retained", status_code=201, responses=problems(404, 409))
def keep_sample(asked: Asked, by: By, barcode: str, body: schemas.KeepIn) -> schemas.Retained:
    """Keeps a part of any sample: a farmer's bag, a cell's, a composite."""
    row = retaining.keep(
        asked.desk, barcode, by, asked.now(), place=body.place, seal=body.seal, parts=body.parts
    )
    return _shown(asked, row)


@router.get("/retained")
def list_retained(
    asked: Asked,
    response: Response,
    state: Annotated[Which, Query()] = "kept",
    after: After = None,
    limit: Limit = 100,
) -> list[schemas.Retained]:
    """Newest first; `due`: what lies there past its date and is not blocked, to be destroyed."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        if state == "due":
            found = store.to_destroy(view.tx, view.policy.day(view.now), before, limit + 1)
        else:
            found = store.in_state(view.tx, state, before, limit + 1)
        return retained(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.post("/retained/destroy", responses=problems(404, 409))
def destroy(asked: Asked, by: By, body: schemas.DestroyIn) -> list[schemas.Retained]:
    """All of them, or none where one may not be."""
    rows = custody.destroy(asked.desk, body.numbers, by, asked.now())
    with view_of(asked) as view:
        return retained(view, rows)


@router.post("/retained/{number}/hand-over", responses=problems(404, 409))
def hand_over(asked: Asked, by: By, number: str, body: schemas.HandOverIn) -> schemas.Retained:
    row = custody.hand_over(asked.desk, number, body.whom, by, asked.now(), parts=body.parts)
    return _shown(asked, row)


@router.post("/retained/{number}/received", responses=problems(404, 409))
def receive(asked: Asked, by: By, number: str, body: schemas.ReceivedIn) -> schemas.Retained:
    """Who was given it says that it was received."""
    row = custody.receive(asked.desk, number, body.whom or "", body.received_at, by, asked.now())
    return _shown(asked, row)


@router.post("/retained/{number}/returned", responses=problems(404, 409))
def take_in(asked: Asked, by: By, number: str, body: schemas.ReturnedIn) -> schemas.Retained:
    row = custody.take_in(asked.desk, number, body.parts, body.place, by, asked.now())
    return _shown(asked, row)


@router.post("/retained/{number}/place", responses=problems(404, 409))
def move(asked: Asked, by: By, number: str, body: schemas.MoveIn) -> schemas.Retained:
    return _shown(asked, custody.move(asked.desk, number, body.place, by, asked.now()))


@router.post("/retained/{number}/block", responses=problems(404, 409))
def block(asked: Asked, by: By, number: str, body: schemas.BlockIn) -> schemas.Retained:
    """It is not destroyed while something is disputed."""
    return _shown(asked, custody.block(asked.desk, number, body.reason, by, asked.now()))


@router.post("/retained/{number}/release", responses=problems(404, 409))
def release(asked: Asked, by: By, number: str, body: schemas.BlockIn) -> schemas.Retained:
    return _shown(asked, custody.release(asked.desk, number, body.reason, by, asked.now()))


@router.get("/sendings")
def list_sendings(asked: Asked, limit: Annotated[int, Query(ge=1, le=20)] = 1) -> list[schemas.Sending]:
    """The newest lists of what is sent to laboratories."""
    with view_of(asked) as view:
        return [sending(view, row) for row in store.newest_sendings(view.tx, limit)]


@router.post("/sendings", status_code=201)
def choose_to_send(asked: Asked, by: By, body: schemas.SendIn) -> schemas.Sending:
    """Chooses what is sent today: a part by lot, the rest by doubt. What is on the list is not destroyed
    before it is handed over."""
    row = acts.choose_to_send(asked.desk, body.budget, by, asked.now())
    with view_of(asked) as view:
        return sending(view, row, with_gains=True)


@router.post("/sendings/all", status_code=201)
def send_all(asked: Asked, by: By, body: schemas.SendAllIn) -> schemas.Sending:
    """A wet year: everything of a species, a period and an area is sent, and its grade is provisional."""
    row = wet_year.send_all(
        asked.desk, body.species, body.since, body.until, body.suppliers, body.cells, body.reason, by,
        asked.now(),
    )  # fmt: skip
    with view_of(asked) as view:
        return sending(view, row, with_gains=True)


@router.post("/loads/{load_id}/final-grade", status_code=204, responses=problems(404))
def make_final(asked: Asked, by: By, load_id: str, body: schemas.OutcomeIn) -> None:
    """The grade of a load is provisional no more."""
    wet_year.make_final(asked.desk, load_id, body.reason, by, asked.now())


@router.post("/composites", status_code=201, responses=problems(404, 409))
def enter_composite(asked: Asked, by: By, body: schemas.CompositeIn) -> schemas.LoadsKept:
    """A composite sample of chosen loads, with what is kept of them."""
    desk, now = asked.desk, asked.now()
    if body.cell is None:
        row = composites.enter_composite(desk, body.barcode, body.load_ids, body.note, by, now)
    else:
        if body.since is None or body.until is None:
            raise not_valid("body.since", N_("a cell's composite says since when and until when"))
        row = composites.enter_composite_of_cell(
            desk, body.barcode, body.cell, body.since, body.until, body.note, by, now
        )
    return loads_kept(asked, row.barcode)


@router.get("/samples/{barcode}/loads-kept", responses=problems(404))
def loads_kept(asked: Asked, barcode: str) -> schemas.LoadsKept:
    """Of a composite: what is kept of its loads, and which limits were found broken in it."""
    with view_of(asked) as view:
        sample = queries.sample_by_barcode(view.tx, barcode)
        if sample is None:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
        loads = store.loads_in(view.tx, sample.id)
        over = composites.over_limits(view.tx, sample, view.now)
        return schemas.LoadsKept(
            barcode=sample.barcode,
            over=reasons([reason.as_dict() for reason in over], view.language),
            loads=list(loads),
            retained=retained(view, store.retained_of_loads(view.tx, loads)),
        )


def _shown(asked: Inquiry, row: RetainedSample) -> schemas.Retained:
    with view_of(asked) as view:
        return retained(view, [row])[0]
