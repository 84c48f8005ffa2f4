"""The samples of a comparison: one value of each method for each, from rows that may repeat a sample."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from station.lab.pairs import PairsError, PairTable
from station.lab.statistics.values import Values


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a file are compared; `sample` names the sample that rows repeat, where they do."""

    test: str
    reference: str
    third: str | None = None
    group: str | None = None
    sample: str | None = None

    @property
    def numeric(self) -> list[str]:
        return list(dict.fromkeys(name for name in (self.test, self.reference, self.third) if name))

    @property
    def textual(self) -> list[str]:
        return list(dict.fromkeys(name for name in (self.group, self.sample) if name))


SAMPLE_NAMES = (
    "sample",
    "sample_id",
    "sample id",
    "barcode",
    "item",
    "id",
    "échantillon",
    "echantillon",
    "lot",
)


def sample_column(header: Sequence[str], columns: Columns) -> str:
    """Return the column that names the sample: by a usual name, else the first that is used for nothing
    else."""
    used = {name.strip().casefold() for name in (*columns.numeric, *columns.textual)}
    free = [name for name in header if name and name.casefold() not in used]
    if not free:
        raise PairsError("no_sample_column")
    named = [name for usual in SAMPLE_NAMES for name in free if name.casefold() == usual]
    return (named or free)[0]


@dataclass(frozen=True, slots=True)
class Samples:
    """Values by sample, shapes (n,): means where a sample was read repeatedly. `tests` and `references` hold
    the single readings of each sample; `third` is nan where it has none; `lines` are where samples begin;
    `left_out` counts rows without both values."""

    columns: Columns
    test: Values
    reference: Values
    third: Values | None
    tests: Sequence[Values]
    references: Sequence[Values]
    groups: tuple[str, ...] | None
    lines: tuple[int, ...]
    left_out: int

    def complete(self) -> Values:
        """Return the samples that all three methods read, shape (m, 3)."""
        if self.third is None:
            return np.empty((0, 3))
        x = np.column_stack([self.test, self.reference, self.third])
        return x[~np.isnan(self.third)]


def samples_of(table: PairTable, columns: Columns) -> Samples:
    """Return the samples; raise PairsError where no row, or no sample, has both values."""
    test, reference = (_array(table.numbers[name]) for name in (columns.test, columns.reference))
    third = _array(table.numbers[columns.third]) if columns.third else None
    labels = table.texts[columns.group] if columns.group else None
    if columns.sample is not None:
        return _repeated(table, columns, test, reference, third, labels)
    rows = np.flatnonzero(~np.isnan(test) & ~np.isnan(reference))
    if not rows.size:
        raise PairsError("no_pairs", test=columns.test, reference=columns.reference)
    return Samples(
        columns, test[rows], reference[rows], None if third is None else third[rows], (), (),
        None if labels is None else tuple(labels[i] for i in rows),
        tuple(table.lines[i] for i in rows), test.size - rows.size,
    )  # fmt: skip


def _repeated(
    table: PairTable, columns: Columns, test: Values, reference: Values, third: Values | None,
    labels: list[str] | None,
) -> Samples:  # fmt: skip
    """Return samples of rows that repeat them; a sample is in the group of its first row."""
    named = _rows_of(table.texts[columns.sample or ""])
    read = [[] if column is None else column.tolist() for column in (test, reference, third)]
    told = [(rows, [_values(column, rows) for column in read]) for rows in named]
    both = [(rows, values) for rows, values in told if values[0] and values[1]]
    if not both:
        raise PairsError("no_pairs", test=columns.test, reference=columns.reference)
    tests, references, thirds = ([values[place] for _, values in both] for place in range(3))
    return Samples(
        columns, _means(tests), _means(references), None if third is None else _means(thirds),
        [np.array(some) for some in tests], [np.array(some) for some in references],
        None if labels is None else tuple(labels[rows[0]] for rows, _ in both),
        tuple(table.lines[rows[0]] for rows, _ in both), test.size - sum(len(rows) for rows, _ in both),
    )  # fmt: skip


def _array(column: list[float | None]) -> Values:
    return np.array(column, dtype=np.float64)


def _rows_of(names: list[str]) -> list[list[int]]:
    """Return the rows of each sample in the order of their first; rows without a name belong to none."""
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name:
            rows.setdefault(name, []).append(i)
    return list(rows.values())


def _values(column: list[float], rows: Sequence[int]) -> list[float]:
    """Return the numbers in these rows; there are none where there is no such column."""
    return [column[i] for i in rows if not math.isnan(column[i])] if column else []


def _means(groups: Sequence[Sequence[float]]) -> Values:
    return np.array([sum(group) / len(group) if group else np.nan for group in groups])
