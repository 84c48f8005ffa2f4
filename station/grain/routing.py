"""Routing says which cell a load should go to, through which pit, with reasons for and against every cell.

- A normal cell is ranked when it is open, reachable, of the species, has room for the load, honours the
  load's claims and asks for no other, and still meets its grade with the load in it
  (`station/grain/standing.py`).
- A species that the pack has no grade of is stored by declaration: a cell of that species without a grade
  takes it, whatever was measured.
- The load is *incomplete* when a cell would take it but for a missing intake value, and no cell of at
  least that cell's preference takes it as it is. Then no normal cell is ranked: good grain is not sent to
  a lesser cell because a value is missing. For an analyte that is waived it is: a cell that demands it stays
  refused, one that takes the load without it is ranked.
- Hold cells rank only when no normal cell does; quarantine cells only for a never-blend load, which goes
  nowhere else. Where neither ranks, the truck waits. A load that waits for a certificate goes to a hold cell;
  one of which a person must answer something first goes nowhere until then.
- Cells rank by their grade's preference, then by filling. Where the pack has prices, what the choice is worth
  comes before the filling (`station/grain/worth.py`), and a better grade's cell that the load would risk more
  of than it brings comes after the lesser ones. Where a buyer grants a running average, the mean of a
  supplier's last loads stands in for this one where only the load would tell
  (`station/grain/averaging.py`). More uncertainty never moves a load to a better grade.

Every cell is either ranked, once per pit, or refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drivers.reading import Analyte, in_order
from station.grain.averaging import by_average, granted_means, where_alone
from station.grain.blending import FALLING_NUMBER_FLOOR
from station.grain.cells import After, CellState, Facts, Measured, Proposal, Ranked, Refused
from station.grain.claims import judge_claims, loses_all
from station.grain.criteria import GradeJudgement, judge, never_blend
from station.grain.grades import Grade, RulePack
from station.grain.identifiers import CellRole
from station.grain.mixture import Mean, Mixture, held_by, means_of
from station.grain.reasons import Code, Reason
from station.grain.remeasuring import Choice, worth_asking
from station.grain.standing import Standing, after_of, stand, with_load
from station.grain.units import known
from station.grain.worth import (
    Prices,
    cautious_worth,
    choice_worth,
    generous_worth,
    has_prices,
    prices_of,
)

__all__ = ["CellState", "Facts", "Measured", "Proposal", "Ranked", "Refused", "route", "score"]

_PREFERENCE_WEIGHT = 0.8
_FILLED_WEIGHT = 0.2
_TIE_A_TONNE = 0.1  # euros: choices that differ by less for each tonne of the load are worth the same
_CENT = 0.01


@dataclass(frozen=True, slots=True)
class _Judged:
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


@dataclass(frozen=True, slots=True)
class _Load:
    """Holds the load as every cell sees it: facts, means on their blending scales, each grade's judgement."""

    facts: Facts
    pack: RulePack | None
    means: Mapping[Analyte, Mean]
    judgements: Mapping[str, GradeJudgement]
    averages: Mapping[str, GradeJudgement]
    barred: tuple[Reason, ...]
    priced: bool
    prices: dict[tuple[str, frozenset[str]], Prices] = field(default_factory=dict)


