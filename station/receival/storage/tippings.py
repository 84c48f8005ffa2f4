"""Where the grain of a load was tipped: what a person says of it, its rows, and the movements into the cells.

The parts of a net are whole kilograms that add up to it, whether shares or kilograms were said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor
from station.acts.refusals import Fault, Invalid
from station.grain.guard import Guarded
from station.grain.loadweight import parts_kg, split_kg
from station.receival.arrivals.loads import is_whole
from station.receival.between_silos import shipment_standing
from station.receival.persons.guards import guard_for
from station.receival.storage import cells, lines, moved_grain
from station.receival.storage.unmixed import take_back
from station.store import queries
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, Load, Pit, Tipping

NOTHING_LATE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tipped:
    """A part of one load that went through `pit` into `cell`: a share of all parts, or kilograms. The one
    part without either is what is left."""

    pit: str
    cell: str
    share: float | None = None
    kg: float | None = None


def tip(
    tx: Session, load: Load, parts: Sequence[Tipped], net_kg: float, actor: Actor, at: datetime
) -> list[Tipping]:
    """Record where the net of a load went; what was said of it before is current no more.

    Raises Invalid(shares_not_whole, part_not_whole, tipped_not_net, unknown_cell, not_reachable)."""
    split = _split(parts, net_kg)
    reached = cells.pits_of_cells(tx)
    for part in parts:
        if tx.get(Cell, part.cell) is None:
            raise Invalid(Fault.UNKNOWN_CELL, cell=part.cell)
        if part.pit not in reached.get(part.cell, ()):
            raise Invalid(Fault.NOT_REACHABLE, cell=part.cell, pit=part.pit)
    for row in tippings_of(tx, load.id):
        row.current = False
        tx.add(row)
    rows = [
        Tipping(
            id=new_id(at), load_id=load.id, pit=part.pit, cell_id=part.cell, kg=kg, at=at, by=actor.id,
            share=part.share if part.share is not None else kg / net_kg,
        )
        for part, kg in zip(parts, split, strict=True)
    ]  # fmt: skip
    tx.add_all(rows)
    tx.flush()
    return rows


def tippings_of(tx: Session, load_id: str) -> Sequence[Tipping]:
    """Return where a load was tipped, as it is known now."""
    query = select(Tipping).where(Tipping.load_id == load_id, col(Tipping.current).is_(True))
    return tx.exec(query.order_by(col(Tipping.seq))).all()


def _split(parts: Sequence[Tipped], net_kg: float) -> list[float]:
    shares = [part.share for part in parts if part.share is not None]
    if len(shares) == len(parts):
        total = sum(shares)
        if not is_whole(total):
            raise Invalid(Fault.SHARES_NOT_WHOLE, total=round(total, 6))
        return split_kg(net_kg, shares)
    said = [part.kg for part in parts]
    total_kg = round(sum(kg or 0.0 for kg in said), 3)
    if shares:
        raise Invalid(Fault.TIPPED_NOT_NET, moved_kg=total_kg, net_kg=net_kg)
    broken = [kg for kg in said if kg is not None and not kg.is_integer()]
    if broken and (len(broken) > 1 or net_kg.is_integer()):
        raise Invalid(Fault.PART_NOT_WHOLE, kg=broken[0])
    try:
        return parts_kg(net_kg, said)
    except ValueError as error:
        raise Invalid(Fault.TIPPED_NOT_NET, moved_kg=total_kg, net_kg=net_kg) from error


def move_in(
    tx: Session, load: Load, tippings: Sequence[Tipping], actor: Actor, at: datetime, paper_number: str = ""
) -> None:
    """Bring what was tipped into its cells, and mark the lines that treated grain went through."""
    for tipping in tippings:
        move(tx, load, tipping.cell_id, tipping.kg, actor, at, paper_number=paper_number)
    lines.note_treated(tx, load, tippings, moved_grain.substances_on(tx, load.id))


def move(
    tx: Session, load: Load, cell: str, kg: float, actor: Actor, at: datetime, reason: str = "", *,
    late: Mapping[str, Any] = NOTHING_LATE, paper_number: str = "",
) -> CellMovement:  # fmt: skip
    """Bring so much of a load into a cell, or take it back where it is below 0 kg. `late`: what the load's
    values are by now."""
    row = CellMovement(
        id=new_id(at), cell_id=cell, kind="in", kg=kg, regime=load.regime, organisation=load.organisation,
        load_id=load.id, by=actor.id, at=at, reason=reason, paper_number=paper_number,
    )  # fmt: skip
    if kg < 0:
        return take_back(tx, row)
    row.values = {**shipment_standing.moved_values(tx, load, kg), **late}
    row.grain = moved_grain.of_load(tx, load, cell)
    return cells.move(tx, row)


def broken_elsewhere(tx: Session, load: Load, tippings: Sequence[Tipping]) -> dict[str, list[str]]:
    """Return the guarded rules that grain breaks where it was tipped otherwise than decided: what happened
    is recorded whoever says so, and is not passed over in silence."""
    decision, proposal = queries.current_decision(tx, load.id), queries.current_proposal(tx, load.id)
    if proposal is None:
        return {}
    decided = decision.cell if decision else None
    elsewhere = {one.cell_id for one in tippings if one.cell_id != decided}
    broken = {rule for cell in elsewhere for rule in guard_for(tx, proposal.result, cell).rules}
    return {"guard": [rule.value for rule in Guarded if rule in broken]} if broken else {}


def told(tx: Session, tippings: Sequence[Tipping]) -> list[dict[str, Any]]:
    """Return what a ticket says of where it went, by the names of that day."""
    found = []
    for one in tippings:
        pit, cell = tx.get(Pit, one.pit), tx.get(Cell, one.cell_id)
        found.append(
            {
                "pit": one.pit, "pit_name": pit.name if pit else one.pit,
                "cell": one.cell_id, "cell_name": cell.name if cell else one.cell_id,
                "share": one.share, "kg": one.kg,
            }
        )  # fmt: skip
    return found
