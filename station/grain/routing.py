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

from collections.abc import Iterable, Sequence
from dataclasses import replace

from drivers.reading import Analyte, in_order
from station.grain.candidates import Candidate, Incoming, incoming, normal_candidate, special_candidate
from station.grain.cells import CellState, Facts, Proposal
from station.grain.criteria import GradeJudgement
from station.grain.eligibility import awaited_certificates
from station.grain.grades import RulePack
from station.grain.ranking import proposal_of
from station.grain.reasons import Code, Reason
from station.grain.remeasuring import Choice, worth_asking

_CENT = 0.01


def route(facts: Facts, cells: Sequence[CellState], pack: RulePack | None) -> Proposal:
    """Return the proposal for one load; the same for any order of `cells`. Ids of cells are unique."""
    load = incoming(facts, pack)
    by_id = sorted(cells, key=lambda cell: cell.id)
    normal = [normal_candidate(cell, load) for cell in by_id if cell.role == "normal"]
    missing = tuple(a for a in _decisive_missing(normal) if a not in facts.waived)
    if missing:
        incomplete = Reason(Code.INCOMPLETE, {"analytes": [analyte.value for analyte in missing]})
        normal = [replace(j, against=(incomplete,)) if j.fits else j for j in normal]
    risky = frozenset(j.cell.id for j in normal if j.fits and _is_risky(j, normal))
    normal = _without_risky(normal, risky)
    nothing_fits = not any(j.fits for j in normal)
    by_declaration = any(reason.code is Code.BY_DECLARATION for j in normal for reason in j.in_favour)
    is_case = {"hold": nothing_fits and not load.barred, "quarantine": bool(load.barred)}
    special = [special_candidate(c, load, is_its_case=is_case[c.role]) for c in by_id if c.role != "normal"]
    reasons = [*facts.questions, *load.barred, *awaited_certificates(facts)]
    reasons += _without_quarantine(special, facts) if load.barred else []
    reasons += _load_reasons(facts, pack, missing, by_declaration=by_declaration)
    waived = _waived(facts, load.judgements.values())
    if waived:
        reasons.append(Reason(Code.WAIVED, {"analytes": [analyte.value for analyte in waived]}))
    if nothing_fits and not [reason for reason in reasons if reason.code is not Code.WAIVED]:
        reasons.append(Reason(Code.NOTHING_FITS))
    found = proposal_of([*normal, *special], tuple(reasons), load, risky)
    return found if missing else _asking(found, normal, load)


def _decisive_missing(normal: Sequence[Candidate]) -> tuple[Analyte, ...]:
    """Return the intake values without which a cell better than all that fit cannot be judged."""
    best = max((j.preference for j in normal if j.fits), default=-1.0)
    wanting = [j for j in normal if j.lacks_only_values and j.preference > best]
    missing = {analyte for j in wanting if j.judgement for analyte in j.judgement.missing}
    return tuple(in_order(missing))


def _without_risky(normal: Sequence[Candidate], risky: frozenset[str]) -> list[Candidate]:
    """Refuse what the load risks more of than it brings, where no cell takes it without such a risk."""
    if any(j.fits and j.cell.id not in risky for j in normal):
        return list(normal)
    risks = (Reason(Code.RISKS_THE_CELL),)
    return [replace(j, against=risks) if j.cell.id in risky else j for j in normal]


def _is_risky(judged: Candidate, normal: Sequence[Candidate]) -> bool:
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


def _without_quarantine(special: Sequence[Candidate], facts: Facts) -> list[Reason]:
    """Return why a load that goes nowhere else waits: no quarantine cell is there, or none takes it."""
    quarantine = [one for one in special if one.cell.role == "quarantine"]
    if not quarantine:
        return [Reason(Code.NO_QUARANTINE_CELL)]
    is_refused = facts.load_t is not None and not any(one.fits for one in quarantine)
    return [Reason(Code.QUARANTINE_REFUSES)] if is_refused else []


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


def _asking(found: Proposal, normal: Sequence[Candidate], load: Incoming) -> Proposal:
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