def route(facts: Facts, cells: Sequence[CellState], pack: RulePack | None) -> Proposal:
    """Return the proposal for one load; the same for any order of `cells`. Ids of cells are unique."""
    load = _load(facts, pack)
    by_id = sorted(cells, key=lambda cell: cell.id)
    normal = [_normal(cell, load) for cell in by_id if cell.role == "normal"]
    missing = tuple(a for a in _decisive_missing(normal) if a not in facts.waived)
    if missing:
        incomplete = Reason(Code.INCOMPLETE, {"analytes": [analyte.value for analyte in missing]})
        normal = [replace(j, against=(incomplete,)) if j.fits else j for j in normal]
    risky = frozenset(j.cell.id for j in normal if j.fits and _is_risky(j, normal))
    normal = _without_risky(normal, risky)
    nothing_fits = not any(j.fits for j in normal)
    by_declaration = any(reason.code is Code.BY_DECLARATION for j in normal for reason in j.in_favour)
    is_case = {"hold": nothing_fits and not load.barred, "quarantine": bool(load.barred)}
    special = [_special(c, load, is_its_case=is_case[c.role]) for c in by_id if c.role != "normal"]
    reasons = [*facts.questions, *load.barred, *_certificates(facts)]
    reasons += _without_quarantine(special, facts) if load.barred else []
    reasons += _load_reasons(facts, pack, missing, by_declaration=by_declaration)
    waived = _waived(facts, load.judgements.values())
    if waived:
        reasons.append(Reason(Code.WAIVED, {"analytes": [analyte.value for analyte in waived]}))
    if nothing_fits and not [reason for reason in reasons if reason.code is not Code.WAIVED]:
        reasons.append(Reason(Code.NOTHING_FITS))
    found = _proposal([*normal, *special], tuple(reasons), load, risky)
    return found if missing else _asking(found, normal, load)


def _load(facts: Facts, pack: RulePack | None) -> _Load:
    usual_u = pack.uncertainty if pack else {}
    expected = {a: m for a, m in facts.expected.items() if a not in facts.values and a not in facts.badly}
    means = means_of({**expected, **facts.values}, usual_u)
    priced = pack is not None and facts.load_t is not None and has_prices(pack, facts.species)
    judgements = _judgements(facts, pack)
    averages = _averages(judgements, facts, pack)
    return _Load(facts, pack, means, judgements, averages, never_blend(facts, pack), priced)


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


def _standings(judgement: GradeJudgement, before: Mixture, load: _Load) -> tuple[Standing, Standing]:
    """Return how a cell stands, as it is judged and as it will be: by a supplier's mean where that grants the
    grade, and by the load itself."""
    load_t, average = load.facts.load_t or 0.0, load.averages.get(judgement.grade.id)
    shown = stand(judgement, before, load_t, load.means)
    if average is None:
        return shown, shown
    judged = where_alone(judgement, average, before)
    return stand(judged, before, load_t, {**load.means, **granted_means(judged)}), shown


def _normal(cell: CellState, load: _Load) -> _Judged:
    facts, pack = load.facts, load.pack
    if cell.grade is None and cell.species == facts.species and not load.judgements:
        return _by_declaration(cell, load)
    grade = pack.grade(cell.grade) if pack else None
    required = cell.claims | (grade.claims if grade else frozenset())
    found = [*_species(cell, grade, facts), *_place(cell, facts), *_claims(required, facts)]
    found += [*_certificates(facts), *facts.questions]
    if pack is None:
        found.append(Reason(Code.NO_RULE_PACK, {"at": None}))
    elif grade is None and cell.species in (None, facts.species):  # another's is of another pack
        found.append(Reason(Code.UNKNOWN_GRADE, {"grade": cell.grade}))
    in_favour, against = _sides(found)
    judgement = load.judgements.get(grade.id) if grade else None
    if grade is None or judgement is None or pack is None:
        return _Judged(cell, grade, in_favour, (*against, *load.barred))
    before = held_by(cell, pack.uncertainty)
    standing, shown = _standings(judgement, before, load)
    stated = standing.against
    judged = _Judged(
        cell,
        grade,
        in_favour=(*in_favour, *standing.in_favour),
        against=(*against, *stated, *(r for r in load.barred if r not in stated)),
        judgement=judgement,
        standing=standing,
        shown=shown,
    )
    return _valued(judged, load, pack)


def _valued(judged: _Judged, load: _Load, pack: RulePack) -> _Judged:
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


def _prices(grade: Grade, claims: frozenset[str], load: _Load, pack: RulePack) -> Prices:
    """Return what cells of this grade with these claims are sold at, reckoned once per load."""
    key = (grade.id, claims)
    if key not in load.prices:
        boxes = {grade_id: judgement.box for grade_id, judgement in load.judgements.items()}
        load.prices[key] = prices_of(grade, claims, pack, boxes)
    return load.prices[key]


