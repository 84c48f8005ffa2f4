"""Loads: the evidence and the proposal, the decision, and the ways a load ends without a ticket."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from station.acts.refusals import Conflict, Fault, NotAllowed, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.confirming import tipped_of
from station.api.openapi import problems
from station.api.paging import After, Limit, page, ticks, time_place
from station.api.views import outcome
from station.api.views.ended import ended_loads
from station.api.views.loads import load
from station.api.views.pay import pay
from station.api.views.view import View, view_of
from station.receival.arrivals import on_paper, paper_pad, taking_back, visits
from station.receival.deciding import decisions, questions
from station.receival.measuring import retests, samples, visual_checks
from station.receival.storage import tipped_elsewhere
from station.store import pages, queries
from station.store.tables import Load

router = APIRouter(prefix="/loads", tags=["loads"])


@router.get("")
def list_ended_loads(
    asked: Asked, response: Response,
    since: Annotated[schemas.Moment | None, Query()] = None, after: After = None, limit: Limit = 50,
) -> list[schemas.EndedLoad]:  # fmt: skip
    """The loads that have their outcome, newest end first: ticketed, refused, left, cancelled."""
    place = time_place(after)
    with view_of(asked) as view:
        found = pages.ended_loads(view.tx, since, place, limit + 1)
        return ended_loads(view, page(response, found, limit, _place))


def _place(row: Load) -> tuple[int, int]:
    assert row.outcome_at is not None  # the list holds those that ended
    return ticks(row.outcome_at), row.seq or 0


@router.get("/{load_id}", responses=problems(404))
def get_load(asked: Asked, load_id: str) -> schemas.Load:
    return _shown(asked, load_id)


@router.get("/{load_id}/pay", responses=problems(404))
def get_pay(asked: Asked, load_id: str) -> list[schemas.Pay]:
    """What the load is paid by its rule pack, for each quality that its grain went to: price, deductions,
    bonuses, drying and the payment weight; before its ticket, what is expected. For managers alone."""
    with view_of(asked) as view:
        row = view.tx.get(Load, load_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_LOAD)
        return pay(view, row)


@router.post("/{load_id}/sample", responses=problems(404, 409))
def enter_sample(asked: Asked, by: By, load_id: str, body: schemas.LoadSampleIn) -> schemas.Load:
    samples.enter_load_sample(asked.desk, load_id, body.barcode, by, asked.now(), points=body.points)
    return _shown(asked, load_id)


@router.post("/{load_id}/variety", responses=problems(404, 409))
def see_variety(asked: Asked, by: By, load_id: str, body: schemas.VarietyIn) -> schemas.Load:
    visits.see_variety(asked.desk, load_id, body.operator_variety, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/decision", status_code=201, responses=problems(404, 409))
def decide(asked: Asked, by: By, load_id: str, body: schemas.DecisionIn) -> schemas.Decision:
    """403 where one operator alone may not choose so: `params.rules` says why, `params.who` who may decide,
    `params.approvers` who may approve from afar. 409 `proposal_superseded` carries the new proposal in
    `params.proposal`; `load_decided` tells who decided, when, and where to. Nothing was decided then."""
    try:
        decided = decisions.decide(
            asked.desk, load_id, body.proposal_id, body.cell, body.pit, body.reason, by, asked.now(),
            replaces=body.replaces, approval=body.approval,
        )  # fmt: skip
    except (Conflict, NotAllowed) as refusal:
        raise _explained(asked, load_id, refusal) from refusal
    with view_of(asked) as view:
        return outcome.decision(view, decided)


@router.post("/{load_id}/retest", responses=problems(404, 409))
def explain_retest(asked: Asked, by: By, load_id: str, body: schemas.OutcomeIn) -> schemas.Load:
    """Says who wanted the sample measured again, and why: before or after it was."""
    retests.explain_retest(asked.desk, load_id, body.reason, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/question", responses=problems(404, 409))
def answer_question(asked: Asked, by: By, load_id: str, body: schemas.PhotoAnswerIn) -> schemas.Load:
    """Says that the grain is as declared, whatever its photo looks like, and why."""
    questions.answer_question(asked.desk, load_id, body.code, body.reason, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/visual-check", responses=problems(404, 409))
def check_visually(asked: Asked, by: By, load_id: str, body: schemas.VisualCheckIn) -> schemas.Load:
    """All is well, or what was found: that blocks the load until somebody else, or a manager, looks again."""
    visual_checks.check_visually(asked.desk, load_id, list(body.findings), body.note, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/paper", responses=problems(404, 409))
def answer_paper(asked: Asked, by: By, load_id: str, body: schemas.PaperIn) -> schemas.Load:
    """Answers what 409 `maybe_on_paper` asks: was the load closed on paper, while no station ran?"""
    if body.closed:
        on_paper.close_on_paper(
            asked.desk, load_id, body.paper_number, body.net_kg, body.cell, by, asked.now()
        )
    else:
        on_paper.deny_paper(asked.desk, load_id, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/tipped", responses=problems(404, 409))
def correct_tipping(asked: Asked, by: By, load_id: str, body: schemas.TippedIn) -> schemas.Load:
    """A closed load went elsewhere than its ticket says: the cells follow to the kilogram, and the ticket is
    replaced."""
    tipped_elsewhere.correct_tipping(asked.desk, load_id, tipped_of(body.parts), body.reason, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/pad", responses=problems(404, 409))
def close_from_pad(asked: Asked, by: By, load_id: str, body: schemas.PadIn) -> schemas.Load:
    """A load that was received on the paper pad gets its ticket, at the real times of its weights."""
    pad = paper_pad.Pad(
        body.paper_number,
        paper_pad.Read(body.tare.kg, body.tare.at),
        paper_pad.Read(body.gross.kg, body.gross.at) if body.gross else None,
        tipped_of(body.tipped),
        body.bridge,
        body.despite_remarks,
        {name: (one.value, one.basis) for name, one in body.values.items()},
        body.barcode,
        body.apart,
    )
    paper_pad.close_from_pad(asked.desk, load_id, pad, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/refuse", responses=problems(404, 409))
def refuse(asked: Asked, by: By, load_id: str, body: schemas.OutcomeIn) -> schemas.Load:
    """The silo does not take it."""
    decisions.refuse(asked.desk, load_id, body.reason, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/leave", responses=problems(404, 409))
def leave(asked: Asked, by: By, load_id: str, body: schemas.OutcomeIn) -> schemas.Load:
    """The supplier withdraws it."""
    decisions.leave(asked.desk, load_id, body.reason, by, asked.now())
    return _shown(asked, load_id)


@router.post("/{load_id}/take-back", responses=problems(404, 409))
def take_back(asked: Asked, by: By, load_id: str) -> schemas.Load:
    """A load that was refused, or left, within a minute is in the queue again."""
    taking_back.restore_load(asked.desk, load_id, by, asked.now())
    return _shown(asked, load_id)


def _shown(asked: Inquiry, load_id: str) -> schemas.Load:
    with view_of(asked) as view:
        row = view.tx.get(Load, load_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
        return load(view, row)


def _explained(asked: Inquiry, load_id: str, refusal: Conflict | NotAllowed) -> Conflict | NotAllowed:
    """With what the operator needs for the next answer: the new proposal, or who decided, or who may."""
    with view_of(asked) as view:
        if "approvers" in refusal.params:
            return NotAllowed(refusal.code, **_named(view, refusal.params))
        if refusal.code is Fault.LOAD_DECIDED:
            return Conflict(refusal.code, **{**refusal.params, "by": view.name_of(refusal.params["by"])})
        if refusal.code is not Fault.PROPOSAL_SUPERSEDED:
            return refusal
        row = queries.current_proposal(view.tx, load_id)
        shown = outcome.proposal(view, row).model_dump(mode="json") if row else None
    return Conflict(refusal.code, **{**refusal.params, "proposal": shown})


def _named(view: View, params: Mapping[str, Any]) -> dict[str, Any]:
    """The persons of a guard's parameters by name; `who` is all of them."""
    ids = dict.fromkeys([*params["managers"], *params["approvers"]])
    approvers = [{"id": one, "name": view.name_of(one)} for one in params["approvers"]]
    told = {"who": ", ".join(view.name_of(one) or "" for one in ids), "approvers": approvers}
    return {**{name: value for name, value in params.items() if name != "managers"}, **told}
