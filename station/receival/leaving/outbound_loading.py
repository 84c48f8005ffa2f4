"""What comes on an outbound vehicle: the difference of two of its weights, out of one cell or several.

The first weight is the empty vehicle's. Each further one loads, or shows what went back; with the last one
the vehicle leaves (`delivery_notes.deliver`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.carriage import ask_of_gross, gross_limit_kg, whole_parts
from station.grain.reasons import Code, Reason
from station.receival.arrivals.loads import is_whole
from station.receival.bridge.weighings import offered_weighing
from station.receival.leaving.outbound import EXACT_KG, loadings_of, open_outbound, record, weight_of
from station.receival.measuring.remarked import asked_at_use, check_asked
from station.receival.storage import cells
from station.receival.storage.movements import find_cell
from station.store.ids import new_id
from station.store.tables import OutboundLoading, OutboundVisit, Weighing, WeighingUse
from station.transport import GROSS


@dataclass(frozen=True, slots=True)
class Drawn:
    """A share of what came on the vehicle between two weights came out of this cell."""

    cell: str
    share: float = 1.0


def weigh_empty(
    desk: Desk, outbound_id: str, weighing_id: str, actor: Actor, at: datetime, *,
    despite_remarks: bool = False,
) -> OutboundVisit:  # fmt: skip
    """Takes the empty vehicle's weight; another one takes its place until something is loaded. Raises
    Conflict(already_loading) and what `weighings.confirm` raises for weights that may not be used."""
    with desk.ledger.write() as tx:
        row = open_outbound(tx, outbound_id)
        if row.full_weighing_id is not None:
            raise Conflict(Fault.ALREADY_LOADING, plate=row.plate)
        weighing = offered_weighing(tx, weighing_id)
        despite = check_asked(asked_at_use(weighing), despite_remarks)
        use(tx, weighing, "first", actor, at)
        row.empty_weighing_id = weighing.id
        tx.add(row)
        record(tx, "outbound_weighed_empty", row, actor, at, kg=weighing.kg, despite=despite)
    return row


def weigh_loaded(
    desk: Desk, outbound_id: str, weighing_id: str, drawn: Sequence[Drawn], actor: Actor, at: datetime, *,
    despite_remarks: bool = False,
) -> OutboundVisit:  # fmt: skip
    """Takes a weight on the way, with grain on the vehicle."""
    with desk.ledger.write() as tx:
        row = open_outbound(tx, outbound_id)
        load(tx, row, weighing_id, drawn, "intermediate", actor, at, despite_remarks=despite_remarks)
    return row


def load(
    tx: Session, row: OutboundVisit, weighing_id: str, drawn: Sequence[Drawn], role: str, actor: Actor,
    at: datetime, *, despite_remarks: bool,
) -> Weighing:  # fmt: skip
    """Records what came on the vehicle since its weight before, in whole kilograms by cell. A weight below
    that one puts grain back. Where no cell is said it is the one of the last loading.

    Raises Conflict(transport_not_checked, vehicle_unfit, not_weighed_empty, other_species_in_cell,
    claims_not_in_cell, more_back_than_loaded), and Conflict(overloaded, other_grade) unless the person was
    asked about it (`despite_remarks`)."""
    before = _ready(tx, row)
    weighing = offered_weighing(tx, weighing_id)
    loaded = loadings_of(tx, row.id)
    kg = round(weighing.kg - before.kg, 3)
    parts = _parts(row, drawn or [Drawn(one.cell_id) for one in loaded[-1:]], kg)
    asked = [*asked_at_use(weighing), *(one.as_dict() for one in _asked(tx, row, weighing, parts))]
    despite = check_asked(asked, despite_remarks)
    for cell, part in parts:
        if sum(one.kg for one in loaded if one.cell_id == cell) + part < -EXACT_KG:
            raise Conflict(Fault.MORE_BACK_THAN_LOADED, cell=cell, moved_kg=-part)
        made = OutboundLoading(
            id=new_id(at), outbound_id=row.id, cell_id=cell, kg=part, before_weighing_id=before.id,
            weighing_id=weighing.id, at=at, by=actor.id,
        )  # fmt: skip
        tx.add(made)
    use(tx, weighing, role, actor, at)
    row.full_weighing_id = weighing.id
    tx.add(row)
    tx.flush()
    record(
        tx, "outbound_loaded", row, actor, at, kg=kg, gross_kg=weighing.kg,
        cells={cell: part for cell, part in parts}, despite=despite,  # noqa: C416  pairs of two
    )  # fmt: skip
    return weighing


def use(tx: Session, weighing: Weighing, role: str, actor: Actor, at: datetime) -> None:
    weighing.state = "used"
    tx.add_all([weighing, WeighingUse(id=new_id(at), weighing_id=weighing.id, role=role, at=at, by=actor.id)])


def limit_kg(row: OutboundVisit) -> float | None:
    """What the vehicle may weigh when it leaves."""
    return gross_limit_kg(GROSS, row.axles, row.gross_limit_kg, draws=_draws(row))


def _draws(row: OutboundVisit) -> bool:
    """Five axles are no vehicle alone."""
    return bool(row.trailer_plate) or (row.axles or 0) >= 5


def _ready(tx: Session, row: OutboundVisit) -> Weighing:
    """Returns the vehicle's newest weight."""
    if row.is_fit is None:
        raise Conflict(Fault.TRANSPORT_NOT_CHECKED, plate=row.plate)
    if not row.is_fit:
        raise Conflict(Fault.VEHICLE_UNFIT, plate=row.plate, reasons=row.unfit)
    before = weight_of(tx, row.full_weighing_id or row.empty_weighing_id)
    if before is None:
        raise Conflict(Fault.NOT_WEIGHED_EMPTY, plate=row.plate)
    return before