_BY_LIMIT = frozenset({*_UNSURE, Code.OUTSIDE_LIMIT, Code.CELL_OUTSIDE, Code.NEVER_BLEND})


def _by_declaration(cell: CellState, load: _Load) -> _Judged:
    """Judge a cell of a species that the pack has no grade of: what was declared of the load decides."""
    facts = load.facts
    found = [*_species(cell, None, facts), *_place(cell, facts), *_claims(cell.claims, facts)]
    found += [*_certificates(facts), *facts.questions]
    in_favour, against = _sides(found)
    declared = Reason(Code.BY_DECLARATION, {"species": facts.species})
    return _Judged(cell, None, (declared, *in_favour), (*against, *load.barred))


def _certificates(facts: Facts) -> list[Reason]:
    if not facts.uncertified:
        return []
    return [Reason(Code.WAITS_FOR_CERTIFICATE, {"claims": sorted(facts.uncertified)})]


def _without_risky(normal: Sequence[_Judged], risky: frozenset[str]) -> list[_Judged]:
    """Refuse what the load risks more of than it brings, where no cell takes it without such a risk."""
    if any(j.fits and j.cell.id not in risky for j in normal):
        return list(normal)
    risks = (Reason(Code.RISKS_THE_CELL),)
    return [replace(j, against=risks) if j.cell.id in risky else j for j in normal]


def _is_risky(judged: _Judged, normal: Sequence[_Judged]) -> bool:
    """Tell whether a lesser grade, whose cell would take the load by its mean, may gain more by it than this
    one surely does."""
    if judged.cautious is None:
        return False
    lesser = max(
        (
            j.generous
            for j in normal
            if j.generous is not None and j.preference < judged.preference and j.fits_by_mean
        ),
        default=None,
    )
    return lesser is not None and judged.cautious < lesser - _CENT


def _without_quarantine(special: Sequence[_Judged], facts: Facts) -> list[Reason]:
    """Return why a load that goes nowhere else waits: no quarantine cell is there, or none takes it."""
    quarantine = [one for one in special if one.cell.role == "quarantine"]
    if not quarantine:
        return [Reason(Code.NO_QUARANTINE_CELL)]
    is_refused = facts.load_t is not None and not any(one.fits for one in quarantine)
    return [Reason(Code.QUARANTINE_REFUSES)] if is_refused else []


def _special(cell: CellState, load: _Load, *, is_its_case: bool) -> _Judged:
    """Judge a hold or quarantine cell: it has no grade, but species, room and claims count there too."""
    facts, (yes, no) = load.facts, _CASES[cell.role]
    if cell.role == "hold" and load.barred:
        no = Code.NEEDS_QUARANTINE
    found = [*_species(cell, None, facts), *_place(cell, facts), *_claims(cell.claims, facts)]
    in_favour, against = _sides([*found, *facts.questions])
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
    elif not _open_pits(cell):
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


def _open_pits(cell: CellState) -> list[str]:
    """Return the pits from which it may be filled, at once or as soon as the line is free."""
    barred = {
        pit for pit, why in cell.barred_pits.items() if not {one.code for one in why} <= {Code.LINE_BUSY}
    }
    return sorted(set(cell.pits) - barred)


def _claims(required: frozenset[str], facts: Facts) -> list[Reason]:
    """Check that the cell honours what the load claims, and that the load has what the cell asks for."""
    return judge_claims(required, facts.claims)


_IN_FAVOUR = frozenset(
    {
        Code.SPECIES_MATCHES, Code.WITHIN_ROOM, Code.CLAIMS_HONOURED, Code.CLAIM_SATISFIED, Code.CLAIMS_LOST,
    }
)  # fmt: skip


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


