"""Captures: photos with a form, claimed by the light box, and what models say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.grain.identifiers import photo_species
from station.grain.inspection import Inspection as Seen
from station.grain.inspection import combine
from station.grain.pairing import Item
from station.receival import pairings, proposals
from station.receival.desk import Actor, Desk
from station.receival.errors import Conflict, Fault, Invalid, NotFound
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import Capture, Inspection, Load, Photo, Sample, Terminal

FORM_FIELDS = ("barcode", "species", "operator_variety", "note")


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo whose file is already durable."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A capture handed to the light box: inspect these photos as this species (None: any)."""

    capture_id: str
    sha256: tuple[str, ...]
    species: str | None
    attempt: int


def check_form(form: Mapping[str, Any]) -> None:
    """Raises Invalid for a field that the form does not have or that is no text."""
    for name, value in form.items():
        if name not in FORM_FIELDS or not isinstance(value, str) or len(value) > 400:
            raise Invalid(Fault.UNKNOWN_FORM_FIELD, field=name, known=list(FORM_FIELDS))


def receive_capture(
    desk: Desk, capture_id: str, form: Mapping[str, Any], photos: Sequence[StoredPhoto], terminal: Terminal,
    at: datetime,
) -> tuple[Capture, bool]:  # fmt: skip
    """Records an upload and pairs it; the same upload twice is one capture. Returns it, and if it is new."""
    check_form(form)
    if not photos:
        raise Invalid(Fault.NO_PHOTO)
    with desk.ledger.write() as tx:
        known = tx.get(Capture, capture_id)
        if known is not None:
            if [p.sha256 for p in photos_of(tx, capture_id)] != [p.sha256 for p in photos]:
                raise Conflict(Fault.CAPTURE_DIFFERS, id=capture_id)
            return known, False
        barcode, species = form.get("barcode") or None, form.get("species") or None
        if species is not None and species not in desk.policy.species:
            raise Invalid(Fault.UNKNOWN_SPECIES, species=species, known=list(desk.policy.species))
        capture = Capture(
            id=capture_id, at=at, terminal_id=terminal.id, barcode=barcode, species=species, form=dict(form)
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
            tx, "capture_received", at, terminal=terminal.name, subject_id=capture_id,
            data={"barcode": barcode, "photos": [photo.sha256 for photo in photos]},
        )  # fmt: skip
        seen_as = photo_species(species) if species else None
        item = Item(kind="capture", barcode=barcode, species=seen_as, product=None, at=at)
        load = pairings.pair_item(tx, desk, capture_id, item, at)
        if load is not None:
            if form.get("operator_variety") and load.outcome is None:
                load.operator_variety = form["operator_variety"]
                tx.add(load)
            proposals.propose(tx, desk, load, at)
    return capture, True


def claim_capture(desk: Desk, at: datetime) -> Claimed | None:
    """Takes the oldest capture that waits for its inspection; None when none does."""
    with desk.ledger.write() as tx:
        query = select(Capture).where(Capture.state == "pending", col(Capture.claimed_at).is_(None))
        capture = tx.exec(query.order_by(col(Capture.at), col(Capture.id)).limit(1)).first()
        if capture is None:
            return None
        capture.claimed_at = at
        capture.attempts += 1
        tx.add(capture)
        species = capture.species or _declared_species(tx, capture.id)
        hashes = tuple(photo.sha256 for photo in photos_of(tx, capture.id))
    return Claimed(capture.id, hashes, photo_species(species) if species else None, capture.attempts)


def release_claims(desk: Desk) -> int:
    """At start: what a stopped station had claimed and not finished is claimed again. Returns how many."""
    with desk.ledger.write() as tx:
        query = select(Capture).where(Capture.state == "pending", col(Capture.claimed_at).is_not(None))
        stuck = tx.exec(query).all()
        for capture in stuck:
            capture.claimed_at = None
            tx.add(capture)
    return len(stuck)