def _parts(row: OutboundVisit, drawn: Sequence[Drawn], kg: float) -> list[tuple[str, float]]:
    if abs(kg) <= EXACT_KG:  # weighed again, nothing came on it
        return []
    if not drawn:
        raise Invalid(Fault.CELL_NOT_SAID, plate=row.plate)
    total = sum(one.share for one in drawn)
    if not is_whole(total):
        raise Invalid(Fault.SHARES_NOT_WHOLE, total=round(total, 6))
    return [
        (one.cell, part)
        for one, part in zip(drawn, whole_parts(kg, [one.share for one in drawn]), strict=True)
    ]


def _asked(
    tx: Session, row: OutboundVisit, weighing: Weighing, parts: Sequence[tuple[str, float]]
) -> list[Reason]:
    over = ask_of_gross(weighing.kg, limit_kg(row)) if any(kg > 0 for _, kg in parts) else None
    grades = [_of_cell(tx, row, cell) for cell, kg in parts if kg > 0]
    return [one for one in (over, *grades) if one is not None]


def _of_cell(tx: Session, row: OutboundVisit, cell_id: str) -> Reason | None:
    """Another species, or a claim that the cell does not honour, never leaves under this name; another grade
    is asked about."""
    cell = find_cell(tx, cell_id)
    standing = cells.standing_of(cells.last_movement(tx, cell.id))
    species = {*standing.species, *([cell.species] if cell.species else [])}
    if species and row.species not in species:
        raise Conflict(
            Fault.OTHER_SPECIES_IN_CELL, cell=cell.id, species=row.species, cell_species=sorted(species)
        )
    missing = set(row.claims) - (set(cell.claims) - standing.lost(cell.claims))
    if missing:
        raise Conflict(Fault.CLAIMS_NOT_IN_CELL, cell=cell.id, claims=sorted(missing))
    if row.grade and cell.grade != row.grade:
        params = {"cell": cell.id, "grade": row.grade, "cell_grade": cell.grade}
        return Reason(Code.OTHER_GRADE, params)
    return None
