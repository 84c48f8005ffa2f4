"""What the cells hold: content from movements, reserved from decisions, quality by tonnes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, func, select

from drivers.reading import UNIT_OF, Analyte, Value
from station.grain.blending import Part, blend
from station.grain.cells import CellState
from station.grain.identifiers import Species, is_known_species
from station.grain.lines import Decided, Found, LineState, Product
from station.grain.past import EMPTY_KG, Grain, Standing
from station.grain.reasons import Code, Reason
from station.grain.revising import measured_of, recast
from station.grain.units import Tonnes
from station.receival.storage import lines
from station.store import queries
from station.store.tables import Cell, CellMovement, Decision, Line, Load, Pit, Proposal, Reservation

_NOTHING_KG = 0.001  # what sums of shares leave of an empty cell


def states(tx: Session, *, without_load: str | None = None) -> tuple[CellState, ...]:
    """The cells as routing sees them, by id. `without_load`: leaves out what this load itself reserves."""
    return states_and_found(tx, without_load=without_load)[0]


def states_and_found(tx: Session, *, without_load: str | None = None) -> tuple[tuple[CellState, ...], Found]:
    """The same, with what else movements and lines say of them, in a fixed number of questions."""
    reserved = _reserved(tx, without_load)
    decided = [one for one, _ in reserved]
    parts: dict[str, list[Part]] = defaultdict(list)
    for one, part in reserved:
        parts[one.cell].append(part)
    rows, carrying = tx.exec(_CELLS_WITH_BALANCE).all(), lines.states(tx, decided)
    pits = _reach(tx, carrying)
    standings = {cell.id: standing_of(last) for cell, last in rows}
    found = Found(
        {id_: standing.species for id_, standing in standings.items() if standing.species},
        {cell.id: lost for cell, _ in rows if (lost := standings[cell.id].lost(cell.claims))},
        carrying,
    )
    states = (_state(cell, last, pits.get(cell.id, ()), parts.get(cell.id, ())) for cell, last in rows)
    return tuple(states), found


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
    """{analyte: {value, unit, basis, known_t, n, u, shared}} of what the cell holds; a mean that cannot be
    computed is None. `n` (measurements) is not there where nobody counted, `u` where it is not known."""
    last = last_movement(tx, cell_id)
    return last.content if last else {}


def contents(tx: Session) -> dict[str, tuple[dict[str, Any], Standing]]:
    """What `content_of` says of every cell, and what it may still be used for."""
    return {
        cell.id: (last.content if last else {}, standing_of(last))
        for cell, last in tx.exec(_CELLS_WITH_BALANCE)
    }


def flags_of(standing: Standing, claims: Iterable[str], role: str) -> list[Reason]:
    """What a person is told of a cell, from what went into it."""
    flags = [Reason(Code.CELL_NEVER_BLEND)] if standing.never_blend and role != "quarantine" else []
    flags += [Reason(Code.CLAIM_LOST, {"claim": claim}) for claim in sorted(standing.lost(claims))]
    if standing.treated:
        flags.append(Reason(Code.CELL_TREATED, {"substances": list(standing.treated)}))
    return flags


def move(tx: Session, row: CellMovement) -> CellMovement:
    """Appends one movement (its kg signed), to which it gives the cell's balance and standing after it."""
    before = last_movement(tx, row.cell_id)
    row.content_kg = (before.content_kg if before else 0.0) + row.kg
    row.content = content_after(before, row)
    row.standing = standing_after(before, row).as_dict()
    tx.add(row)
    tx.flush()
    return row


def pits_of_cells(tx: Session) -> dict[str, tuple[str, ...]]:
    """Cell id to the pits from which a line reaches it, sorted."""
    return _reach(tx, tx.exec(select(Line)))


def _reach(tx: Session, lines: Iterable[Line] | Iterable[LineState]) -> dict[str, tuple[str, ...]]:
    reach: dict[str, set[str]] = defaultdict(set)
    known = set(tx.exec(select(Pit.id)))
    for line in lines:
        for cell in line.cells:
            reach[cell].update(pit for pit in line.pits if pit in known)
    return {cell: tuple(sorted(pits)) for cell, pits in reach.items()}


def moved_values(tx: Session, load_id: str) -> dict[str, Any]:
    """The values of the load's last assessment, as a movement keeps them: with who typed one, and of how many
    measurements it is made. Where a correction moved the value that was judged, `raw` is the one that was
    measured: the cell holds what was judged, the paper says what the instrument said. `by_photo`: no
    instrument measured it."""
    proposal = queries.current_proposal(tx, load_id)
    return values_of(proposal.assessment.get("results", {}) if proposal else {})


