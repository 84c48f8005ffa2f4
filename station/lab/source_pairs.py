"""What each instrument and phone said beside the laboratory, of one analyte: differences by source and
species, each with the weight that its sample has for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

import numpy as np
from sqlmodel import Session, col, func, select

from drivers.reading import Analyte, Basis
from station.grain.units import MoisturePercent, ProteinAsIs, protein_dm
from station.lab.statistics.values import Values, differences
from station.store.comparing import Row, values_of_method, values_of_samples
from station.store.tables import Adjustment, Measurement, Reading, RetainedSample, SentSample

AT_ONCE = 500
LAB, MACHINE, PHONE = "lab", "machine", "phone"
RANDOM, CHOSEN, UNKNOWN = "random", "chosen", "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """`id`: the instrument's, or the phone's terminal id. `release`: the model that a phone's values are of,
    empty for an instrument."""

    method: str
    id: str
    species: str | None
    release: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One sample that both measured: `at` when the source did, `lab_at` when the laboratory's word came.
    `weight`: for how many samples it stands, None where somebody picked it or nobody knows."""

    sample_id: str
    test: float
    reference: float
    at: datetime
    lab_at: datetime
    sampling: str
    weight: float | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of a source, in the order of the laboratory's word, in one unit and on one basis."""

    source: Source
    unit: str
    basis: str | None
    laboratories: tuple[str, ...]
    pairs: tuple[Pair, ...]

    @property
    def unpicked(self) -> tuple[Pair, ...]:
        """Return those that stand for others: drawn by lot, or of a list of all."""
        return tuple(pair for pair in self.pairs if pair.weight is not None)

    def arrays(self) -> tuple[Values, Values]:
        """Return differences and weights of those that nobody picked, shapes (n,)."""
        rows = self.unpicked
        test, reference = np.array([p.test for p in rows]), np.array([p.reference for p in rows])
        weights = [pair.weight for pair in rows if pair.weight is not None]
        return differences(test, reference), np.array(weights, dtype=np.float64)


def pairs_by_source(tx: Session, analyte: str, since: datetime) -> list[Pairs]:
    """Return the pairs whose laboratory result came since then. Left out are limits ("< 200"), sources whose
    values are on another basis than the laboratory's, what an adjustment made another instrument's, and what
    another model said than the phone's newest."""
    lab = _of_lab(tx, analyte, since)
    samples = {row.sample_id: row for row in lab if row.sample_id}
    said = [row for row, _ in _chunked(tx, analyte, (MACHINE, PHONE), samples)]
    instruments = _instruments(tx, [row.source_id for row in said if row.method == MACHINE])
    adjusted = _adjusted(tx, analyte)
    lab_of: dict[str, list[Measurement]] = defaultdict(list)
    for row in lab:
        lab_of[row.sample_id or ""].append(row)
    by_source: dict[Source, list[Measurement]] = defaultdict(list)
    for row in said:
        source = _source(row, instruments)
        if source is not None and _is_since(row, adjusted.get(source.id, ())):
            by_source[source].append(row)
    drawn = _drawn(tx, samples)
    newest = _newest_releases(by_source)
    found = [
        _pairs(tx, source, rows, lab_of, drawn)
        for source, rows in by_source.items()
        if newest.get((source.id, source.species), source.release) == source.release
    ]
    order = [pairs for pairs in found if pairs is not None]
    return sorted(order, key=lambda p: (p.source.method, p.source.id, p.source.species or ""))


def _of_lab(tx: Session, analyte: str, since: datetime) -> list[Measurement]:
    found: list[Measurement] = []
    after = None
    while some := values_of_method(tx, analyte, LAB, since, None, None, after, AT_ONCE):
        found += [row for row, _ in some if not row.comparator]
        last = some[-1][0]
        after = (last.at, last.seq)
    return found


def _chunked(tx: Session, analyte: str, methods: Collection[str], sample_ids: Iterable[str]) -> Iterator[Row]:
    ids = list(sample_ids)
    for start in range(0, len(ids), AT_ONCE):
        yield from values_of_samples(tx, analyte, methods, ids[start : start + AT_ONCE])


def _instruments(tx: Session, readings: Sequence[str]) -> dict[str, str]:
    """Return the instrument of each reading."""
    found: dict[str, str] = {}
    for start in range(0, len(readings), AT_ONCE):
        query = select(Reading.id, Reading.instrument_id)
        query = query.where(col(Reading.id).in_(readings[start : start + AT_ONCE]))
        found |= {reading: instrument for reading, instrument in tx.exec(query) if instrument}
    return found


