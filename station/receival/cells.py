"""What the cells hold: content from movements, reserved from decisions, quality by tonnes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from drivers.reading import UNIT_OF, Analyte, Basis, Value, is_known
from station.grain.blending import Part, blend
from station.grain.cells import CellState, Measured
from station.grain.identifiers import Species, is_known_species
from station.grain.units import Tonnes
from station.store import queries
from station.store.tables import Cell, CellMovement, Line, Pit, Reservation

_NOTHING_KG = 0.001  # what sums of shares leave of an empty cell


def states(tx: Session, *, without_load: str | None = None) -> tuple[CellState, ...]:
    """The cells as routing sees them, by id. `without_load`: leaves out what this load itself reserves."""
    pits, reserved = pits_of_cells(tx), _reserved(tx, without_load)
    return tuple(
        _state(cell, last, pits.get(cell.id, ()), reserved.get(cell.id, 0.0))
        for cell, last in tx.exec(_CELLS_WITH_BALANCE)
    )


_NEWEST = select(func.max(CellMovement.seq)).where(CellMovement.cell_id == Cell.id).correlate(Cell)
_CELLS_WITH_BALANCE: Any = (
    select(Cell, CellMovement)
    .join(
        CellMovement,
        (col(CellMovement.cell_id) == Cell.id) & (col(CellMovement.seq) == _NEWEST.scalar_subquery()),
        isouter=True,
    )
    .order_by(Cell.id)
)


def content_of(tx: Session, cell_id: str) -> dict[str, Any]:
    """{analyte: {value, unit, basis, known_t, n}} of what the cell holds; a mean that cannot be computed is
    None, `n` (measurements) is not there where nobody counted."""
    last = last_movement(tx, cell_id)
    return last.content if last else {}


def contents(tx: Session) -> dict[str, dict[str, Any]]:
    """What `content_of` says of every cell."""
    return {cell.id: last.content if last else {} for cell, last in tx.exec(_CELLS_WITH_BALANCE)}


def move(tx: Session, row: CellMovement) -> CellMovement:
    """Appends one movement (its kg signed), to which it gives the cell's balance after it."""
    before = last_movement(tx, row.cell_id)
    row.content_kg = (before.content_kg if before else 0.0) + row.kg
    row.content = _content_after(before, row.kg, row.values)
    tx.add(row)
    tx.flush()
    return row


def pits_of_cells(tx: Session) -> dict[str, tuple[str, ...]]:
    """Cell id to the pits from which a line reaches it, sorted."""
    reach: dict[str, set[str]] = defaultdict(set)
    known = set(tx.exec(select(Pit.id)))
    for line in tx.exec(select(Line)):
        for cell in line.cells:
            reach[cell].update(pit for pit in line.pits if pit in known)
    return {cell: tuple(sorted(pits)) for cell, pits in reach.items()}


def moved_values(tx: Session, load_id: str) -> dict[str, Any]:
    """The values of the load's last assessment, as a movement keeps them: with who typed one, and of how many
    measurements it is made. Where a correction moved the value that was judged, `raw` is the one that was
    measured: the cell holds what was judged, the paper says what the instrument said."""
    proposal = queries.current_proposal(tx, load_id)
    results = proposal.assessment.get("results", {}) if proposal else {}
    return {
        name: {key: result[key] for key in ("value", "unit", "basis", "typed_by")}
        | {"n": len(result["replicates"])}
        | ({"raw": result["raw"]} if "raw" in result else {})
        for name, result in results.items()
    }


