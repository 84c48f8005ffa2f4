"""What a station that only observes would have proposed, beside what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from station.store import batches, days
from station.store.tables import Proposal


@dataclass(frozen=True, slots=True)
class Observed:
    """A load went into `cell`, that is most of it did; `proposed` None: nothing could be proposed."""

    load_id: str
    species: str
    proposed: str | None
    cell: str

    @property
    def agrees(self) -> bool:
        return self.proposed == self.cell


def observed(tx: Session, since: datetime, until: datetime) -> list[Observed]:
    """Compare the loads that were observed in a time, oldest first. What was proposed is what the decision
    was taken on: it names the cell that the station would have chosen."""
    loads = [load for load in days.loads_ended_in(tx, (since, until)) if load.outcome == "observed"]
    ids = [load.id for load in loads]
    moved, proposed = days.moved_by_load(tx, ids), _proposed(tx, ids)
    return [
        Observed(load.id, load.species, proposed.get(load.id), _most(moved[load.id]))
        for load in loads
        if moved.get(load.id)
    ]


def _proposed(tx: Session, load_ids: Sequence[str]) -> dict[str, str | None]:
    decisions = batches.current_decisions(tx, load_ids)
    asked = {row.proposal_id: load_id for load_id, row in decisions.items()}
    query = select(Proposal.id, Proposal.cell).where(col(Proposal.id).in_(asked))
    return {asked[id_]: cell for id_, cell in tx.exec(query)}


def _most(moved: dict[str, float]) -> str:
    return max(sorted(moved), key=lambda cell: moved[cell])