def _source(row: Measurement, instruments: Mapping[str, str]) -> Source | None:
    if row.method == PHONE:
        return Source(PHONE, row.source, row.species, row.release)
    instrument = instruments.get(row.source_id)
    return Source(MACHINE, instrument, row.species) if instrument else None


def _adjusted(tx: Session, analyte: str) -> dict[str, list[Adjustment]]:
    found: dict[str, list[Adjustment]] = defaultdict(list)
    for row in tx.exec(select(Adjustment).where(Adjustment.analyte == analyte)):
        found[row.instrument_id].append(row)
    return found


def _is_since(row: Measurement, adjustments: Iterable[Adjustment]) -> bool:
    """An instrument that was adjusted is another one."""
    return all(row.at >= one.done_at for one in adjustments if one.species in (None, row.species))


def _newest_releases(by_source: Mapping[Source, Sequence[Measurement]]) -> dict[tuple[str, str | None], str]:
    newest = {source: max(row.at for row in rows) for source, rows in by_source.items()}
    ordered = sorted(newest, key=lambda source: (newest[source], source.release))
    return {(source.id, source.species): source.release for source in ordered if source.method == PHONE}


def _drawn(tx: Session, sample_ids: Iterable[str]) -> dict[str, tuple[str, float | None]]:
    """Return how each sample came to the laboratory, and for how many it stands."""
    ids, found = list(sample_ids), dict[str, tuple[str, float | None]]()
    for start in range(0, len(ids), AT_ONCE):
        query = select(RetainedSample.sample_id, SentSample.reason, func.max(SentSample.weight))
        query = query.join(SentSample, col(SentSample.retained_id) == RetainedSample.id)
        query = query.where(col(RetainedSample.sample_id).in_(ids[start : start + AT_ONCE]))
        for sample, reason, weight in tx.exec(query.group_by(RetainedSample.sample_id, SentSample.reason)):
            if reason == "random":
                found[sample] = (RANDOM, weight or 1.0)
            elif found.get(sample, (CHOSEN,))[0] == CHOSEN:
                found[sample] = (RANDOM, 1.0) if reason == "all" else (CHOSEN, None)
    return found


def _pairs(
    tx: Session, source: Source, rows: Sequence[Measurement], lab_of: Mapping[str, Sequence[Measurement]],
    drawn: Mapping[str, tuple[str, float | None]],
) -> Pairs | None:  # fmt: skip
    """Return None where units, bases or nitrogen factors are several: nothing is guessed."""
    by_sample: dict[str, list[Measurement]] = defaultdict(list)
    for row in rows:
        by_sample[row.sample_id or ""].append(row)
    lab = [row for sample in by_sample for row in lab_of[sample]]
    of_lab = {(row.unit, row.basis) for row in lab}
    if len(of_lab) != 1 or len({row.nitrogen_factor for row in lab if row.nitrogen_factor}) > 1:
        return None
    ((unit, basis),) = of_lab
    tests = _on_basis(tx, rows, basis)
    if tests is None or {row.unit for row in rows} != {unit}:
        return None
    found = []
    for sample, own in by_sample.items():
        reference = lab_of[sample]
        sampling, weight = drawn.get(sample, (UNKNOWN, None))
        found.append(
            Pair(
                sample,
                fmean(tests[id(row)] for row in own),
                fmean(row.value for row in reference),
                max(row.at for row in own),
                max(row.at for row in reference),
                sampling,
                weight,
            )
        )
    found.sort(key=lambda pair: (pair.lab_at, pair.sample_id))
    return Pairs(source, unit, basis, tuple(sorted({row.source for row in lab})), tuple(found))


def _on_basis(tx: Session, rows: Sequence[Measurement], basis: str | None) -> dict[int, float] | None:
    """Return the values on the laboratory's basis, by the row's identity. A protein as is is brought to dry
    matter by the moisture of its own reading, as an assessment does it."""
    if {row.basis for row in rows} == {basis}:
        return {id(row): row.value for row in rows}
    as_is, dry = Basis.AS_IS.value, Basis.DRY_MATTER.value
    if basis != dry or {(row.analyte, row.basis) for row in rows} != {(Analyte.PROTEIN.value, as_is)}:
        return None
    beside = _moistures(tx, [row.source_id for row in rows])
    if not all(row.source_id in beside for row in rows):
        return None
    return {
        id(row): protein_dm(ProteinAsIs(row.value), MoisturePercent(beside[row.source_id])) for row in rows
    }


def _moistures(tx: Session, readings: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for start in range(0, len(readings), AT_ONCE):
        query = select(Measurement.source_id, Measurement.value)
        query = query.where(col(Measurement.source_id).in_(readings[start : start + AT_ONCE]))
        found |= dict(tx.exec(query.where(Measurement.analyte == Analyte.MOISTURE.value)).all())
    return found
