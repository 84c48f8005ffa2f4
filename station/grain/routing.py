"""Routing says which cell a load should go to, through which pit, with reasons for and against every cell.

- A normal cell is ranked when it is open, reachable, of the species, has room for the load, honours the
  load's claims and asks for no other, and the load alone meets its grade by point value.
- A species that the pack has no grade of is stored by declaration: a cell of that species without a grade
  takes it, whatever was measured.
- The load is *incomplete* when a cell would take it but for a missing intake value, and no cell of at
  least that cell's preference takes it as it is. Then no normal cell is ranked: good grain is not sent to
  a lesser cell because a value is missing. For an analyte that is waived it is: a cell that demands it stays
  refused, one that takes the load without it is ranked.
- Hold cells rank only when no normal cell does; quarantine cells only for a never-blend load, which goes
  nowhere else. Where neither ranks, the truck waits.

Every cell is either ranked, once per pit, or refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from drivers.reading import Analyte, in_order
from station.grain.cells import CellState, Facts, Measured, Proposal, Ranked, Refused
from station.grain.criteria import GradeJudgement, judge, never_blend
from station.grain.grades import Grade, RulePack
from station.grain.identifiers import CellRole
from station.grain.reasons import Code, Reason
from station.grain.units import known

__all__ = ["CellState", "Facts", "Measured", "Proposal", "Ranked", "Refused", "route", "score"]

_PREFERENCE_WEIGHT = 0.8
_FILLED_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class _Judged:
    """Holds one cell with all that speaks for and against it. `judgement` None: no grade was judged."""

    cell: CellState
    grade: Grade | None
    in_favour: tuple[Reason, ...]
    against: tuple[Reason, ...]
    judgement: GradeJudgement | None = None

    @property
    def fits(self) -> bool:
        return not self.against

    @property
    def preference(self) -> float:
        return self.grade.value if self.grade else 0.0

    @property
    def lacks_only_values(self) -> bool:
        """Tell whether the cell would take the load if the missing intake values (and perhaps the weight)
        were there."""
        if self.judgement is None or not self.judgement.only_missing:
            return False
        return all(r in self.judgement.against or r.code is Code.NO_WEIGHT for r in self.against)


def route(facts: Facts, cells: Sequence[CellState], pack: RulePack | None) -> Proposal:
    """Return the proposal for one load; the same for any order of `cells`. Ids of cells are unique."""
    barred = never_blend(facts, pack)
    judgements = _judgements(facts, pack)
    in_order = sorted(cells, key=lambda cell: cell.id)
    normal = [_normal(cell, facts, pack, judgements, barred) for cell in in_order if cell.role == "normal"]
    decisive = _decisive_missing(normal)
    missing = tuple(analyte for analyte in decisive if analyte not in facts.waived)
    if missing:
        incomplete = Reason(Code.INCOMPLETE, {"analytes": [analyte.value for analyte in missing]})
        normal = [replace(j, against=(incomplete,)) if j.fits else j for j in normal]
    nothing_fits = not any(j.fits for j in normal)
    by_declaration = any(reason.code is Code.BY_DECLARATION for j in normal for reason in j.in_favour)
    is_case = {"hold": nothing_fits and not barred, "quarantine": bool(barred)}
    special = [
        _special(cell, facts, is_its_case=is_case[cell.role]) for cell in in_order if cell.role != "normal"
    ]
    reasons = [*barred, *_load_reasons(facts, pack, missing, by_declaration=by_declaration)]
    waived = _waived(facts, judgements.values())
    if waived:
        reasons.append(Reason(Code.WAIVED, {"analytes": [analyte.value for analyte in waived]}))
    if nothing_fits and not [reason for reason in reasons if reason.code is not Code.WAIVED]:
        reasons.append(Reason(Code.NOTHING_FITS))
    return _proposal([*normal, *special], tuple(reasons))


def score(cell: CellState, grade: Grade | None) -> float:
    """Return how much a cell that takes the load is to be preferred, 0 to 1, known to 1e-6.

    0.8 x the grade's value in the rule pack + 0.2 x the share of the cell that is already taken or
    reserved, so that started cells are finished before others are opened. Between grades whose values
    differ by more than 0.25 the filling never decides."""
    preference = grade.value if grade else 0.0
    return known(_PREFERENCE_WEIGHT * preference + _FILLED_WEIGHT * cell.filled)


def _judgements(facts: Facts, pack: RulePack | None) -> dict[str, GradeJudgement]:
    """Judge each grade once, since cells share grades; those of other species are not judged at all."""
    grades = pack.grades if pack else ()
    return {grade.id: judge(facts, grade) for grade in grades if grade.species == facts.species}


def _normal(
    cell: CellState,
    facts: Facts,
    pack: RulePack | None,
    judgements: dict[str, GradeJudgement],
    barred: tuple[Reason, ...],
) -> _Judged:
    if cell.grade is None and cell.species == facts.species and not judgements:
        return _by_declaration(cell, facts, barred)
    grade = pack.grade(cell.grade) if pack else None
    required = cell.claims | (grade.claims if grade else frozenset())
    found = [*_species(cell, grade, facts), *_place(cell, facts), *_claims(required, facts)]
    if pack is None:
        found.append(Reason(Code.NO_RULE_PACK, {"at": None}))
    elif grade is None and cell.species in (None, facts.species):  # another's is of another pack
        found.append(Reason(Code.UNKNOWN_GRADE, {"grade": cell.grade}))
    judgement = judgements.get(grade.id) if grade else None
    stated = judgement.against if judgement else ()
    in_favour, against = _sides(found)
    return _Judged(
        cell,
        grade,
        in_favour=(*in_favour, *(judgement.in_favour if judgement else ())),
        against=(*against, *stated, *(r for r in barred if r not in stated)),
        judgement=judgement,
    )


def _by_declaration(cell: CellState, facts: Facts, barred: tuple[Reason, ...]) -> _Judged:
    """Judge a cell of a species that the pack has no grade of: what was declared of the load decides."""
    found = [*_species(cell, None, facts), *_place(cell, facts), *_claims(cell.claims, facts)]
    in_favour, against = _sides(found)
    declared = Reason(Code.BY_DECLARATION, {"species": facts.species})
    return _Judged(cell, None, (declared, *in_favour), (*against, *barred))


def _special(cell: CellState, facts: Facts, *, is_its_case: bool) -> _Judged:
    """Judge a hold or quarantine cell: it has no grade, but species, room and claims count there too."""
    yes, no = _CASES[cell.role]
    found = [*_species(cell, None, facts), *_place(cell, facts), *_claims(cell.claims, facts)]
    in_favour, against = _sides(found)
    if is_its_case:
        return _Judged(cell, None, (Reason(yes), *in_favour), against)
    return _Judged(cell, None, in_favour, (Reason(no), *against))


_CASES: Mapping[CellRole, tuple[Code, Code]] = {
    "hold": (Code.HOLD_CELL, Code.NOT_A_HOLD_CASE),
    "quarantine": (Code.QUARANTINE_CELL, Code.NOT_A_QUARANTINE_CASE),
}


def _species(cell: CellState, grade: Grade | None, facts: Facts) -> list[Reason]:
    """Compare the load's species with the cell's own and its grade's: both must be the load's."""
    asked = [species for species in (cell.species, grade.species if grade else None) if species]
    wrong = [species for species in dict.fromkeys(asked) if species != facts.species]
    if wrong:
        params = {"species": facts.species, "cell_species": wrong[0]}
        return [Reason(Code.WRONG_CELL_SPECIES, params)]
    return [Reason(Code.SPECIES_MATCHES, {"species": facts.species})] if asked else []


def _place(cell: CellState, facts: Facts) -> list[Reason]:
    """Check that the cell is open, reachable and has room for the load."""
    found = [] if cell.open else [Reason(Code.CELL_CLOSED)]
    if not cell.pits:
        found.append(Reason(Code.NOT_REACHABLE))
    if facts.load_t is None:
        return [*found, Reason(Code.NO_WEIGHT)]
    fits = known(cell.free_t - facts.load_t) >= 0.0
    params = {
        "free_t": cell.free_t,
        "load_t": known(facts.load_t),
        "reserved_t": known(cell.reserved_t),
    }
    return [*found, Reason(Code.WITHIN_ROOM if fits else Code.NO_ROOM, params)]


def _claims(required: frozenset[str], facts: Facts) -> list[Reason]:
    """Check that the cell honours what the load claims, and that the load has what the cell asks for."""
    found = [Reason(Code.CLAIM_NOT_HONOURED, {"claim": c}) for c in sorted(facts.claims - required)]
    found += [Reason(Code.CLAIM_REQUIRED, {"claim": c}) for c in sorted(required - facts.claims)]
    if not found and facts.claims:
        found.append(Reason(Code.CLAIMS_HONOURED, {"claims": sorted(facts.claims)}))
    return found


_IN_FAVOUR = frozenset({Code.SPECIES_MATCHES, Code.WITHIN_ROOM, Code.CLAIMS_HONOURED})


def _sides(found: Iterable[Reason]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    reasons = tuple(found)
    return (
        tuple(r for r in reasons if r.code in _IN_FAVOUR),
        tuple(r for r in reasons if r.code not in _IN_FAVOUR),
    )


def _decisive_missing(normal: Sequence[_Judged]) -> tuple[Analyte, ...]:
    """Return the intake values without which a cell better than all that fit cannot be judged."""
    best = max((j.preference for j in normal if j.fits), default=-1.0)
    wanting = [j for j in normal if j.lacks_only_values and j.preference > best]
    missing = {analyte for j in wanting if j.judgement for analyte in j.judgement.missing}
    return tuple(in_order(missing))


def _waived(facts: Facts, judgements: Iterable[GradeJudgement]) -> tuple[Analyte, ...]:
    """Return the waived analytes that a grade of the species demands and that are not known."""
    lacking = {analyte for judgement in judgements for analyte in judgement.missing}
    return tuple(in_order(lacking & set(facts.waived)))


def _load_reasons(
    facts: Facts, pack: RulePack | None, missing: tuple[Analyte, ...], *, by_declaration: bool
) -> list[Reason]:
    reasons = []
    if pack is None and not by_declaration:
        reasons.append(Reason(Code.NO_RULE_PACK, {"at": None}))
    if facts.load_t is None:
        reasons.append(Reason(Code.NO_WEIGHT))
    if missing:
        reasons.append(Reason(Code.INCOMPLETE, {"analytes": [analyte.value for analyte in missing]}))
    return reasons


def _proposal(judged: Sequence[_Judged], reasons: tuple[Reason, ...]) -> Proposal:
    ranked = [
        Ranked(j.cell.id, pit, score(j.cell, j.grade), (*j.in_favour, _reached(pit)))
        for j in judged
        if j.fits
        for pit in sorted(set(j.cell.pits))
    ]
    ranked.sort(key=lambda r: (-r.score, r.cell, r.pit))
    refused = [
        Refused(j.cell.id, (*j.against, *j.in_favour, *(_reached(p) for p in sorted(set(j.cell.pits)))))
        for j in sorted(judged, key=lambda j: j.cell.id)
        if not j.fits
    ]
    first = ranked[0] if ranked else None
    role = next((j.cell.role for j in judged if first and j.cell.id == first.cell), None)
    return Proposal(
        cell=first.cell if first else None,
        pit=first.pit if first else None,
        hold=role != "normal",
        ranked=tuple(ranked),
        refused=tuple(refused),
        reasons=reasons,
    )


def _reached(pit: str) -> Reason:
    return Reason(Code.REACHED_BY, {"pit": pit, "line": None})
