"""What a station that only observes would have proposed, beside what was done.

What was done is what the program of the co-operative says, where it says it with its ticket; else what a
person typed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from station.acts.desk import Actor
from station.acts.refusals import Fault, Invalid
from station.receival.arrivals.loads import end_load
from station.receival.storage import cells
from station.receival.storage.tippings import Tipped, move_in, tip
from station.store import batches, days, queries
from station.store.tables import Cell, ErpTicket, Load, Proposal


@dataclass(frozen=True, slots=True)
class Observed:
    """A load went into `cell`, that is most of it did; `proposed` None: nothing could be proposed. `told`:
    the program of the co-operative said so."""

    load_id: str
    species: str
    proposed: str | None
    cell: str
    told: bool

    @property
    def agrees(self) -> bool:
        return self.proposed == self.cell


def observed(tx: Session, since: datetime, until: datetime) -> list[Observed]:
    """Compare the loads that were observed in a time, oldest first. What was proposed is what the decision
    was taken on, or, where nobody decided here, the last proposal."""
    loads = [load for load in days.loads_ended_in(tx, (since, until)) if load.outcome == "observed"]
    ids = [load.id for load in loads]
    moved, proposed, told = days.moved_by_load(tx, ids), _proposed(tx, ids), _told(tx, ids)
    return [
        Observed(
            load.id, load.species, proposed.get(load.id), told.get(load.id) or _most(moved[load.id]),
            load.id in told,
        )
        for load in loads
        if moved.get(load.id) or load.id in told
    ]  # fmt: skip


def way_into(tx: Session, load: Load, named: str) -> Tipped:
    """Return the way of a load into the cell of an identifier, or of the program's own number of it. Raises
    Invalid(unknown_cell, not_reachable)."""
    is_it = or_(col(Cell.id) == named, col(Cell.external_ref) == named)
    cell = tx.exec(select(Cell.id).where(is_it)).first()
    if cell is None:
        raise Invalid(Fault.UNKNOWN_CELL, cell=named)
    proposal, pits = queries.current_proposal(tx, load.id), cells.pits_of_cells(tx).get(cell, ())
    if not pits:
        raise Invalid(Fault.NOT_REACHABLE, cell=cell, pit="")
    proposed = proposal.pit if proposal and proposal.pit in pits else None
    return Tipped(proposed or min(pits), cell, share=1.0)


def end_as_done(tx: Session, load: Load, way: Tipped, net_kg: float, by: Actor, at: datetime) -> None:
    """End a load of which nobody said here where it went: the program did."""
    move_in(tx, load, tip(tx, load, [way], net_kg, by, at), by, at)
    end_load(tx, load, "observed", "", by, at)


def _proposed(tx: Session, load_ids: Sequence[str]) -> dict[str, str | None]:
    decisions = batches.current_decisions(tx, load_ids)
    asked = {row.proposal_id: load_id for load_id, row in decisions.items()}
    query = select(Proposal.id, Proposal.cell).where(col(Proposal.id).in_(asked))
    found = {asked[id_]: cell for id_, cell in tx.exec(query)}
    for load_id in load_ids:
        if load_id not in found and (last := queries.current_proposal(tx, load_id)) is not None:
            found[load_id] = last.cell
    return found


def _told(tx: Session, load_ids: Sequence[str]) -> dict[str, str]:
    """Return by load the cell that the program says, where it says one."""
    query = select(ErpTicket).where(col(ErpTicket.load_id).in_(load_ids), ErpTicket.refused == "")
    rows = tx.exec(query.where(ErpTicket.cell != "").order_by(col(ErpTicket.seq)))
    return {row.load_id or "": row.cell for row in rows}


def _most(moved: dict[str, float]) -> str:
    return max(sorted(moved), key=lambda cell: moved[cell])
