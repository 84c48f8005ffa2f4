"""Captures handed to the light box, each exactly once: claimed in the ledger, so that a stopped station
takes them up again."""

from datetime import datetime

from sqlmodel import col, select

from station.acts.desk import Desk
from station.receival.deciding import proposals
from station.receival.measuring.captures import capture_of, load_of
from station.store.evidence import CapturePhotos, capture_photos, inspected_by
from station.store.tables import Capture


def claim_capture(desk: Desk, at: datetime) -> CapturePhotos | None:
    """Takes the oldest capture that waits for its inspection; None when none does."""
    with desk.ledger.write() as tx:
        query = select(Capture).where(Capture.state == "pending", col(Capture.claimed_at).is_(None))
        capture = tx.exec(query.order_by(col(Capture.seq)).limit(1)).first()
        if capture is None:
            return None
        capture.claimed_at = at
        capture.attempts += 1
        tx.add(capture)
        return capture_photos(tx, capture)


def release_claims(desk: Desk) -> int:
    """Frees, at start, what a stopped station had claimed and not finished. Returns how many."""
    with desk.ledger.write() as tx:
        query = select(Capture).where(Capture.state == "pending", col(Capture.claimed_at).is_not(None))
        stuck = tx.exec(query).all()
        for capture in stuck:
            capture.claimed_at = None
            tx.add(capture)
    return len(stuck)


def release_claim(desk: Desk, capture_id: str, at: datetime, *, give_up: bool) -> None:
    """Gives back a capture on which a worker died or hung: it is tried again, or left with what other models
    said of it, so that the truck goes on and the screen says so."""
    with desk.ledger.write() as tx:
        capture = capture_of(tx, capture_id)
        capture.claimed_at = None
        if give_up:
            capture.state = "inspected" if inspected_by(tx, capture_id) else "no_model"
        tx.add(capture)
        tx.flush()
        load = load_of(tx, capture_id)
        if give_up and load is not None:
            proposals.propose(tx, desk, [load], at)
