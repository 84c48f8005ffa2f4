"""Every cell as a candidate for one load: what speaks for it, what against, and what the choice is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers.reading import Analyte
from station.grain.averaging import by_average, granted_means, where_alone
from station.grain.cells import CellState, Facts
from station.grain.criteria import GradeJudgement, judge, never_blend
from station.grain.eligibility import of_cell, of_load, sides
from station.grain.grades import Grade, RulePack
from station.grain.identifiers import CellRole
from station.grain.mixture import Mean, Mixture, held_by, means_of
from station.grain.reasons import Code, Reason
from station.grain.standing import Standing, stand
from station.grain.units import known
from station.grain.worth import (
    Prices,
    cautious_worth,
    choice_worth,
    generous_worth,
    has_prices,
    prices_of,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Holds one cell with all that speaks for and against it. `judgement` None: no grade was judged.
    `standing` decides, by the supplier's mean where that grants the grade; `shown` is the cell after it."""

    cell: CellState
    grade: Grade | None
    in_favour: tuple[Reason, ...]
    against: tuple[Reason, ...]
    judgement: GradeJudgement | None = None
    standing: Standing | None = None
    shown: Standing | None = None
    prices: Prices | None = None
    worth: float | None = None
    cautious: float | None = None
    generous: float | None = None

    @property
    def fits(self) -> bool:
        return not self.against

    @property
    def is_granted(self) -> bool:
        """Tell whether a supplier's mean grants what the load alone does not meet."""
        return any(r.code is Code.AVERAGE_GRANTS for r in self.in_favour)

    @property
    def preference(self) -> float:
        return self.grade.value if self.grade else 0.0

    @property
    def lacks_only_values(self) -> bool:
        """Tell whether the cell would take the load if the missing intake values (and perhaps the weight)
        were there."""
        if self.judgement is None or not self.judgement.missing:
            return False
        return all(r.code in _MISSING_CODES or r.code is Code.NO_WEIGHT for r in self.against)

    @property
    def fits_by_mean(self) -> bool:
        """Tell whether the cell takes the load, or would if one were surer of it."""
        return all(r.code in _UNSURE for r in self.against)


_MISSING_CODES = frozenset({Code.MISSING, Code.MEASURED_BADLY, Code.NOT_ON_BASIS, Code.NO_MOISTURE_FOR_BASIS})


_UNSURE = frozenset({Code.CELL_NOT_SURE, Code.LOAD_NOT_SURE, Code.NEVER_BLEND_NOT_SURE})


_BY_LIMIT = frozenset({*_UNSURE, Code.OUTSIDE_LIMIT, Code.CELL_OUTSIDE, Code.NEVER_BLEND})


