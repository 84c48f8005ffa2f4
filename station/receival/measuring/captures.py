"""Captures: photos with a form, and what models say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from drivers.text import clean_text
from station.acts import checking
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.combining import combine
from station.grain.identifiers import photo_species
from station.grain.inspection import Inspection as Seen
from station.grain.pairing import Item
from station.receival.arrivals import forms
from station.receival.deciding import proposals
from station.receival.measuring import pairings
from station.store import audit, evidence, measurements
from station.store.ids import new_id
from station.store.tables import Capture, Inspection, Load, Photo, Terminal

FORM_FIELDS = ("barcode", "species", "operator_variety", "note")


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo whose file is already durable."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers to the form of this content, of a load."""

    load_id: str
    sha256: str
    answers: Mapping[str, Any]


def clean_form(form: Mapping[str, Any]) -> dict[str, str]:
    """Returns the form as it may be kept: a phone says what it read, and nobody types it anew. Raises Invalid
    for a field that the form does not have or that is no text."""
    for name, value in form.items():
        if name not in FORM_FIELDS or not isinstance(value, str) or len(value) > 400:
            raise Invalid(Fault.UNKNOWN_FORM_FIELD, field=name, known=list(FORM_FIELDS))
    return {name: clean_text(value) for name, value in form.items()}


def receive_capture(
    desk: Desk, capture_id: str, sent: Mapping[str, Any], photos: Sequence[StoredPhoto], terminal: Terminal,
    at: datetime, answered: Sequence[Answered] = (),
) -> tuple[Capture, bool]:  # fmt: skip
    """Records an upload and pairs it; the same upload twice is one capture, and waits for its
    judgement again where nobody could judge it. `answered` are the answers to forms that came with it.
    Returns it, and if it is new."""
    form = clean_form(sent)
    if not photos:
        raise Invalid(Fault.NO_PHOTO)
    with desk.ledger.write() as tx:
        known = tx.get(Capture, capture_id)
        if known is not None:
            if [p.sha256 for p in evidence.photos_of(tx, capture_id)] != [p.sha256 for p in photos]:
                raise Conflict(Fault.CAPTURE_DIFFERS, id=capture_id)
            _believe_again(tx, known)
            return known, False
        barcode, species = form.get("barcode") or None, form.get("species") or None
        if species is not None and species not in desk.policy.species:
            raise Invalid(Fault.UNKNOWN_SPECIES, species=species, known=list(desk.policy.species))
        capture = Capture(
            id=capture_id, at=at, terminal_id=terminal.id, barcode=barcode, species=species, form=form
        )
        tx.add(capture)
        tx.flush()
        for position, photo in enumerate(photos):
            tx.add(
                Photo(
                    capture_id=capture_id, position=position, sha256=photo.sha256, size=photo.size,
                    media_type=photo.media_type,
                )
            )  # fmt: skip
        audit.record(
            tx, "capture_received", at, terminal=terminal.id, subject_id=capture_id,
            data={"barcode": barcode, "photos": [photo.sha256 for photo in photos]},
        )  # fmt: skip
        for one in answered:
            forms.answer_with_capture(tx, one.load_id, one.sha256, one.answers, terminal, capture_id, at)
        seen_as = photo_species(species) if species else None
        item = Item(kind="capture", barcode=barcode, species=seen_as, product=None, at=at, typed=True)
        load = pairings.pair_item(tx, desk, capture_id, item, at)
        if load is not None:
            if form.get("operator_variety") and load.outcome is None:
                load.operator_variety = form["operator_variety"]
                tx.add(load)
            proposals.propose(tx, desk, [load], at)
    return capture, True


def _believe_again(tx: Session, capture: Capture) -> None:
    """Its photos are whole: one that nobody could judge, maybe because they were not, waits for it anew."""
    if capture.state == "no_model":
        capture.state, capture.claimed_at, capture.attempts = "pending", None, 0
        tx.add(capture)


