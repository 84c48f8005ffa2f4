"""Where the grain of a ticket, a cell or a lot came from, and where it went."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import SQLModel

from station.acts.refusals import Conflict, Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.views.traces import trace as view_of_trace
from station.api.views.traces import went_through
from station.api.views.view import View, view_of
from station.receival.leaving import passport as lots
from station.receival.packs.rule_packs import read_pack
from station.store import traced
from station.store.books import Books

router = APIRouter(tags=["traces"])


@router.get("/trace", responses=problems(404, 409))
def trace(
    asked: Asked,
    sought: Annotated[schemas.Key, Query()],
    kind: Annotated[schemas.TraceKind | None, Query()] = None,
) -> schemas.Trace:
    """A ticket by its number (with or without its campaign: 2026/12), a cell by its id, a lot by the number
    of its paper or of its shipment. 409 `several_traced` names what may be meant."""
    with view_of(asked) as view:
        books = _books(view)
        return view_of_trace(traced.trace(books, _meant(books, sought, kind)))


@router.post("/passport", responses=problems(404, 409))
def passport(asked: Asked, body: schemas.PassportIn) -> schemas.Passport:
    """How likely a lot meets what its buyer asks for, and what the buyer found in it."""
    pack = read_pack(body.text) if body.text else None
    with view_of(asked) as view:
        books = _books(view)
        lot = _meant(books, body.sought, "lot")
        found = lots.passport(view.tx, lot.id, body.grade, pack)
        lines = [{**asdict(one), "difference": one.difference} for one in found.lines]
        gone = went_through(traced.trace(books, lot), lot.id)
        return schemas.Passport.model_validate({**asdict(found), "lines": lines, **gone})


def _books(view: View) -> Books:
    return Books(view.tx.connection(), SQLModel.metadata, view.policy.site)


def _meant(books: Books, sought: str, kind: str | None) -> traced.Subject:
    found = [one for one in traced.subjects(books, sought) if kind is None or one.kind == kind]
    if not found:
        raise NotFound(Fault.NOTHING_TRACED, sought=sought)
    if len(found) > 1:
        names = [f"{one.kind} {one.name if one.kind != 'lot' else one.id}" for one in found]
        raise Conflict(Fault.SEVERAL_TRACED, sought=sought, names=names)
    return found[0]
