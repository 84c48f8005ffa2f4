"""The captures that a candidate can be tried on: those whose sample laboratory or machine have measured."""

from datetime import datetime

from sqlmodel import Session

from station.grain.backtest import Case
from station.receival.captures import photos_of
from station.receival.claims import declared_as
from station.receival.desk import Desk
from station.receival.references import references
from station.store import dataset
from station.store.tables import Capture


def cases(tx: Session, desk: Desk, task: str, since: datetime | None, until: datetime | None) -> list[Case]:
    """Oldest first; beside each what the active model of this task said of it then."""
    ids = dataset.captures(tx, since, until)
    known = {one: found for one, found in references(tx, desk, ids).items() if found}
    said = dataset.active_verdicts(tx, task, since, until)
    return [
        Case(
            one,
            tx.get_one(Capture, one).at,
            declared_as(tx, tx.get_one(Capture, one)),
            tuple(photo.sha256 for photo in photos_of(tx, one)),
            tuple(known[one]),
            said.get(one),
        )
        for one in ids
        if one in known
    ]
