"""An assessment is everything known of a sample, per analyte: the value used, where it came from, what is
left as evidence.

A typed value wins (the latest). Else the first instrument of the site's order that has a valid value
gives its valid replicates, combined by the rule of `station/grain/replicates.py`. An instrument that the site
does not list for an ordered analyte is evidence only; an analyte without order combines the valid values of
all. Protein is brought to dry matter. The same readings give the same assessment in whatever order they are
handed over.

A correction that a manager approved moves the value that is judged and nothing else: the raw value stays
beside it, and so do typed values and what is converted with a raw moisture.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from types import MappingProxyType

from drivers.reading import PLAUSIBLE, Analyte, Basis, Flag, Value, in_order
from station.grain.assessed import Assessment, Evidence, Result
from station.grain.correcting import Correction, shift_of
from station.grain.reasons import Code, Reason
from station.grain.replicates import OneMoreNeeded, combine_replicates
from station.grain.units import MoisturePercent, ProteinAsIs, fixed_moisture, known, protein_dm

_COMBINED = {"mean": Code.MEAN_OF_REPLICATES, "median": Code.MEDIAN_OF_REPLICATES}


def assess(
    readings: Sequence[Evidence],
    order: Mapping[Analyte, Sequence[str]],
    repeatability: Mapping[Analyte, float] = MappingProxyType({}),
    corrections: Sequence[Correction] = (),
) -> Assessment:
    """Choose each analyte's value; `order` names the site's instruments per analyte, best first;
    `repeatability` is the pack's limit between replicates, in the analyte's unit; `corrections` are those in
    force, at most one of a source's analyte. Weights are no part of an assessment."""
    in_time = sorted(readings, key=lambda e: (e.at, e.reading_id))
    measured = {a for e in in_time for a in e.values} - {Analyte.WEIGHT}
    results: dict[Analyte, Result] = {}
    badly: list[Analyte] = []
    others: dict[Analyte, tuple[str, ...]] = {}
    reasons: list[Reason] = []
    for analyte in in_order(measured):
        having = [e for e in in_time if analyte in e.values]
        result = _choose(analyte, having, order.get(analyte, ()), repeatability.get(analyte))
        used: tuple[str, ...] = ()
        if isinstance(result, Result):
            results[analyte] = result
            used = result.replicates
        else:
            bad = [result] if result else _bad_instruments(analyte, having)
            badly.extend([analyte] if bad else [])
            reasons.extend(bad or _unlisted(analyte, having))
        unused = tuple(e.reading_id for e in having if e.reading_id not in used)
        if unused:
            others[analyte] = unused
    _correct(results, in_time, corrections)
    _bring_protein_to_dry_matter(results, in_time)
    _correct(results, in_time, corrections)
    return Assessment(results, tuple(badly), others, tuple(reasons))


def _valid(evidence: Evidence, analyte: Analyte) -> Value | None:
    value = evidence.values.get(analyte)
    if value is None or value.value is None or Flag.ERROR in evidence.flags:
        return None
    low, high = PLAUSIBLE[analyte]
    return value if math.isfinite(value.value) and low <= value.value <= high else None


def _choose(
    analyte: Analyte, having: Sequence[Evidence], order: Sequence[str], limit: float | None
) -> Result | Reason | None:
    """Choose among the values of `having`, which are in time order, oldest first. A reason says why values
    that are valid give none."""
    valid = [e for e in having if _valid(e, analyte)]
    typed = [e for e in valid if e.typed_by is not None]
    if typed:
        why = [Reason(Code.TYPED_VALUE, {"analyte": analyte.value})]
        measured = _choose(analyte, [e for e in having if e.typed_by is None], order, limit)
        if isinstance(measured, Result):
            why.append(_typed_over(measured))
        return _combined(analyte, typed[-1:], limit, why)
    if not order:
        return _combined(analyte, valid, limit) if valid else None
    for position, instrument in enumerate(order, start=1):
        own = [e for e in valid if e.instrument == instrument]
        if own:
            chosen = Reason(
                Code.CHOSEN_BY_ORDER,
                {"analyte": analyte.value, "instrument": instrument, "position": position},
            )
            passed_over = [e for e in having if e.instrument in order[: position - 1]]
            badly = [*_bad_instruments(analyte, passed_over), *_bad_latest(analyte, having, instrument)]
            return _combined(analyte, own, limit, (chosen,), badly)
    return None


