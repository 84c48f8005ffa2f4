"""Outbound visits: a vehicle comes empty for a buyer, is checked, loaded, leaves with its delivery note."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from station.acts.desk import Actor
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of, ticks, time_place
from station.api.views.outbound import delivery_notes as shown_notes
from station.api.views.outbound import outbound_orders, outbound_visits
from station.api.views.view import view_of
from station.grain.carriage import PreviousCargo
from station.receival.leaving import delivery_notes, outbound, outbound_loading
from station.receival.leaving.outbound_coming import Coming
from station.receival.leaving.outbound_loading import Drawn
from station.receival.masters.external import External
from station.store import pages
from station.store.tables import Buyer, Carrier, DeliveryNote, OutboundVisit
from station.transport import CARGOES

router = APIRouter(prefix="/outbound", tags=["outbound"])

MOST_NAMES = 500  # of a list, offered at once
NoteNumber = Annotated[int, Path(ge=1, le=2**31)]


@router.get("/cargoes")
def list_cargoes(asked: Asked) -> list[schemas.CargoName]:
    """What a vehicle may have carried before grain, and how it must be cleaned after that."""
    return [
        schemas.CargoName(id=one.id, name=getattr(one.name, asked.language), cleaning=one.cleaning)
        for one in CARGOES.entries.values()
    ]


@router.get("/orders")
def list_orders(
    asked: Asked, response: Response, after: After = None, limit: Limit = 50
) -> list[schemas.OutboundOrder]:
    """The orders that are open, newest first, with what is left of each."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.open_orders(view.tx, before, limit + 1)
        return outbound_orders(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.get("/names")
def list_names(asked: Asked) -> schemas.OutboundNames:
    with view_of(asked) as view:
        return schemas.OutboundNames(
            carriers=sorted(pages.names_held(view.tx, Carrier, MOST_NAMES)),
            buyers=sorted(pages.names_held(view.tx, Buyer, MOST_NAMES)),
        )


@router.get("")
def list_outbound(
    asked: Asked, response: Response, ended: bool = False, after: After = None, limit: Limit = 50
) -> list[schemas.OutboundVisit]:
    """Those on the site, oldest first; or (`ended`) those that left, newest first."""
    place = time_place(after)
    with view_of(asked) as view:
        read = pages.ended_outbound if ended else pages.open_outbound
        found = read(view.tx, place, limit + 1)
        return outbound_visits(view, page(response, found, limit, _place))


@router.post("", status_code=201, responses=problems(409))
def enter(asked: Asked, by: By, body: schemas.OutboundIn) -> schemas.OutboundVisit:
    """409 `vehicle_on_site` unless `comes_again`."""
    coming = Coming(
        plate=body.plate, buyer=body.buyer, species=body.species, trailer=body.trailer,
        destination=body.destination, order_number=body.order, carrier=body.carrier, driver=body.driver,
        grade=body.grade, claims=tuple(body.claims), axles=body.axles, gross_limit_kg=body.gross_limit_kg,
        campaign=body.campaign, arrived_at=body.arrived_at, note=body.note, comes_again=body.comes_again,
        external=External(body.external.source, body.external.ref) if body.external else None,
    )  # fmt: skip
    return _shown(asked, outbound.enter(asked.desk, coming, by, asked.now()).id)


@router.post("/{outbound_id}/check", responses=problems(404, 409))
def check(asked: Asked, by: By, outbound_id: str, body: schemas.TransportCheckIn) -> schemas.OutboundVisit:
    """What it carried and what its body is like; `unfit` says what speaks against loading it."""
    previous = [PreviousCargo(one.cargo, one.cleaning) for one in body.previous]
    outbound.check_transport(asked.desk, outbound_id, previous, body.findings, body.note, by, asked.now())
    return _shown(asked, outbound_id)


@router.post("/{outbound_id}/weigh", responses=problems(404, 409))
def weigh(asked: Asked, by: By, outbound_id: str, body: schemas.OutboundWeighingIn) -> schemas.OutboundVisit:
    """An offered weight is its empty one, one on the way, or the last: then `number` is its delivery note's.
    409 with `remarks`: repeat it with `despite_remarks`, or of a cell with `despite_kg`."""
    _weigh(asked, by, outbound_id, body)
    return _shown(asked, outbound_id)


def _weigh(asked: Inquiry, by: Actor, outbound_id: str, body: schemas.OutboundWeighingIn) -> None:
    desk, drawn = asked.desk, [Drawn(one.cell, one.share) for one in body.drawn]
    if body.role == "empty":
        outbound_loading.weigh_empty(
            desk, outbound_id, body.weighing, by, asked.now(), despite_remarks=body.despite_remarks
        )
    elif body.role == "loading":
        outbound_loading.weigh_loaded(
            desk, outbound_id, body.weighing, drawn, by, asked.now(), despite_remarks=body.despite_remarks
        )
    else:
        delivery_notes.deliver(
            desk, outbound_id, body.weighing, drawn, by, asked.now(), reason=body.reason,
            despite_kg=body.despite_kg, despite_remarks=body.despite_remarks,
        )  # fmt: skip


@router.post("/{outbound_id}/sample", status_code=201, responses=problems(404, 409))
def seal_sample(
    asked: Asked, by: By, outbound_id: str, body: schemas.OutboundSampleIn
) -> schemas.OutboundVisit:
    """A sample of what was loaded is sealed and kept, in parts."""
    outbound.seal_sample(
        asked.desk, outbound_id, body.barcode, by, asked.now(), seal=body.seal, parts=body.parts,
        place=body.place,
    )  # fmt: skip
    return _shown(asked, outbound_id)


@router.post("/{outbound_id}/end", responses=problems(404, 409))
def end(asked: Asked, by: By, outbound_id: str, body: schemas.OutboundEndIn) -> schemas.OutboundVisit:
    """It leaves without grain."""
    outbound.end(asked.desk, outbound_id, body.outcome, body.reason, by, asked.now())
    return _shown(asked, outbound_id)


@router.get("/notes")
def list_notes(
    asked: Asked, response: Response, after: After = None, limit: Limit = 50
) -> list[schemas.DeliveryNote]:
    """Delivery notes, newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.delivery_notes(view.tx, before, limit + 1)
        return shown_notes(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.get("/notes/{number}", responses=problems(404))
def get_note(asked: Asked, number: NoteNumber) -> schemas.DeliveryNote:
    with view_of(asked) as view:
        note = delivery_notes.find_note(view.tx, asked.desk.policy.site, number)
        return shown_notes(view, [note])[0]


@router.post("/notes/{number}/cancel", responses=problems(404, 409))
def cancel_note(asked: Asked, by: By, number: NoteNumber, body: schemas.OutcomeIn) -> schemas.DeliveryNote:
    """The vehicle never went: its grain is in its cells again, the number stays used."""
    row = delivery_notes.take_back(asked.desk, number, body.reason, by, asked.now(), is_cancelled=True)
    return _note(asked, row)


@router.post("/notes/{number}/returned", responses=problems(404, 409))
def take_back(asked: Asked, by: By, number: NoteNumber, body: schemas.BackIn) -> schemas.DeliveryNote:
    """The vehicle came back with the goods."""
    row = delivery_notes.take_back(
        asked.desk, number, body.reason, by, asked.now(), kg=body.kg, cell=body.cell,
        weighings=body.weighings, despite_kg=body.despite_kg, despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return _note(asked, row)


def _place(row: OutboundVisit) -> tuple[int, int]:
    return ticks(row.ended_at or row.arrived_at), row.seq or 0


def _shown(asked: Inquiry, outbound_id: str) -> schemas.OutboundVisit:
    with view_of(asked) as view:
        return outbound_visits(view, [outbound.find_outbound(view.tx, outbound_id)])[0]


def _note(asked: Inquiry, row: DeliveryNote) -> schemas.DeliveryNote:
    with view_of(asked) as view:
        return shown_notes(view, [row])[0]