def release_claim(desk: Desk, capture_id: str, at: datetime, *, give_up: bool) -> None:
    """The worker died or hung on this capture: it is tried again, or left without inspection so that the
    truck goes on and the screen says so."""
    with desk.ledger.write() as tx:
        capture = _capture(tx, capture_id)
        capture.claimed_at = None
        if give_up:
            capture.state = "no_model"
        tx.add(capture)
        tx.flush()
        load = _load_of(tx, capture_id)
        if give_up and load is not None:
            proposals.propose(tx, desk, load, at)


def record_inspection(desk: Desk, capture_id: str, photos: Sequence[Seen], at: datetime) -> Inspection:
    """What the station's model says of one capture, photo by photo; the same model twice is one
    inspection."""
    seen = combine(photos)
    if not seen.models:
        raise ValueError("an inspection names the model that made it")
    model = seen.models[0]
    result = seen.as_dict()
    if len(photos) > 1:
        result["photos"] = [photo.as_dict() for photo in photos]
    return _record(
        desk, capture_id, (model.name, model.version, model.sha256), "station", seen.accepted, result, at
    )


def record_outside_inspection(
    desk: Desk, capture_id: str, name: str, version: str, sha256: str | None, source: str,
    result: Mapping[str, Any], actor: Actor | None, at: datetime,
) -> Inspection:  # fmt: skip
    """What an outside application's model says, with its name and version."""
    return _record(
        desk,
        capture_id,
        (name, version, sha256 or ""),
        source,
        bool(result["accepted"]),
        dict(result),
        at,
        actor,
    )


def photos_of(tx: Session, capture_id: str) -> Sequence[Photo]:
    return tx.exec(select(Photo).where(Photo.capture_id == capture_id).order_by(col(Photo.position))).all()


def _record(
    desk: Desk, capture_id: str, model: tuple[str, str, str], source: str, accepted: bool,
    result: dict[str, Any], at: datetime, actor: Actor | None = None,
) -> Inspection:  # fmt: skip
    name, version, sha256 = model
    with desk.ledger.write() as tx:
        capture = _capture(tx, capture_id)
        known = tx.exec(
            select(Inspection).where(
                Inspection.capture_id == capture_id, Inspection.model == name, Inspection.version == version,
                Inspection.sha256 == sha256,
            )
        ).first()  # fmt: skip
        if known is not None:
            return known
        row = Inspection(
            id=new_id(at), capture_id=capture_id, at=at, model=name, version=version, sha256=sha256,
            source=source, accepted=accepted, result=result,
        )  # fmt: skip
        if source == "station":
            capture.state = "inspected"
        tx.add_all([row, capture])
        tx.flush()
        load = _load_of(tx, capture_id)
        audit.record(
            tx, "inspection_recorded", at, by=actor.name if actor else None, subject_id=capture_id,
            visit_id=load.visit_id if load else None, load_id=load.id if load else None,
            data={"model": name, "version": version, "accepted": accepted},
        )  # fmt: skip
        if load is not None:
            proposals.propose(tx, desk, load, at)
    return row


def _capture(tx: Session, capture_id: str) -> Capture:
    capture = tx.get(Capture, capture_id)
    if capture is None:
        raise NotFound(Fault.UNKNOWN_CAPTURE, id=capture_id)
    return capture


def _load_of(tx: Session, capture_id: str) -> Load | None:
    pairing = queries.pairing_of(tx, capture_id)
    sample = tx.get(Sample, pairing.sample_id) if pairing and pairing.sample_id else None
    return tx.get(Load, sample.load_id) if sample and sample.load_id else None


def _declared_species(tx: Session, capture_id: str) -> str | None:
    pairing = queries.pairing_of(tx, capture_id)
    sample = tx.get(Sample, pairing.sample_id) if pairing and pairing.sample_id else None
    return sample.species if sample else None
