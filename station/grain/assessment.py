"""An assessment is everything known of a sample, per analyte: the value used, how well it is known, where it
came from, what is left as evidence.

A typed value wins (the latest). Else the first instrument of the site's order that has a valid value
gives its valid replicates, combined by the rule of `station/grain/replicates.py`; one whose value is legal
comes before all others and is never mixed with them. Where the rule pack says what two instruments may differ
by, the others of the order are weighed in if they agree, and photos too (`station/grain/weighing_in.py`).
An instrument that the site does not list for an ordered analyte is evidence only; an analyte without order
combines the valid values of all. Protein is brought to dry matter. The same readings give the same assessment
in whatever order they are handed over.

A correction that a manager approved moves the value that is judged and nothing else: the raw value stays
beside it, and so do typed values and what is converted with a raw moisture.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from types import MappingProxyType

from drivers.reading import PLAUSIBLE, Analyte, Basis, Flag, Value, in_order
from station.grain.assessed import Assessment, Evidence, Result
from station.grain.correcting import Correction, shift_of
from station.grain.photographed import PhotoValue
from station.grain.precision import UNKNOWN, Precision, of_replicates, sampled
from station.grain.reasons import Code, Reason
from station.grain.replicates import OneMoreNeeded, combine_replicates
from station.grain.units import MoisturePercent, ProteinAsIs, fixed_moisture, known, protein_dm
from station.grain.weighing_in import by_photo, photos_on_basis, weigh_in

_COMBINED = {"mean": Code.MEAN_OF_REPLICATES, "median": Code.MEDIAN_OF_REPLICATES}


def assess(
    readings: Sequence[Evidence],
    order: Mapping[Analyte, Sequence[str]],
    repeatability: Mapping[Analyte, float] = MappingProxyType({}),
    corrections: Sequence[Correction] = (),
    precision: Precision = UNKNOWN,
    photos: Sequence[PhotoValue] = (),
) -> Assessment:
    """Choose each analyte's value; `order` names the site's instruments per analyte, best first;
    `repeatability` is the pack's limit between replicates, in the analyte's unit; `corrections` are those in
    force, at most one of a source's analyte; `photos` have theirs taken off. Weights are no part of an
    assessment."""
    in_time = sorted(readings, key=lambda e: (e.at, e.reading_id))
    measured = {a for e in in_time for a in e.values} - {Analyte.WEIGHT}
    first: dict[Analyte, Result] = {}
    beside: dict[Analyte, list[Result]] = {}
    badly: list[Analyte] = []
    reasons: list[Reason] = []
    having = {analyte: [e for e in in_time if analyte in e.values] for analyte in in_order(measured)}
    for analyte, of in having.items():
        choosing = _Choosing(analyte, order.get(analyte, ()), repeatability.get(analyte), precision)
        result = choosing.choose(of)
        if isinstance(result, Result):
            first[analyte], beside[analyte] = result, choosing.beside(of, result)
        else:
            bad = [result] if result else _bad_instruments(analyte, of)
            badly.extend([analyte] if bad else [])
            reasons.extend(bad or _unlisted(analyte, of))

    def judged(result: Result) -> Result:
        corrected = _corrected(result, in_time, corrections)
        if result.analyte != Analyte.PROTEIN:
            return corrected
        return _corrected(_on_dry_matter(corrected, first, in_time), in_time, corrections)

    seen = photos_on_basis(photos, first.get(Analyte.MOISTURE))
    results = {}
    for analyte, result in first.items():
        is_legal = _is_legal(analyte, having[analyte], result.instrument)
        others_say = [judged(one) for one in beside[analyte]]
        tolerance = precision.tolerance.get(analyte)
        results[analyte] = weigh_in(judged(result), others_say, seen, tolerance, is_legal=is_legal)
    for analyte in in_order({analyte for analyte, _ in seen} - results.keys() - set(badly)):
        alone = by_photo(analyte, seen, precision.tolerance.get(analyte))
        if alone is not None:
            results[analyte] = alone
    used = {
        analyte: {*one.replicates, *(id_ for part in one.parts for id_ in part.ids)}
        for analyte, one in results.items()
    }
    others = {
        a: tuple(e.reading_id for e in of if e.reading_id not in used.get(a, ())) for a, of in having.items()
    }
    return Assessment(
        {analyte: _as_load(results[analyte], precision) for analyte in in_order(results)},
        tuple(badly),
        {analyte: ids for analyte, ids in others.items() if ids},
        tuple(reasons),
    )


def _as_load(result: Result, precision: Precision) -> Result:
    """Return the result as the load's, to the resolution that is stored."""
    u = sampled(result.u, result.analyte, precision)
    shared = {name: known(part) for name, part in result.shared.items()}
    return replace(result, u=None if u is None else known(u), shared=shared)


def _valid(evidence: Evidence, analyte: Analyte) -> Value | None:
    value = evidence.values.get(analyte)
    if value is None or value.value is None or Flag.ERROR in evidence.flags:
        return None
    low, high = PLAUSIBLE[analyte]
    return value if math.isfinite(value.value) and low <= value.value <= high else None


def _is_legal(analyte: Analyte, having: Sequence[Evidence], instrument: str | None) -> bool:
    return any(e.instrument == instrument and analyte in e.legal_for for e in having if e.typed_by is None)


