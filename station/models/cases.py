"""A candidate can be tried on the captures whose sample laboratory or machine have measured."""

from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Desk
from station.models.backtest import BacktestCase
from station.models.references import references
from station.models.verdicts import active_verdicts
from station.store.evidence import capture_ids, judged_as, photos_of
from station.store.tables import Capture


def cases(
    tx: Session, desk: Desk, task: str, since: datetime | None, until: datetime | None
) -> list[BacktestCase]:
    """Return the cases of a time, oldest first, each beside what the active model of this task said of it
    then."""
    ids = capture_ids(tx, since, until)
    known = {one: found for one, found in references(tx, desk, ids).items() if found}
    said = active_verdicts(tx, task, since, until)
    return [
        BacktestCase(
            one,
            tx.get_one(Capture, one).at,
            judged_as(tx, tx.get_one(Capture, one)),
            tuple(photo.sha256 for photo in photos_of(tx, one)),
            tuple(known[one]),
            said.get(one),
        )
        for one in ids
        if one in known
    ]