def ticket_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a ticket says them: as measured, whatever corrections made of them."""
    return {
        name: {key: part for key, part in value.items() if key != "raw"}
        | {"value": value.get("raw", value["value"])}
        for name, value in values.items()
    }


def _state(cell: Cell, last: CellMovement | None, pits: tuple[str, ...], reserved_kg: float) -> CellState:
    return CellState(
        id=cell.id,
        pits=pits,
        species=Species(cell.species) if cell.species and is_known_species(cell.species) else None,
        grade=cell.grade,
        target_t=None if cell.target_kg is None else cell.target_kg / 1000,
        capacity_t=cell.capacity_kg / 1000,
        content_t=last.content_kg / 1000 if last else 0.0,
        reserved_t=reserved_kg / 1000,
        content=_measured(last.content) if last else {},
        claims=frozenset(cell.claims),
        open=cell.open,
        role=cell.role,  # type: ignore[arg-type] # the site file allows only the roles
    )


def last_movement(tx: Session, cell_id: str) -> CellMovement | None:
    """The row that says what the cell holds now."""
    query = select(CellMovement).where(CellMovement.cell_id == cell_id).order_by(col(CellMovement.seq).desc())
    return tx.exec(query.limit(1)).first()


def _reserved(tx: Session, without_load: str | None) -> dict[str, float]:
    query = select(Reservation.cell_id, func.sum(Reservation.kg)).where(
        col(Reservation.released_at).is_(None)
    )
    if without_load is not None:
        query = query.where(Reservation.load_id != without_load)
    return {cell: float(kg) for cell, kg in tx.exec(query.group_by(Reservation.cell_id))}


def part_of(whole: CellMovement | None, kg: float) -> dict[str, Any]:
    """The content of `kg` out of what a cell held after that movement: the quality of the whole, known of as
    large a share of it."""
    if whole is None or whole.content_kg <= 0 or kg < _NOTHING_KG:
        return {}
    share = min(1.0, kg / whole.content_kg)
    return {name: {**was, "known_t": was["known_t"] * share} for name, was in whole.content.items()}


def _content_after(before: CellMovement | None, kg: float, values: Mapping[str, Any]) -> dict[str, Any]:
    """The balance per analyte: a mean weighted by the tonnes it is known of. What leaves a cell leaves
    its quality as it was."""
    if kg <= 0:
        return part_of(before, before.content_kg + kg) if before else {}
    after = dict(before.content) if before else {}
    for name, value in values.items():
        moved_t = value.get("known_t", kg / 1000)
        if moved_t > 0 and (value["value"] is not None or "known_t" in value):
            after[name] = _mixed(name, after.get(name), value, moved_t)
    return after


def _mixed(name: str, was: dict[str, Any] | None, value: Mapping[str, Any], moved_t: float) -> dict[str, Any]:
    """One analyte of a cell after `moved_t` tonnes of this value came in. A mean that cannot be computed (a
    falling number under 50 s went in) stays so, here and wherever a part of it is moved."""
    if value["value"] is None or (was is not None and was["value"] is None):
        kept = {key: (was or value)[key] for key in ("unit", "basis")}
        known_t = moved_t + (was["known_t"] if was else 0.0)
        return {**kept, "value": None, "known_t": known_t, **_counted(was, value)}
    analyte = Analyte(name)
    parts = [Part(Tonnes(moved_t), _measured({name: value}))]
    if was is not None:
        parts.append(Part(Tonnes(was["known_t"]), _measured({name: was})))
    mixed = blend(parts)[analyte]
    whole = Value(mixed.value, UNIT_OF[analyte], mixed.basis).as_dict()
    return {**whole, "known_t": mixed.known_t, **_counted(was, value)}


def _counted(*parts: Mapping[str, Any] | None) -> dict[str, int]:
    """On how many measurements a mean rests, as far as anybody counted."""
    counts = [part["n"] for part in parts if part is not None and part.get("n") is not None]
    return {"n": sum(counts)} if counts else {}


def _measured(values: Mapping[str, Any]) -> dict[Analyte, Measured]:
    return {
        Analyte(name): Measured(v["value"], v.get("u"), Basis(v["basis"]) if v.get("basis") else None)
        for name, v in values.items()
        if v["value"] is not None and is_known(name)
    }