def _combined(
    analyte: Analyte,
    replicates: Sequence[Evidence],
    limit: float | None,
    before: Sequence[Reason] = (),
    after: Sequence[Reason] = (),
) -> Result | Reason:
    """Make one result of valid replicates, `before` and `after` what their number says; or say that one more
    is needed. Values on another basis than the last are left as evidence."""
    last = replicates[-1]
    value = last.values[analyte]
    same = [e for e in replicates if e.values[analyte].basis is value.basis]
    made = combine_replicates([n for e in same if (n := e.values[analyte].value) is not None], limit)
    if isinstance(made, OneMoreNeeded):
        return Reason(
            Code.REPLICATES_DIFFER,
            {"analyte": analyte.value, "spread": known(made.spread), "limit": made.limit},
        )
    told = {"analyte": analyte.value, "count": made.count}
    counted = [Reason(_COMBINED[made.rule], told)] if made.count > 1 else []
    return Result(
        analyte=analyte,
        value=known(made.value),
        unit=value.unit,
        basis=value.basis,
        u=last.uncertainty.get(analyte),
        reading_id=last.reading_id,
        instrument=last.instrument,
        typed_by=last.typed_by,
        rule=made.rule,
        replicates=tuple(e.reading_id for e in same),
        reasons=(*before, *counted, *after, *_remarks(same)),
    )


def _typed_over(measured: Result) -> Reason:
    """Keep the instrument's value beside the typed one that wins over it."""
    told = {"analyte": measured.analyte.value, "value": measured.value, "unit": measured.unit.value}
    return Reason(Code.TYPED_OVER, told | {"instrument": measured.instrument})


def _remarks(of: Sequence[Evidence]) -> list[Reason]:
    """Return each remark once."""
    found: list[Reason] = []
    for remark in (remark for e in of for remark in e.remarks):
        if remark not in found:
            found.append(remark)
    return found


def _bad_instruments(analyte: Analyte, having: Sequence[Evidence]) -> list[Reason]:
    """Return a reason for every instrument (or typed value) with an invalid value, in time order."""
    bad = dict.fromkeys(e.instrument for e in having if _valid(e, analyte) is None)
    return [_bad(analyte, instrument) for instrument in bad]


def _bad_latest(analyte: Analyte, having: Sequence[Evidence], instrument: str) -> list[Reason]:
    latest = [e for e in having if e.instrument == instrument][-1]
    return [] if _valid(latest, analyte) else [_bad(analyte, instrument)]


def _bad(analyte: Analyte, instrument: str | None) -> Reason:
    return Reason(Code.MEASURED_BADLY, {"analyte": analyte.value, "instrument": instrument})


def _unlisted(analyte: Analyte, having: Sequence[Evidence]) -> list[Reason]:
    return [
        Reason(Code.INSTRUMENT_NOT_IN_ORDER, {"analyte": analyte.value, "instrument": instrument})
        for instrument in dict.fromkeys(e.instrument for e in having)
    ]


def _correct(
    results: dict[Analyte, Result], readings: Sequence[Evidence], corrections: Sequence[Correction]
) -> None:
    """Take off the bias that is known on the basis that a value is on now."""
    sources = {e.reading_id: e.source for e in readings}
    for analyte, result in results.items() if corrections else ():
        if result.typed_by is not None or result.raw is not None:
            continue
        shift = shift_of([sources[r] for r in result.replicates], analyte, result.basis, corrections)
        if shift is not None:
            judged = shift.judged(result.value)
            told = {
                "analyte": analyte.value,
                "value": judged,
                "raw": result.value,
                "added": known(-shift.bias),
                "unit": result.unit.value,
                "basis": result.basis.value if result.basis else None,
                "corrections": list(shift.corrections),
            }
            results[analyte] = replace(
                result,
                value=judged,
                u=shift.widened(result.u),
                raw=result.value,
                reasons=(*result.reasons, Reason(Code.CORRECTED, told)),
            )


def _bring_protein_to_dry_matter(results: dict[Analyte, Result], readings: Sequence[Evidence]) -> None:
    """Convert by the moisture of the protein's own readings, else by the moisture used for the sample."""
    protein = results.get(Analyte.PROTEIN)
    if protein is None or protein.basis in (None, Basis.DRY_MATTER):
        return
    moisture = fixed_moisture(protein.basis) or _moisture_for(protein, results, readings)
    if moisture is None:
        reason = Reason(Code.NO_MOISTURE_FOR_BASIS, {"analyte": Analyte.PROTEIN.value})
        results[Analyte.PROTEIN] = replace(protein, reasons=(*protein.reasons, reason))
        return
    reason = Reason(Code.DRY_MATTER_FROM, {"as_is": protein.value, "moisture": known(moisture)})
    results[Analyte.PROTEIN] = replace(
        protein,
        value=known(protein_dm(ProteinAsIs(protein.value), moisture)),
        raw=None if protein.raw is None else known(protein_dm(ProteinAsIs(protein.raw), moisture)),
        u=None if protein.u is None else protein_dm(ProteinAsIs(protein.u), moisture),
        basis=Basis.DRY_MATTER,
        reasons=(*protein.reasons, reason),
    )


def _moisture_for(
    protein: Result, results: Mapping[Analyte, Result], readings: Sequence[Evidence]
) -> MoisturePercent | None:
    own = [_valid(e, Analyte.MOISTURE) for e in readings if e.reading_id in protein.replicates]
    beside = [value.value for value in own if value is not None and value.value is not None]
    if beside:
        return MoisturePercent(fmean(beside))
    used = results.get(Analyte.MOISTURE)
    return None if used is None else MoisturePercent(used.measured)
