"""Phones: one is invited and let in, sees the loads on site, has labels read, and hears what became of its
photos, which it sends as captures."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, UploadFile
from starlette.concurrency import run_in_threadpool

from drivers.text import barcode_of
from station.acts.refusals import Conflict, Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By, FromTerminal, OwnOnly
from station.api.invitations import Invitations
from station.api.language import phone_name, translator
from station.api.openapi import problems
from station.api.upload import MOST_PHOTOS
from station.api.views import phones
from station.api.views.forms import form
from station.api.views.view import view_of
from station.receival.measuring.captures import reached
from station.receival.persons import people
from station.store.forms import forms_in_force

router = APIRouter(prefix="/phones", tags=["phones"])


async def _invitations(request: Request) -> Invitations:
    invitations: Invitations = request.app.state.invitations
    return invitations


AllInvitations = Annotated[Invitations, Depends(_invitations)]


@router.get("")
def list_phones(asked: Asked) -> list[schemas.Phone]:
    """Those that may send photos, by name."""
    with view_of(asked) as view:
        return phones.admitted(view)


@router.post("/{phone_id}/revoke", status_code=204, responses=problems(404))
def revoke_phone(asked: Asked, by: By, phone_id: str) -> None:
    """It sends no photo any more; what it sent stays."""
    people.revoke_terminal(asked.desk, phone_id, asked.now(), by.id, "phone")


@router.post("/invitations", status_code=201, responses=problems(409))
def invite_phone(
    asked: Asked, by: By, body: schemas.PhoneInvitationIn, invitations: AllInvitations
) -> schemas.PhoneInvitation:
    """A code for one phone, good for some minutes; 409 where no phone finds the station."""
    address = asked.context.phone_address()
    if address is None:
        raise Conflict(Fault.NO_PHONE_REACHES)
    name = body.name or phone_name(translator(asked.desk.policy.language))
    made = invitations.invite(name, by.id, asked.now())
    # behind the # it is sent to nobody, and stands in no log
    return schemas.PhoneInvitation(address=f"{address}/phone#{made.code}", name=name, until=made.until)


@router.post("/invitations/{code}", status_code=201, responses=problems(404))
def take_invitation(asked: Asked, code: str, invitations: AllInvitations) -> schemas.PhoneAdmitted:
    """The phone's token, once; the code is the proof."""
    invitation = invitations.take(code, asked.now())
    if invitation is None:
        raise NotFound(Fault.INVITATION_OVER)
    row, token = people.admit_phone(asked.desk, invitation.name, invitation.by, asked.now())
    return schemas.PhoneAdmitted(token=token, name=row.name)


@router.get("/page")
def get_page(asked: Asked, terminal: FromTerminal) -> schemas.PhonePage:
    """The loads on site, and what this station takes."""
    with view_of(asked) as view:
        return schemas.PhonePage(
            site=view.policy.site_name,
            phone=terminal.name,
            max_upload_bytes=asked.context.limits.max_upload_bytes,
            most_photos=MOST_PHOTOS,
            loads=phones.loads_on_site(view),
            forms=[form(view, one) for one in forms_in_force(view.tx)],
        )


@router.post("/labels", responses=problems(409))
async def read_label(asked: Asked, photo: UploadFile) -> schemas.LabelRead:
    """Which sample's barcode is on a photo of its label; the photo is not kept."""
    seen = await run_in_threadpool(asked.context.read_label, await photo.read())
    pattern = asked.desk.policy.barcode_pattern
    kept = (barcode_of(text) for text in seen)
    barcode = next((one for one in kept if re.fullmatch(pattern, one, re.IGNORECASE)), None)
    with view_of(asked) as view:
        return phones.label(view, seen, barcode)


@router.get("/captures/{capture_id}", responses=problems(404))
def get_capture(asked: Asked, capture_id: str, own: OwnOnly) -> schemas.PhoneCapture:
    """What became of an upload, in words."""
    with view_of(asked) as view:
        return phones.capture(view, reached(view.tx, capture_id, own))