@dataclass(frozen=True, slots=True)
class _Choosing:
    """Chooses one analyte's value; the evidence that has it is in time order, oldest first."""

    analyte: Analyte
    order: Sequence[str]
    limit: float | None
    precision: Precision

    def choose(self, having: Sequence[Evidence]) -> Result | Reason | None:
        """A reason says why values that are valid give none."""
        analyte = self.analyte
        valid = [e for e in having if _valid(e, analyte)]
        typed = [e for e in valid if e.typed_by is not None]
        if typed:
            why = [Reason(Code.TYPED_VALUE, {"analyte": analyte.value})]
            measured = self.choose([e for e in having if e.typed_by is None])
            if isinstance(measured, Result):
                why.append(_typed_over(measured))
            return self._combined(typed[-1:], why)
        legal = [e for e in valid if analyte in e.legal_for]
        if not self.order:
            return self._combined(legal or valid) if valid else None
        instruments = {e.instrument for e in valid}
        first_legal = {e.instrument for e in legal}
        for instrument in sorted(self.order, key=lambda one: one not in first_legal):
            if instrument in instruments:
                return self._by_order(having, valid, instrument, is_legal=instrument in first_legal)
        return None

    def beside(self, having: Sequence[Evidence], chosen: Result) -> list[Result]:
        """Return what the other instruments of the order say, in its order; none of them beside a typed
        value."""
        if chosen.instrument is None or chosen.typed_by is not None:
            return []
        found = []
        for instrument in self.order:
            own = [e for e in having if e.instrument == instrument and _valid(e, self.analyte)]
            result = self._combined(own) if own and instrument != chosen.instrument else None
            if isinstance(result, Result):
                found.append(result)
        return found

    def _by_order(
        self, having: Sequence[Evidence], valid: Sequence[Evidence], instrument: str, *, is_legal: bool
    ) -> Result | Reason:
        analyte, position = self.analyte, list(self.order).index(instrument)
        told = {"analyte": analyte.value, "instrument": instrument}
        by_law = is_legal and any(e.instrument != instrument for e in valid)
        chosen = Reason(Code.CHOSEN_BY_ORDER, {**told, "position": position + 1})
        passed_over = [e for e in having if e.instrument in self.order[:position]]
        badly = [*_bad_instruments(analyte, passed_over), *_bad_latest(analyte, having, instrument)]
        own = [e for e in valid if e.instrument == instrument]
        return self._combined(own, [Reason(Code.LEGAL_FIRST, told) if by_law else chosen], badly)

    def _combined(
        self, replicates: Sequence[Evidence], before: Sequence[Reason] = (), after: Sequence[Reason] = ()
    ) -> Result | Reason:
        """Make one result of valid replicates, `before` and `after` what their number says; or say that one
        more is needed. Values on another basis than the last are left as evidence."""
        analyte, last = self.analyte, replicates[-1]
        value = last.values[analyte]
        same = [e for e in replicates if e.values[analyte].basis is value.basis]
        numbers = [n for e in same if (n := e.values[analyte].value) is not None]
        made = combine_replicates(numbers, self.limit)
        if isinstance(made, OneMoreNeeded):
            told = {"analyte": analyte.value, "spread": known(made.spread), "limit": made.limit}
            return Reason(Code.REPLICATES_DIFFER, told)
        several = Reason(
            _COMBINED.get(made.rule, Code.MEAN_OF_REPLICATES), {"analyte": analyte.value, "count": made.count}
        )
        uncertainty = of_replicates(analyte, same, made.rule, self.limit, self.precision)
        return Result(
            analyte=analyte,
            value=known(made.value),
            unit=value.unit,
            basis=value.basis,
            u=uncertainty.u if uncertainty else None,
            reading_id=last.reading_id,
            instrument=last.instrument,
            typed_by=last.typed_by,
            rule=made.rule,
            replicates=tuple(e.reading_id for e in same),
            reasons=(*before, *([several] if made.count > 1 else []), *after, *_remarks(same)),
            shared=uncertainty.shared if uncertainty else {},
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


def _corrected(result: Result, readings: Sequence[Evidence], corrections: Sequence[Correction]) -> Result:
    """Take off the bias that is known on the basis that a value is on now."""
    if not corrections or result.typed_by is not None or result.raw is not None:
        return result
    sources = {e.reading_id: e.source for e in readings}
    shift = shift_of([sources[r] for r in result.replicates], result.analyte, result.basis, corrections)
    if shift is None:
        return result
    judged = shift.judged(result.value)
    told = {
        "analyte": result.analyte.value,
        "value": judged,
        "raw": result.value,
        "added": known(-shift.bias),
        "unit": result.unit.value,
        "basis": result.basis.value if result.basis else None,
        "corrections": list(shift.corrections),
    }
    return replace(
        result,
        value=judged,
        u=shift.widened(result.u),
        shared={} if result.u is None else {**result.shared, **shift.parts},
        raw=result.value,
        reasons=(*result.reasons, Reason(Code.CORRECTED, told)),
    )


def _on_dry_matter(
    protein: Result, results: Mapping[Analyte, Result], readings: Sequence[Evidence]
) -> Result:
    """Convert by the moisture of the protein's own readings, else by the moisture used for the sample."""
    if protein.basis in (None, Basis.DRY_MATTER):
        return protein
    moisture = fixed_moisture(protein.basis) or _moisture_for(protein, results, readings)
    if moisture is None:
        reason = Reason(Code.NO_MOISTURE_FOR_BASIS, {"analyte": Analyte.PROTEIN.value})
        return replace(protein, reasons=(*protein.reasons, reason))
    reason = Reason(Code.DRY_MATTER_FROM, {"as_is": protein.value, "moisture": known(moisture)})
    factor = protein_dm(ProteinAsIs(1.0), moisture)
    return replace(
        protein,
        value=known(protein_dm(ProteinAsIs(protein.value), moisture)),
        raw=None if protein.raw is None else known(protein_dm(ProteinAsIs(protein.raw), moisture)),
        u=None if protein.u is None else protein.u * factor,
        shared={name: part * factor for name, part in protein.shared.items()},
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
