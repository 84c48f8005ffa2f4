"""Captures handed to the light box: each to every active model, and to every shadow, exactly once.

What an active model has to do is claimed in the ledger, so that a stopped station takes it up again; what
a shadow has to do is whatever it has not inspected yet.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, func, select

from station.grain.identifiers import photo_names, photo_species
from station.grain.releases import Act
from station.receival import proposals
from station.receival.captures import STATION, capture_of, load_of, photos_of
from station.receival.desk import Desk
from station.store import queries, releases
from station.store.tables import Capture, Inspection, Pairing, Sample


@dataclass(frozen=True, slots=True)
class Claimed:
    """A capture handed to the light box: inspect these photos as this species (None: any) with these
    models (SHA-256 of their bundles), which have not inspected it yet."""

    capture_id: str
    sha256: tuple[str, ...]
    species: str | None
    attempt: int
    models: tuple[str, ...] = ()


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
        claimed = _claimed(tx, capture)
        seen_by = set(_seen_by(tx, capture.id))
        models = tuple(one for one in releases.judges(tx, claimed.species) if one not in seen_by)
    return replace(claimed, models=models)


def next_for_shadow(
    desk: Desk, model: str, species: Sequence[str], passed: Collection[str]
) -> Claimed | None:
    """The oldest capture since this release runs in shadow that it has not inspected, of a species it is
    tried for or of none declared; not one of `passed`. None while any capture waits for its inspection: a
    shadow comes after every active model."""
    names = {name for one in species for name in photo_names(one)}
    inspected = select(Inspection.id).where(
        Inspection.capture_id == Capture.id, Inspection.sha256 == model, Inspection.source == STATION
    )
    with desk.ledger.read() as tx:
        if tx.exec(select(Capture.id).where(Capture.state == "pending").limit(1)).first() is not None:
            return None
        installed = releases.last_act(tx, model, Act.INSTALLED)
        if installed is None:
            return None
        declared = func.coalesce(Capture.species, Sample.species)
        query = (
            select(Capture)
            .join(Pairing, (col(Pairing.item_id) == Capture.id) & col(Pairing.current), isouter=True)
            .join(Sample, col(Sample.id) == Pairing.sample_id, isouter=True)
            .where(
                Capture.at >= installed.at, ~inspected.exists(), col(Capture.id).not_in(passed),
                declared.is_(None) | declared.in_(names),
            )
        )  # fmt: skip
        capture = tx.exec(query.order_by(col(Capture.at), col(Capture.id)).limit(1)).first()
        return replace(_claimed(tx, capture), models=(model,)) if capture is not None else None


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
    """A worker died or hung on this capture: it is tried again, or left with what other models said of it,
    so that the truck goes on and the screen says so."""
    with desk.ledger.write() as tx:
        capture = capture_of(tx, capture_id)
        capture.claimed_at = None
        if give_up:
            capture.state = "inspected" if _seen_by(tx, capture_id) else "no_model"
        tx.add(capture)
        tx.flush()
        load = load_of(tx, capture_id)
        if give_up and load is not None:
            proposals.propose(tx, desk, load, at)


def declared_as(tx: Session, capture: Capture) -> str | None:
    """The species that a capture is judged as: of its form, else of its sample; None where none is said."""
    species = capture.species or _declared_species(tx, capture.id)
    return photo_species(species) if species else None


def _claimed(tx: Session, capture: Capture) -> Claimed:
    hashes = tuple(photo.sha256 for photo in photos_of(tx, capture.id))
    return Claimed(capture.id, hashes, declared_as(tx, capture), capture.attempts)


def _seen_by(tx: Session, capture_id: str) -> Sequence[str]:
    """The station's models (SHA-256) that have inspected a capture."""
    query = select(Inspection.sha256).where(Inspection.capture_id == capture_id, Inspection.source == STATION)
    return tx.exec(query).all()


def _declared_species(tx: Session, capture_id: str) -> str | None:
    pairing = queries.pairing_of(tx, capture_id)
    sample = tx.get(Sample, pairing.sample_id) if pairing and pairing.sample_id else None
    return sample.species if sample else None
