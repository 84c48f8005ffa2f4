"""The order of the cells that take a load, and what is said of each."""

from collections.abc import Sequence
from dataclasses import replace

from station.grain.candidates import Candidate, Incoming
from station.grain.cells import After, CellState, Facts, Proposal, Ranked, Refused
from station.grain.claims import loses_all
from station.grain.eligibility import open_pits, reached_by
from station.grain.grades import Grade
from station.grain.mixture import held_by
from station.grain.reasons import Reason
from station.grain.standing import after_of, with_load
from station.grain.units import known

_PREFERENCE_WEIGHT = 0.8


_FILLED_WEIGHT = 0.2


_TIE_A_TONNE = 0.1  # euros: choices that differ by less for each tonne of the load are worth the same


def score(cell: CellState, grade: Grade | None) -> float:
    """Return how much a cell that takes the load is to be preferred, 0 to 1, known to 1e-6.

    0.8 x the grade's value in the rule pack + 0.2 x the share of the cell that is already taken or
    reserved, so that started cells are finished before others are opened. Between grades whose values
    differ by more than 0.25 the filling never decides."""
    preference = grade.value if grade else 0.0
    return known(_PREFERENCE_WEIGHT * preference + _FILLED_WEIGHT * cell.filled)


def proposal_of(
    judged: Sequence[Candidate], reasons: tuple[Reason, ...], load: Incoming, risky: frozenset[str]
) -> Proposal:
    facts = load.facts
    fitting = [j for j in judged if j.fits]
    ranked = [
        (
            _rank(j, pit, facts, is_risky=j.cell.id in risky),
            replace(
                entry, pit=pit, reasons=(*j.in_favour, *j.cell.barred_pits.get(pit, ()), reached_by(pit))
            ),
        )
        for j in fitting
        for entry in (_entry(j, fitting, load),)
        for pit in open_pits(j.cell)
    ]
    ranked.sort(key=lambda one: one[0])
    refused = [
        Refused(j.cell.id, (*j.against, *j.in_favour, *(reached_by(p) for p in sorted(set(j.cell.pits)))))
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


def _by(judged: Candidate, pit: str) -> tuple[Reason, ...]:
    return (*judged.in_favour, *judged.cell.barred_pits.get(pit, ()), reached_by(pit))


def _rank(judged: Candidate, pit: str, facts: Facts, *, is_risky: bool) -> tuple[object, ...]:
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


def _entry(judged: Candidate, fitting: Sequence[Candidate], load: Incoming) -> Ranked:
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


def _after_without_grade(cell: CellState, load: Incoming) -> After:
    usual_u = load.pack.uncertainty if load.pack else {}
    return with_load(held_by(cell, usual_u), load.facts.load_t or 0.0, load.means)
