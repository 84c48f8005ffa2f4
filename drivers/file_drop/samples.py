"""The section [rows] of a file profile: several rows are one result, complete when the file ends.

[rows]
sample = ["id"]                rows with equal texts in these fields are of one sample, wherever they stand
replicates = "mean"            rows that tell the same thing again: the mean of them, the "last" one, or
                               "each" is a reading; without this key they are refused
parameter = "parameter"        one row per analyte: the field that names it,
value = "value"                the field of its value,
unit = "unit"                  and that of its unit, which becomes the field NAME_unit
optional = ["protein"]         of the fields below, those that a sample may lack
[rows.parameters]              the field that a parameter's row fills; rows of other parameters are left alone
moisture = ["Moisture", "H2O"]
protein = "Protein"

A row that cannot be read might be of any sample, so it refuses the whole file.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from drivers.file_drop.sheet import FileRefused, Row
from drivers.generic.tables import Table

Fields = Mapping[str, str]
REPLICATES = ("refuse", "mean", "last", "each")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Rows of one analyte each: `fields` maps the parameter's text, in small letters, to a field."""

    name: str
    value: str
    unit: str | None
    fields: Mapping[str, str]
    optional: frozenset[str]

    @property
    def given_fields(self) -> frozenset[str]:
        units = {f"{field}_unit" for field in self.fields.values()} if self.unit else set()
        return frozenset(self.fields.values()) | units

    def widen(self, fields: Fields) -> tuple[str, Fields] | None:
        """Return the field that the row fills, and the row as if it were one of columns; None: no such
        field."""
        field = self.fields.get(fields.get(self.name, "").lower())
        if field is None:
            return None
        own = {self.name, self.value, self.unit}
        wide = {name: text for name, text in fields.items() if name not in own}
        wide[field] = fields.get(self.value, "")
        if self.unit:
            wide[f"{field}_unit"] = fields.get(self.unit, "")
        return field, wide

    def missing(self, found: Fields) -> list[str]:
        return sorted(set(self.fields.values()) - self.optional - set(found))


@dataclass(frozen=True, slots=True)
class FileSample:
    """What the file tells of one sample: its fields, once for each time that it was measured.

    `earlier` counts the readings of the same sample before this one.
    """

    rows: tuple[int, ...]
    replicates: tuple[Fields, ...]
    problem: str | None = None
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups rows by sample; `agree` are the fields in which all rows of a sample must have the same text."""

    sample: tuple[str, ...]
    replicates: str
    parameters: Parameters | None
    agree: frozenset[str]

    def samples(self, rows: Iterable[Row]) -> Iterator[FileSample]:
        """Yield the samples in the order of their first rows. FileRefused for a row whose sample cannot be
        known."""
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            if row.problem:
                raise FileRefused(f"row {row.number}: {row.problem}")
            key = tuple(row.fields.get(name, "") for name in self.sample)
            if not all(key):
                raise FileRefused(f"row {row.number}: without {' or '.join(self.sample)}")
            groups[key].append(row)
        for group in groups.values():
            yield from self._sample(group)

    def _sample(self, rows: list[Row]) -> Iterator[FileSample]:
        numbers = tuple(row.number for row in rows)
        times = self._times(rows)
        problem = self._problem(rows, times)
        if problem or self.replicates != "each":
            yield FileSample(numbers, tuple(times), problem)
        else:
            for earlier, one in enumerate(times):
                yield FileSample(numbers, (one,), earlier=earlier)

    def _times(self, rows: list[Row]) -> list[Fields]:
        """The n-th row of each parameter, or the n-th row, is of the n-th time."""
        if self.parameters is None:
            return [row.fields for row in rows]
        times: list[dict[str, str]] = []
        seen: dict[str, int] = defaultdict(int)
        for row in rows:
            found = self.parameters.widen(row.fields)
            if found is None:
                continue
            field, wide = found
            if seen[field] == len(times):
                times.append({})
            times[seen[field]].update(wide)
            seen[field] += 1
        return list(times)

    def _problem(self, rows: list[Row], times: list[Fields]) -> str | None:
        for name in sorted(self.agree):
            texts = {text for row in rows if (text := row.fields.get(name))}
            if len(texts) > 1:
                return f"rows of one sample differ in {name}: {', '.join(sorted(texts))}"
        if self.parameters and (missing := self.parameters.missing(_all(times))):
            return f"without {', '.join(missing)}"
        if self.replicates == "refuse" and len(times) > 1:
            return "the same is told twice: [rows] replicates says what to do"
        return None


def _all(times: list[Fields]) -> Fields:
    return {name: text for one in times for name, text in one.items()}


def read_grouping(table: Table, columns: frozenset[str], agree: frozenset[str]) -> Grouping:
    """SettingError names the key. `columns` are the fields that [columns] gives."""
    sample = table.texts("sample")
    for name in sample:
        if name not in columns:
            raise table.error("sample", f"{name!r} is no field of [columns]")
    grouping = Grouping(
        sample=sample,
        replicates=table.choice("replicates", REPLICATES, "refuse"),
        parameters=_parameters(table, columns) if table.has("parameter") else None,
        agree=agree & columns,
    )
    table.refuse_unread()
    if not sample:
        raise table.error("sample", "names no field")
    return grouping


def _parameters(table: Table, columns: frozenset[str]) -> Parameters:
    name, value = (_column(table, key, columns) for key in ("parameter", "value"))
    fields: dict[str, str] = {}
    inner = table.table("parameters", required=True)
    for field in inner.keys():  # noqa: SIM118
        if field in columns:
            raise inner.error(field, "is also a field of [columns]")
        for text in inner.texts(field):
            if fields.setdefault(text.strip().lower(), field) != field:
                raise inner.error(field, f"{text!r} is also {fields[text.strip().lower()]}")
    optional = frozenset(table.texts("optional", ()))
    for field in optional - set(fields.values()):
        raise table.error("optional", f"{field!r} is no field of [rows.parameters]")
    unit = _column(table, "unit", columns) if table.has("unit") else None
    return Parameters(name, value, unit, fields, optional)


def _column(table: Table, key: str, columns: frozenset[str]) -> str:
    name = table.text(key)
    if name not in columns:
        raise table.error(key, f"{name!r} is no field of [columns]")
    return name