def _proposal(
    judged: Sequence[_Judged], reasons: tuple[Reason, ...], load: _Load, risky: frozenset[str]
) -> Proposal:
    facts = load.facts
    fitting = [j for j in judged if j.fits]
    ranked = [
        (
            _rank(j, pit, facts, is_risky=j.cell.id in risky),
            replace(entry, pit=pit, reasons=(*j.in_favour, *j.cell.barred_pits.get(pit, ()), _reached(pit))),
        )
        for j in fitting
        for entry in (_entry(j, fitting, load),)
        for pit in _open_pits(j.cell)
    ]
    ranked.sort(key=lambda one: one[0])
    refused = [
        Refused(j.cell.id, (*j.against, *j.in_favour, *(_reached(p) for p in sorted(set(j.cell.pits)))))
        for j in sorted(judged, key=lambda j: j.cell.id)
        if not j.fits
    ]
    first = ranked[0][1] if ranked else None
    role = next((j.cell.role for j in judged if first and j.cell.id == first.cell), None)
    return Proposal(
        cell=first.cell if first else None,
        pit=first.pit if first else None,
        hold=role != "normal",
        ranked=tuple(entry for _, entry in ranked),
        refused=tuple(refused),
        reasons=reasons,
    )


def _rank(judged: _Judged, pit: str, facts: Facts, *, is_risky: bool) -> tuple[object, ...]:
    """Return what cells are sorted by: better grades first unless risked or a premium is lost, then those
    that need no supplier's mean, then those whose line is free, then worth, then filling. No grain goes to a
    lesser grade because a line is busy."""
    tie = _TIE_A_TONNE * max(facts.load_t or 0.0, 1.0)
    worth = round((judged.worth or 0.0) / tie)
    filled = score(judged.cell, judged.grade)
    is_after = loses_all(judged.in_favour, facts.claims)
    is_busy = bool(judged.cell.barred_pits.get(pit))
    return (
        is_risky,
        is_after,
        -judged.preference,
        judged.is_granted,
        is_busy,
        -worth,
        -filled,
        judged.cell.id,
        pit,
    )


def _entry(judged: _Judged, fitting: Sequence[_Judged], load: _Load) -> Ranked:
    """Return what is said of a cell, whichever pit it is filled from."""
    judgement, shown = judged.judgement, judged.shown
    others = [j.worth for j in fitting if j.worth is not None and j.cell.id != judged.cell.id]
    value = None
    if judged.worth is not None and others:
        value = known(round(judged.worth - max(others), 2))
    return Ranked(
        judged.cell.id,
        "",
        score(judged.cell, judged.grade),
        judged.in_favour,
        p_load_ok=judgement.p_load_ok if judgement else 1.0,
        p_cell_ok=shown.p_cell_ok if shown else 1.0,
        after=after_of(shown.after) if shown else _after_without_grade(judged.cell, load),
        value=value,
    )


def _after_without_grade(cell: CellState, load: _Load) -> After:
    usual_u = load.pack.uncertainty if load.pack else {}
    return with_load(held_by(cell, usual_u), load.facts.load_t or 0.0, load.means)


def _asking(found: Proposal, normal: Sequence[_Judged], load: _Load) -> Proposal:
    """Add what is worth measuring again first."""
    if load.pack is None or not load.priced or load.facts.questions or load.facts.uncertified:
        return found
    if any(j.is_granted and j.cell.id == found.cell for j in normal):
        return found
    choices = [
        Choice(j.against, j.judgement, j.standing, j.prices, j.worth)
        for j in normal
        if j.judgement and j.standing and j.prices and j.worth is not None
    ]
    ask = worth_asking(choices, load.facts, load.means, load.pack, load.judgements.values())
    if ask is None:
        return found
    again = Reason(Code.MEASURE_AGAIN, {"analyte": ask.analyte.value, "minutes": ask.minutes})
    return replace(found, ask=ask, reasons=(*found.reasons, again))


def _reached(pit: str) -> Reason:
    return Reason(Code.REACHED_BY, {"pit": pit, "line": None})
