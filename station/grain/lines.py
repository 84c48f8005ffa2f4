"""A line carries one product at a time: what is decided and not yet tipped holds the line that it will take.

Several loads of one product share a line. Of the lines between a pit and a cell a load takes the first that
carries its product, else the first that is free; where a person decided otherwise, the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from station.grain.cells import CellState
from station.grain.claims import must_be_kept
from station.grain.past import INSECTICIDE_FREE
from station.grain.reasons import Code, Reason
from station.species import SPECIES


@dataclass(frozen=True, slots=True)
class Product:
    """What must not meet in one line: another species, or grain with other claims that must be kept. All
    that is claimed stands in `claimed`."""

    species: str
    claims: frozenset[str] = frozenset()
    claimed: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, species: str, claims: Iterable[str]) -> "Product":
        claimed = frozenset(claims)
        return cls(species, frozenset(filter(must_be_kept, claimed)), claimed)


@dataclass(frozen=True, slots=True)
class LineState:
    """One line now. `busy`: the product that it carries or is about to, of the visits `held_by`; `treated`:
    the substances that went through it since it was flushed."""

    id: str
    pits: frozenset[str]
    cells: frozenset[str]
    busy: Product | None = None
    treated: tuple[str, ...] = ()
    held_by: frozenset[str] = frozenset()

    def joins(self, pit: str, cell: str) -> bool:
        return pit in self.pits and cell in self.cells


@dataclass(frozen=True, slots=True)
class Decided:
    """A load that is decided and not yet tipped."""

    pit: str
    cell: str
    product: Product
    visit: str


@dataclass(frozen=True, slots=True)
class Found:
    """What movements and lines say of the cells beside their state. `species` lies in a cell, `lost` are the
    claims that it honours no more until it is emptied and cleaned."""

    species: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lines: tuple[LineState, ...] = ()


def occupied(lines: Sequence[LineState], decided: Iterable[Decided]) -> tuple[LineState, ...]:
    """Return the lines as these loads hold them, the first decided first."""
    held = {line.id: line for line in lines}
    for one in decided:
        joining = [line for line in held.values() if line.joins(one.pit, one.cell)]
        same = [line for line in joining if line.busy == one.product]
        free = [line for line in joining if line.busy is None]
        for line in (same or free)[:1]:
            visits = line.held_by | {one.visit}
            held[line.id] = replace(line, busy=one.product, held_by=visits)
    return tuple(held.values())


def barred_for(
    cells: Sequence[CellState], found: Found, product: Product, visit: str = ""
) -> tuple[CellState, ...]:
    """Return the cells as they stand for a load of this product. The loads of its own visit are tipped one
    after the other: they keep each other from no line."""
    lines = tuple(replace(line, busy=None) if line.held_by == {visit} else line for line in found.lines)
    found = replace(found, lines=lines)
    return tuple(_barred_for(cell, found, product) for cell in cells)


def _barred_for(cell: CellState, found: Found, product: Product) -> CellState:
    reasons = [
        Reason(Code.CELL_HOLDS, {"species": product.species, "cell_species": other})
        for other in found.species.get(cell.id, ())
        if other != product.species
    ]
    lost = found.lost.get(cell.id, frozenset()) & product.claimed
    reasons += [Reason(Code.CLAIM_LOST, {"claim": claim}) for claim in sorted(lost)]
    pits = {pit: why for pit in cell.pits if (why := _against_pit(pit, cell.id, found.lines, product))}
    if not reasons and not pits:
        return cell
    return replace(cell, barred=(*cell.barred, *reasons), barred_pits={**cell.barred_pits, **pits})


def _against_pit(pit: str, cell: str, lines: Sequence[LineState], product: Product) -> tuple[Reason, ...]:
    """Return why no line from the pit to the cell takes the product now: nothing where one does."""
    against = [_against(line, product) for line in lines if line.joins(pit, cell)]
    return tuple(reason for reasons in against for reason in reasons) if all(against) else ()


def _against(line: LineState, product: Product) -> list[Reason]:
    reasons = []
    if line.busy not in (None, product):
        assert line.busy is not None
        params = {"line": line.id, "species": line.busy.species, "claims": sorted(line.busy.claims)}
        reasons.append(Reason(Code.LINE_BUSY, params))
    if line.treated and (_is_oilseed(product.species) or INSECTICIDE_FREE in product.claimed):
        reasons.append(Reason(Code.LINE_TREATED, {"line": line.id, "substances": list(line.treated)}))
    return reasons


def _is_oilseed(species: str) -> bool:
    entry = SPECIES.entries.get(species)
    return bool(entry and entry.oilseed)
