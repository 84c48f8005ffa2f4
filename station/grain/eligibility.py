"""What speaks for and against a cell before any grade is judged: species, place, claims, certificates."""

from collections.abc import Iterable

from drivers.reading import Analyte
from station.grain.blending import FALLING_NUMBER_FLOOR
from station.grain.cells import CellState, Facts
from station.grain.claims import judge_claims
from station.grain.grades import Grade
from station.grain.reasons import Code, Reason
from station.grain.units import known


def of_cell(cell: CellState, grade: Grade | None, facts: Facts) -> list[Reason]:
    """Compare the load with the cell: species, place, and the claims that the cell or its grade asks for."""
    required = cell.claims | (grade.claims if grade else frozenset())
    return [*_species(cell, grade, facts), *_place(cell, facts), *judge_claims(required, facts.claims)]


def of_load(facts: Facts) -> list[Reason]:
    """What keeps the load out of every normal cell: a certificate that is awaited, an open question."""
    return [*awaited_certificates(facts), *facts.questions]


def _species(cell: CellState, grade: Grade | None, facts: Facts) -> list[Reason]:
    """Compare the load's species with the cell's own and its grade's: both must be the load's."""
    asked = [species for species in (cell.species, grade.species if grade else None) if species]
    wrong = [species for species in dict.fromkeys(asked) if species != facts.species]
    if wrong:
        params = {"species": facts.species, "cell_species": wrong[0]}
        return [Reason(Code.WRONG_CELL_SPECIES, params)]
    return [Reason(Code.SPECIES_MATCHES, {"species": facts.species})] if asked else []


def _place(cell: CellState, facts: Facts) -> list[Reason]:
    """Check that the cell is open, not barred, reachable, and has room and the plan's leave."""
    found = [] if cell.open else [Reason(Code.CELL_CLOSED)]
    found.extend(cell.barred)
    held = (
        cell.content.get(Analyte.FALLING_NUMBER) if cell.content_t > 0.0 and cell.role == "normal" else None
    )
    if held is not None and held.value <= FALLING_NUMBER_FLOOR:
        found.append(Reason(Code.CELL_NEVER_BLEND))
    if not cell.pits:
        found.append(Reason(Code.NOT_REACHABLE))
    elif not open_pits(cell):
        found.extend(r for pit in sorted(cell.barred_pits) for r in cell.barred_pits[pit])
    if facts.load_t is None:
        return [*found, Reason(Code.NO_WEIGHT)]
    params = {
        "free_t": cell.free_t,
        "load_t": known(facts.load_t),
        "reserved_t": known(cell.reserved_t),
    }
    if known(cell.free_t - facts.load_t) < 0.0:
        return [*found, Reason(Code.NO_ROOM, params)]
    if (
        cell.target_t is not None
        and known(cell.target_t - cell.content_t - cell.reserved_t - facts.load_t) < 0.0
    ):
        return [*found, Reason(Code.OVER_TARGET, {"target_t": known(cell.target_t), **params})]
    return [*found, Reason(Code.WITHIN_ROOM, params)]


def open_pits(cell: CellState) -> list[str]:
    """Return the pits from which it may be filled, at once or as soon as the line is free."""
    barred = {
        pit for pit, why in cell.barred_pits.items() if not {one.code for one in why} <= {Code.LINE_BUSY}
    }
    return sorted(set(cell.pits) - barred)


def awaited_certificates(facts: Facts) -> list[Reason]:
    if not facts.uncertified:
        return []
    return [Reason(Code.WAITS_FOR_CERTIFICATE, {"claims": sorted(facts.uncertified)})]


_IN_FAVOUR = frozenset(
    {
        Code.SPECIES_MATCHES, Code.WITHIN_ROOM, Code.CLAIMS_HONOURED, Code.CLAIM_SATISFIED, Code.CLAIMS_LOST,
    }
)  # fmt: skip


def sides(found: Iterable[Reason]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    reasons = tuple(found)
    return (
        tuple(r for r in reasons if r.code in _IN_FAVOUR),
        tuple(r for r in reasons if r.code not in _IN_FAVOUR),
    )


def reached_by(pit: str) -> Reason:
    return Reason(Code.REACHED_BY, {"pit": pit, "line": None})