def record_inspection(
    desk: Desk, capture_id: str, photos: Sequence[Seen], at: datetime, *, shadow: bool = False,
    last: bool = True,
) -> Inspection:  # fmt: skip
    """Records what one of the station's models says of one capture, photo by photo; the same model twice is
    one inspection. `last`: no other active model has to judge the capture."""
    seen = combine(photos)
    if not seen.models:
        raise ValueError("an inspection names the model that made it")
    model = seen.models[0]
    result, by_photo = seen.as_dict(), [photo.as_dict() for photo in photos]
    del result["kernel_list"]
    kernels = [photo.pop("kernel_list") for photo in by_photo]
    if len(photos) > 1:
        result["photos"] = by_photo
    row = Inspection(
        id=new_id(at), capture_id=capture_id, at=at, model=model.name, version=model.version,
        sha256=model.sha256, source=evidence.STATION, accepted=seen.accepted, shadow=shadow, result=result,
        kernels=kernels,
    )  # fmt: skip
    return _record(desk, row, ends=last and not shadow)


def record_outside_inspection(
    desk: Desk, capture_id: str, name: str, version: str, sha256: str | None, source: str,
    result: Mapping[str, Any], actor: Actor | None, at: datetime,
) -> Inspection:  # fmt: skip
    """Records what an outside application's model says, with its name and version."""
    row = Inspection(
        id=new_id(at), capture_id=capture_id, at=at, model=name, version=version, sha256=sha256 or "",
        source=source, accepted=bool(result["accepted"]), result=dict(result),
    )  # fmt: skip
    return _record(desk, row, actor)


def _record(desk: Desk, row: Inspection, actor: Actor | None = None, *, ends: bool = False) -> Inspection:
    """Stores an inspection; `ends` says that the capture waits for no other model."""
    with desk.ledger.write() as tx:
        capture = capture_of(tx, row.capture_id)
        if ends:
            capture.state = "inspected"
            tx.add(capture)
        known = tx.exec(
            select(Inspection).where(
                Inspection.capture_id == row.capture_id, Inspection.model == row.model,
                Inspection.version == row.version, Inspection.sha256 == row.sha256,
            )
        ).first()  # fmt: skip
        if known is not None:
            return known
        tx.add(row)
        tx.flush()
        measurements.write(tx, [row])
        sample = evidence.sample_shown(tx, row.capture_id)
        if sample is not None and sample.kind == checking.CONTROL:
            checking.check_item(tx, "capture", row.capture_id, sample, row.at, actor.id if actor else None)
        load = load_of(tx, row.capture_id)
        audit.record(
            tx, "inspection_recorded", row.at, by=actor.id if actor else None, subject_id=row.capture_id,
            visit_id=load.visit_id if load else None, load_id=load.id if load else None,
            data={
                "model": row.model, "version": row.version, "accepted": row.accepted, "shadow": row.shadow
            },
        )  # fmt: skip
        if load is not None and not row.shadow:
            proposals.propose(tx, desk, [load], row.at)
    return row


def capture_of(tx: Session, capture_id: str) -> Capture:
    capture = tx.get(Capture, capture_id)
    if capture is None:
        raise NotFound(Fault.UNKNOWN_CAPTURE, id=capture_id)
    return capture


def reached(tx: Session, capture_id: str, own: str | None) -> Capture:
    """The capture, where `own` is None or the terminal that sent it: another sender's is as unknown as one
    that is not there. Raises NotFound(unknown_capture)."""
    capture = capture_of(tx, capture_id)
    if own not in (None, capture.terminal_id):
        raise NotFound(Fault.UNKNOWN_CAPTURE, id=capture_id)
    return capture


def load_of(tx: Session, capture_id: str) -> Load | None:
    sample = evidence.sample_shown(tx, capture_id)
    return tx.get(Load, sample.load_id) if sample and sample.load_id else None
