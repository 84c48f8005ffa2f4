"""A candidate can be tried on the captures whose sample laboratory or machine have measured."""

from collections.abc import Sequence

from sqlmodel import Session

from station.acts.desk import Desk
from station.models.backtest import BacktestCase
from station.models.references import references
from station.models.verdicts import active_verdicts
from station.store.evidence import declared_species, photos_by_capture
from station.store.tables import Capture


def cases(tx: Session, desk: Desk, task: str, captures: Sequence[Capture]) -> list[BacktestCase]:
    """Return those of the captures that were measured, each beside what the active model of this task said
    of it then."""
    known = {one: found for one, found in references(tx, desk, [row.id for row in captures]).items() if found}
    said, photos = active_verdicts(tx, task, list(known)), photos_by_capture(tx, list(known))
    return [
        BacktestCase(
            row.id,
            row.at,
            declared_species(tx, row),
            tuple(photo.sha256 for photo in photos[row.id]),
            tuple(known[row.id]),
            said.get(row.id),
        )
        for row in captures
        if row.id in known
    ]