def values_of(results: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an assessment's results, as a movement keeps them."""
    return {
        name: {key: result[key] for key in ("value", "unit", "basis", "typed_by")}
        | {"n": len(result["replicates"])}
        | ({"raw": result["raw"]} if "raw" in result else {})
        | _doubt(result.get("u"), result.get("shared"))
        | ({"by_photo": True} if result["reading_id"] == "" else {})
        for name, result in results.items()
    }


def ticket_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a ticket says them: as measured, whatever corrections made of them and whatever they were
    combined with. What only a photo shows is no measured value."""
    return {
        name: {key: part for key, part in value.items() if key not in ("raw", "u", "shared")}
        | {"value": value.get("raw", value["value"])}
        for name, value in values.items()
        if not value.get("by_photo")
    }


def _state(
    cell: Cell, last: CellMovement | None, pits: tuple[str, ...], reserved: Sequence[Part]
) -> CellState:
    standing = standing_of(last)
    is_barred = standing.never_blend and cell.role != "quarantine"
    return CellState(
        id=cell.id,
        pits=pits,
        species=Species(cell.species) if cell.species and is_known_species(cell.species) else None,
        grade=cell.grade,
        target_t=None if cell.target_kg is None else cell.target_kg / 1000,
        capacity_t=cell.capacity_kg / 1000,
        content_t=last.content_kg / 1000 if last else 0.0,
        reserved_t=sum(part.tonnes for part in reserved),
        content=measured_of(last.content) if last else {},
        claims=frozenset(cell.claims) - standing.lost(cell.claims),
        open=cell.open,
        role=cell.role,  # type: ignore[arg-type] # the site file allows only the roles
        reserved={name: mean for name, one in blend(reserved).items() if (mean := one.measured)},
        barred=(Reason(Code.CELL_NEVER_BLEND),) if is_barred else (),
    )


def last_movement(tx: Session, cell_id: str) -> CellMovement | None:
    """The row that says what the cell holds now."""
    query = select(CellMovement).where(CellMovement.cell_id == cell_id).order_by(col(CellMovement.seq).desc())
    return tx.exec(query.limit(1)).first()


def _reserved(tx: Session, without_load: str | None) -> list[tuple[Decided, Part]]:
    """What is decided and not yet tipped, in the order of decisions: the estimated tonnes, and what was known
    of them then."""
    query: Any = (
        select(Decision, Load, Reservation.kg, Proposal.assessment)
        .join(Reservation, col(Reservation.decision_id) == Decision.id)
        .join(Proposal, col(Proposal.id) == Decision.proposal_id)
        .join(Load, col(Load.id) == Reservation.load_id)
        .where(col(Reservation.released_at).is_(None))
    )
    if without_load is not None:
        query = query.where(Reservation.load_id != without_load)
    return [
        (
            Decided(decision.pit, decision.cell, Product.of(load.species, load.claims), load.visit_id),
            Part(Tonnes(kg / 1000), measured_of(assessment.get("results", {}))),
        )
        for decision, load, kg, assessment in tx.exec(query.order_by(col(Reservation.seq)))
    ]


def part_of(whole: CellMovement | None, kg: float) -> dict[str, Any]:
    """The content of `kg` out of what a cell held after that movement: the quality of the whole, known of as
    large a share of it."""
    if whole is None or whole.content_kg <= 0 or kg < _NOTHING_KG:
        return {}
    share = min(1.0, kg / whole.content_kg)
    return {name: {**was, "known_t": was["known_t"] * share} for name, was in whole.content.items()}


def content_after(before: CellMovement | None, row: CellMovement) -> dict[str, Any]:
    """The balance per analyte: a mean weighted by the tonnes it is known of, which are never more than there
    are. What leaves a cell leaves its quality as it was; what is dried in its cell leaves it and comes back;
    what a count finds is more, or less, of the same."""
    if revalued := [value["known_t"] for value in row.values.values() if "was" in value]:
        old = {name: value["was"] for name, value in row.values.items() if value["was"] is not None}
        return recast(before.content if before else {}, revalued[0], old, row.values)
    dried_kg = row.act.get("dried_here_kg")
    if row.kind == "correction" and before and before.content_kg > _NOTHING_KG and row.kg > 0:
        after = _of_more(before.content, row.content_kg / before.content_kg)
    elif row.kg <= 0 and dried_kg is None:
        after = part_of(before, before.content_kg + row.kg) if before else {}
    else:
        came_kg = row.kg + (dried_kg or 0.0)
        rest = part_of(before, before.content_kg - dried_kg) if before and dried_kg else None
        after = taken(
            rest if rest is not None else dict(before.content if before else {}), came_kg, row.values
        )
    for name, value in row.act.get("after", {}).items():
        if row.content_kg > _NOTHING_KG:
            after[name] = {**value, "known_t": row.content_kg / 1000}
    return _at_most(after, row.content_kg / 1000)


def _of_more(content: Mapping[str, Any], share: float) -> dict[str, Any]:
    return {name: {**one, "known_t": one["known_t"] * share} for name, one in content.items()}


def _at_most(content: dict[str, Any], tonnes: float) -> dict[str, Any]:
    """Of what came into a cell that more had left than was in it, no more is known than is there now."""
    if tonnes < _NOTHING_KG / 1000:
        return {}
    return {name: {**one, "known_t": min(one["known_t"], tonnes)} for name, one in content.items()}


def taken(content: dict[str, Any], kg: float, values: Mapping[str, Any]) -> dict[str, Any]:
    """Mix `kg` of these values into a content, which is changed and returned."""
    for name, value in values.items():
        moved_t = value.get("known_t", kg / 1000)
        if moved_t > 0 and (value["value"] is not None or "known_t" in value):
            content[name] = _mixed(name, content.get(name), value, moved_t)
    return content


def standing_after(before: CellMovement | None, row: CellMovement) -> Standing:
    """A cell is as good as new once it was cleaned; of an empty one only what the grain left stays. What came
    late of grain that lies there says what it is, without any mass."""
    if row.act.get("cleaned"):
        return Standing()
    standing = Standing.from_dict(before.standing) if before else Standing()
    if row.kg >= 0:
        standing = standing.took(Grain.from_dict(row.grain))
    if substance := row.act.get("substance"):
        standing = standing.was_treated(substance)
    return standing.emptied() if row.content_kg <= EMPTY_KG else standing


def standing_of(last: CellMovement | None) -> Standing:
    """What a cell stands for after that movement. Nothing may be blended into grain whose falling number has
    no mean, until that leaves or is known better."""
    if last is None:
        return Standing()
    kept = Standing.from_dict(last.standing)
    return replace(kept, never_blend=True) if _has_no_mean(last.content) else kept


def _has_no_mean(content: Mapping[str, Any]) -> bool:
    falling_number = content.get(Analyte.FALLING_NUMBER.value)
    return falling_number is not None and falling_number["value"] is None


def grain_of(cell: Cell, last: CellMovement | None) -> Grain:
    """What is known of the grain in a cell after that movement, beside its content."""
    return standing_of(last).grain(cell.claims, is_quarantine=cell.role == "quarantine")


def _mixed(name: str, was: dict[str, Any] | None, value: Mapping[str, Any], moved_t: float) -> dict[str, Any]:
    """One analyte of a cell after `moved_t` tonnes of this value came in. A mean that cannot be computed (a
    falling number under 50 s went in) stays so, here and wherever a part of it is moved."""
    if value["value"] is None or (was is not None and was["value"] is None):
        kept = {key: (was or value)[key] for key in ("unit", "basis")}
        known_t = moved_t + (was["known_t"] if was else 0.0)
        return {**kept, "value": None, "known_t": known_t, **_counted(was, value)}
    analyte = Analyte(name)
    parts = [Part(Tonnes(moved_t), measured_of({name: value}))]
    if was is not None:
        parts.append(Part(Tonnes(was["known_t"]), measured_of({name: was})))
    mixed = blend(parts)[analyte]
    whole = Value(mixed.value, UNIT_OF[analyte], mixed.basis).as_dict()
    return {
        **whole, "known_t": mixed.known_t, **_counted(was, value), **_doubt(mixed.u, mixed.shared),
    }  # fmt: skip


def _counted(*parts: Mapping[str, Any] | None) -> dict[str, int]:
    """On how many measurements a mean rests, as far as anybody counted."""
    counts = [part["n"] for part in parts if part is not None and part.get("n") is not None]
    return {"n": sum(counts)} if counts else {}


def _doubt(u: float | None, shared: Mapping[str, float] | None) -> dict[str, Any]:
    """A standard uncertainty as a value keeps it; nothing where it is not known."""
    if u is None:
        return {}
    return {"u": u, **({"shared": dict(shared)} if shared else {})}
