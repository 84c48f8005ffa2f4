"""What a person is asked about before grain moves: his figure does not fit what the book says of the cell.

A book rests on estimates, so that he may be right. He answers with the mass once more: what was asked of 50 t
is not answered for 500 t. Nobody is asked about what no cell can hold: that is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

from sqlmodel import Session, col, func, select

from drivers.reading import Analyte
from station.acts.refusals import Fault, Invalid
from station.grain.drying import Dried
from station.grain.mixture import Defaults
from station.grain.reasons import Code, Reason
from station.grain.revising import measured_of
from station.receival.measuring.remarked import check_asked
from station.store.tables import Cell, CellMovement, Reservation

EXACT_KG = 1e-3
DENSEST = 1.25  # a capacity in tonnes is of one grain: wheat weighs a quarter more than barley in one room
COUNT_SHARE, COUNT_OF_CAPACITY = 0.05, 0.01  # how far a count by height is off: of the book, of the cell
WASTE_SHARE = 0.05  # more than what is cleaned out of any grain that a grade would take
BRIDGES_SHARE = 0.01  # how far two bridges lie apart, and what clings to a truck
FREINTE_SHARE = 0.01  # of a drying: dust, and half a point that both moistures are off
_COVERS = 2.0  # standard uncertainties


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says beside his figures: `kg` is the mass that he was asked about (None: he was not), and
    why it is right."""

    kg: float | None = None
    reason: str = ""


def check_leaving(cell: Cell, known: CellMovement | None, kg: float) -> list[Reason]:
    """Ask about more than a cell is known to hold. Raises Invalid(cell_cannot_hold)."""
    check_possible(cell, kg)
    return [Reason(Code.MORE_THAN_KNOWN, _of(cell, known, moved_kg=kg))] if is_more(known, kg) else []


def check_coming(tx: Session, cell: Cell, known: CellMovement | None, kg: float) -> list[Reason]:
    """Ask about more than a cell is made for, with what is on its way into it. Raises
    Invalid(cell_cannot_hold)."""
    check_possible(cell, kg)
    held_kg = content_kg(known) + _reserved_kg(tx, cell) + kg
    if held_kg <= cell.capacity_kg + EXACT_KG:
        return []
    return [
        Reason(
            Code.OVER_CAPACITY, {"cell": cell.id, "capacity_kg": cell.capacity_kg, "held_kg": round(held_kg)}
        )
    ]


def check_returned(number: str, left_kg: float, kg: float) -> list[Reason]:
    """Ask about more grain than left with the shipment."""
    if kg <= left_kg * (1 + BRIDGES_SHARE):
        return []
    return [Reason(Code.MORE_THAN_LEFT, {"number": number, "moved_kg": kg, "left_kg": left_kg})]


def check_paper(tx: Session, kind: str, number: str) -> list[Reason]:
    """Ask about the number of a paper with which a movement of this kind is written already."""
    query = select(CellMovement).where(CellMovement.paper_number == number, CellMovement.kind == kind)
    before = tx.exec(query.order_by(col(CellMovement.seq).desc()).limit(1)).first() if number else None
    if before is None:
        return []
    params = {
        "number": number, "moved_kg": abs(before.kg), "cell": before.cell_id,
        "day": before.at.date().isoformat(),
    }  # fmt: skip
    return [Reason(Code.PAPER_WRITTEN, params)]


def check_count(cell: Cell, known: CellMovement | None, counted_kg: float) -> list[Reason]:
    """Ask about a count that lies further from the book than counting is off."""
    check_possible(cell, counted_kg)
    book_kg = known.content_kg if known else 0.0
    limit_kg = max(COUNT_SHARE * book_kg, COUNT_OF_CAPACITY * cell.capacity_kg)
    apart_kg = abs(counted_kg - book_kg)
    if known is None or apart_kg <= limit_kg:
        return []
    params = {
        "cell": cell.id, "counted_kg": counted_kg, "content_kg": book_kg, "apart_kg": round(apart_kg),
        "limit_kg": round(limit_kg),
    }  # fmt: skip
    return [Reason(Code.COUNT_FAR_OFF, params)]


def check_waste(cell: Cell, known: CellMovement | None, waste_kg: float) -> list[Reason]:
    """Ask about waste that is a larger share of the grain than cleaning takes out."""
    held_kg = content_kg(known)
    if held_kg <= 0 or waste_kg <= WASTE_SHARE * held_kg:
        return []
    share = {"share": min(1.0, waste_kg / held_kg), "limit": WASTE_SHARE}
    return [Reason(Code.MUCH_WASTE, _of(cell, known, moved_kg=waste_kg, **share))]


def check_dried(cell: Cell, known: CellMovement | None, dried: Dried, usual_u: Defaults) -> list[Reason]:
    """Ask about a drying whose masses do not keep the dry matter, and about a moisture that the cell is not
    known to have. `usual_u`: the uncertainties of one measurement, as the rule pack says them."""
    found = []
    if abs(dried.freinte_kg) > FREINTE_SHARE * dried.kg_computed:
        masses = {
            "computed_kg": dried.kg_computed, "measured_kg": dried.kg_out,
            "apart_kg": abs(dried.freinte_kg), "limit": FREINTE_SHARE,
        }  # fmt: skip
        found.append(Reason(Code.DRY_MATTER_DIFFERS, masses))
    held = measured_of(known.content if known else {}).get(Analyte.MOISTURE)
    if held is None:
        return found
    usual = usual_u.get(Analyte.MOISTURE, 0.0)
    points = _COVERS * hypot(held.u if held.u is not None else usual, usual)
    if abs(dried.moisture_from - held.value) > points + 0.05:  # both are said to a tenth
        params = {
            "cell": cell.id, "said": dried.moisture_from, "value": held.value, "points": round(points, 2),
        }  # fmt: skip
        found.append(Reason(Code.OTHER_MOISTURE, params))
    return found


def check_answered(asked: Sequence[Reason], kg: float, answer: Answer) -> list[str]:
    """Return the codes of what the person was asked about, and answered for with this very mass and a reason.

    Raises Conflict, of the first of them and with all, else Invalid(answer_needs_reason)."""
    is_answered = answer.kg is not None and abs(answer.kg - kg) <= EXACT_KG
    despite = check_asked([one.as_dict() for one in asked], is_answered)
    if despite and not answer.reason.strip():
        raise Invalid(Fault.ANSWER_NEEDS_REASON)
    return despite


def check_possible(cell: Cell, kg: float) -> None:
    """Raises Invalid(cell_cannot_hold) for a mass that cannot lie in the cell, however dense."""
    if kg > DENSEST * cell.capacity_kg:
        raise Invalid(Fault.CELL_CANNOT_HOLD, cell=cell.id, capacity_kg=cell.capacity_kg, moved_kg=kg)


def is_more(known: CellMovement | None, kg: float) -> bool:
    return kg > (known.content_kg if known else 0.0) + EXACT_KG


def content_kg(known: CellMovement | None) -> float:
    """Return what a cell is known to hold; no cell holds less than nothing."""
    return max(0.0, known.content_kg) if known else 0.0


def _of(cell: Cell, known: CellMovement | None, **more: float) -> dict[str, Any]:
    said: dict[str, Any] = {"cell": cell.id, "content_kg": content_kg(known)}
    return said | more


def _reserved_kg(tx: Session, cell: Cell) -> float:
    query = select(func.sum(Reservation.kg)).where(
        Reservation.cell_id == cell.id, col(Reservation.released_at).is_(None)
    )
    return tx.exec(query).one() or 0.0
