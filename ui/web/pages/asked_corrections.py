"""What headquarters asks to correct, on the page of corrections: a person accepts or refuses each."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from station.api import schemas
from station.api.schemas.common import Text, Why
from station.api.views.asked_corrections import requests as viewed
from station.api.views.view import View
from station.receival.arrivals import asked_corrections as acts
from ui.web.reader import Reader, Reading
from ui.words.asked_corrections import field_name

router = APIRouter()


@dataclass(frozen=True, slots=True)
class AskedCorrection:
    """`crosses`: the load is neither what headquarters saw nor what it asks for."""

    id: str
    title: str
    facts: list[tuple[str, str]]
    load: str
    crosses: bool


def asked_corrections(reader: Reader, view: View) -> list[AskedCorrection]:
    """Return those that wait, newest first."""
    return [_shown(reader, one) for one in viewed(view, acts.requests(view.tx))]


def _shown(reader: Reader, one: schemas.CorrectionRequest) -> AskedCorrection:
    _ = reader.t.gettext
    facts = [
        (_("Headquarters saw"), one.was),
        (_("It is now"), one.now or _("this load is not here yet")),
        (_("Asked by"), one.asked_by),
        (_("Reason"), one.reason),
    ]
    title = f"{field_name(one.field, reader.t.language)}: {one.was} → {one.wanted}"
    return AskedCorrection(one.id, title, facts, one.load_id if one.now is not None else "", one.crosses)


@router.post("/corrections/requests/{request_id}/accept")
def accept(
    reader: Reading, request_id: str, note: Annotated[Text, Form()] = "",
    despite_crossing: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """The load is corrected as asked."""
    acts.accept(reader.desk, request_id, note, reader.actor, reader.now(), despite_crossing=despite_crossing)
    return RedirectResponse("/corrections", 303)


@router.post("/corrections/requests/{request_id}/refuse")
def refuse(reader: Reading, request_id: str, reason: Annotated[Why, Form()]) -> Response:
    """The load stays as it is; headquarters reads the reason."""
    acts.refuse(reader.desk, request_id, reason, reader.actor, reader.now())
    return RedirectResponse("/corrections", 303)