_CASES: Mapping[CellRole, tuple[Code, Code]] = {
    "hold": (Code.HOLD_CELL, Code.NOT_A_HOLD_CASE),
    "quarantine": (Code.QUARANTINE_CELL, Code.NOT_A_QUARANTINE_CASE),
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """Holds the load as every cell sees it: facts, means on their blending scales, each grade's judgement."""

    facts: Facts
    pack: RulePack | None
    means: Mapping[Analyte, Mean]
    judgements: Mapping[str, GradeJudgement]
    averages: Mapping[str, GradeJudgement]
    barred: tuple[Reason, ...]
    priced: bool
    prices: dict[tuple[str, frozenset[str]], Prices] = field(default_factory=dict)


def incoming(facts: Facts, pack: RulePack | None) -> Incoming:
    usual_u = pack.uncertainty if pack else {}
    expected = {a: m for a, m in facts.expected.items() if a not in facts.values and a not in facts.badly}
    means = means_of({**expected, **facts.values}, usual_u)
    priced = pack is not None and facts.load_t is not None and has_prices(pack, facts.species)
    judgements = _judgements(facts, pack)
    averages = _averages(judgements, facts, pack)
    return Incoming(facts, pack, means, judgements, averages, never_blend(facts, pack), priced)


def _judgements(facts: Facts, pack: RulePack | None) -> dict[str, GradeJudgement]:
    """Judge each grade once, since cells share grades; those of other species are not judged at all."""
    grades = pack.grades if pack else ()
    return {
        grade.id: judge(facts, grade, pack) for grade in grades if pack and grade.species == facts.species
    }


def _averages(
    judgements: Mapping[str, GradeJudgement], facts: Facts, pack: RulePack | None
) -> dict[str, GradeJudgement]:
    """Judge the grades that a supplier's mean may grant by that mean."""
    if pack is None or not pack.running_average:
        return {}
    found = ((grade, by_average(judgement, facts, pack)) for grade, judgement in judgements.items())
    return {grade: judgement for grade, judgement in found if judgement is not None}


def normal_candidate(cell: CellState, load: Incoming) -> Candidate:
    facts, pack = load.facts, load.pack
    if cell.grade is None and cell.species == facts.species and not load.judgements:
        return _by_declaration(cell, load)
    grade = pack.grade(cell.grade) if pack else None
    found = [*of_cell(cell, grade, facts), *of_load(facts)]
    if pack is None:
        found.append(Reason(Code.NO_RULE_PACK, {"at": None}))
    elif grade is None and cell.species in (None, facts.species):  # another's is of another pack
        found.append(Reason(Code.UNKNOWN_GRADE, {"grade": cell.grade}))
    in_favour, against = sides(found)
    judgement = load.judgements.get(grade.id) if grade else None
    if grade is None or judgement is None or pack is None:
        return Candidate(cell, grade, in_favour, (*against, *load.barred))
    before = held_by(cell, pack.uncertainty)
    standing, shown = _standings(judgement, before, load)
    stated = standing.against
    judged = Candidate(
        cell,
        grade,
        in_favour=(*in_favour, *standing.in_favour),
        against=(*against, *stated, *(r for r in load.barred if r not in stated)),
        judgement=judgement,
        standing=standing,
        shown=shown,
    )
    return _valued(judged, load, pack)


def _standings(judgement: GradeJudgement, before: Mixture, load: Incoming) -> tuple[Standing, Standing]:
    """Return how a cell stands, as it is judged and as it will be: by a supplier's mean where that grants the
    grade, and by the load itself."""
    load_t, average = load.facts.load_t or 0.0, load.averages.get(judgement.grade.id)
    shown = stand(judgement, before, load_t, load.means)
    if average is None:
        return shown, shown
    judged = where_alone(judgement, average, before)
    return stand(judged, before, load_t, {**load.means, **granted_means(judged)}), shown


def _valued(judged: Candidate, load: Incoming, pack: RulePack) -> Candidate:
    """Add what the choice is worth, where the pack says what grain fetches and only limits are in the way."""
    if not load.priced or judged.grade is None or judged.standing is None:
        return judged
    if any(r.code not in _BY_LIMIT for r in judged.against):
        return judged
    prices = _prices(judged.grade, judged.cell.claims, load, pack)
    worth = known(choice_worth(prices, judged.standing))
    cautious = cautious_worth(prices, judged.standing)
    generous = generous_worth(prices, judged.standing, judged.grade.criteria)
    return replace(judged, prices=prices, worth=worth, cautious=cautious, generous=generous)


def _prices(grade: Grade, claims: frozenset[str], load: Incoming, pack: RulePack) -> Prices:
    """Return what cells of this grade with these claims are sold at, reckoned once per load."""
    key = (grade.id, claims)
    if key not in load.prices:
        boxes = {grade_id: judgement.box for grade_id, judgement in load.judgements.items()}
        load.prices[key] = prices_of(grade, claims, pack, boxes)
    return load.prices[key]


def _by_declaration(cell: CellState, load: Incoming) -> Candidate:
    """Judge a cell of a species that the pack has no grade of: what was declared of the load decides."""
    facts = load.facts
    in_favour, against = sides([*of_cell(cell, None, facts), *of_load(facts)])
    declared = Reason(Code.BY_DECLARATION, {"species": facts.species})
    return Candidate(cell, None, (declared, *in_favour), (*against, *load.barred))


def special_candidate(cell: CellState, load: Incoming, *, is_its_case: bool) -> Candidate:
    """Judge a hold or quarantine cell: it has no grade, but species, room and claims count there too."""
    facts, (yes, no) = load.facts, _CASES[cell.role]
    if cell.role == "hold" and load.barred:
        no = Code.NEEDS_QUARANTINE
    in_favour, against = sides([*of_cell(cell, None, facts), *facts.questions])
    if is_its_case:
        return Candidate(cell, None, (Reason(yes), *in_favour), against)
    return Candidate(cell, None, in_favour, (Reason(no), *against))
