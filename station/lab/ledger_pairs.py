"""The samples of a comparison out of the ledger's flat record. Values on different bases are refused, nothing
is converted; whether a share is by count or by mass is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from station.lab.pairs import PairsError, PairTable
from station.lab.samples import Columns, Samples, samples_of

Row = Mapping[str, Any]
METHODS = ("phone", "machine", "lab", "customer")
GROUPS = ("phone", "instrument", "variety")
BY_COUNT, BY_MASS, BY_ESTIMATED_MASS = "by_count", "by_mass", "by_estimated_mass"
_SHARES = (BY_COUNT, BY_MASS, BY_ESTIMATED_MASS)
_SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Asked:
    """`third` None: two methods. `basis`: only values on it. `by_mass`: a photo's share by estimated mass in
    the place of its count."""

    analyte: str
    test: str
    reference: str
    third: str | None = None
    group: str | None = None
    basis: str | None = None
    by_mass: bool = False

    @property
    def methods(self) -> list[str]:
        return list(dict.fromkeys(name for name in (self.test, self.reference, self.third) if name))


@dataclass(frozen=True, slots=True)
class Values:
    """What the values of a comparison are: `basis` by method. `limits_left_out` counts values such as
    "< 200"."""

    analyte: str
    unit: str
    basis: dict[str, str | None]
    nitrogen_factor: float | None
    limits_left_out: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def moisture_basis(self) -> str | None:
        return next((basis for basis in self.basis.values() if basis not in _SHARES), None)

    @property
    def shares(self) -> dict[str, str]:
        return {method: basis for method, basis in self.basis.items() if basis in _SHARES}


def ledger_pairs(rows: Iterable[Row], asked: Asked) -> tuple[Samples, Values, list[str]]:
    """Return the samples that both methods measured, what their values are, and the barcodes by the samples'
    `lines`. Raises PairsError: no_samples, bases_differ, nitrogen_factors_differ, units_differ."""
    known = [row for row in map(_asked_value(asked), _once(rows)) if row is not None]
    limits = sum(bool(row["comparator"]) for row in known)
    by_sample: dict[str, list[Row]] = {}
    for row in known:
        if not row["comparator"]:
            by_sample.setdefault(row["sample_id"], []).append(row)
    compared = [some for some in by_sample.values() if _has_both(some, asked)]
    used = [row for some in compared for row in some]
    if not used:
        raise PairsError("no_samples", analyte=asked.analyte, test=asked.test, reference=asked.reference)
    values = _values(used, asked, limits)
    columns = Columns(asked.test, asked.reference, asked.third, asked.group, _SAMPLE)
    return samples_of(_table(compared, asked), columns), values, [row["barcode"] for row in used]


def _once(rows: Iterable[Row]) -> list[Row]:
    """Pages of a list repeat what stands beside several of their rows."""
    found = {(row["source_id"], row["method"], row["replicate"]): row for row in rows}
    return list(found.values())


def _asked_value(asked: Asked) -> Any:
    def value(row: Row) -> Row | None:
        basis = row["basis"]
        if asked.by_mass and basis == BY_COUNT:
            if row["mass_value"] is None:
                return None
            return {**row, "value": row["mass_value"], "basis": BY_ESTIMATED_MASS}
        is_on_it = asked.basis in (None, basis) or basis in _SHARES
        return row if row["method"] in asked.methods and is_on_it else None

    return value


def _has_both(rows: Sequence[Row], asked: Asked) -> bool:
    return {asked.test, asked.reference} <= {row["method"] for row in rows}


def _values(used: Sequence[Row], asked: Asked, limits: int) -> Values:
    bases = {method: _told(used, method, "basis") for method in asked.methods}
    moisture = {basis for found in bases.values() for basis in found if basis not in _SHARES}
    if len(moisture) > 1:
        raise PairsError("bases_differ", bases={method: sorted(map(str, of)) for method, of in bases.items()})
    units = sorted({row["unit"] for row in used})
    if len(units) > 1:
        raise PairsError("units_differ", units=units)
    factors = sorted({row["nitrogen_factor"] for row in used if row["nitrogen_factor"] is not None})
    if len(factors) > 1:
        raise PairsError("nitrogen_factors_differ", factors=factors)
    basis = {method: next(iter(found), None) for method, found in bases.items()}
    return Values(asked.analyte, units[0], basis, factors[0] if factors else None, limits)


def _told(used: Sequence[Row], method: str, what: str) -> set[Any]:
    return {row[what] for row in used if row["method"] == method}


def _table(compared: Sequence[Sequence[Row]], asked: Asked) -> PairTable:
    used = [row for rows in compared for row in rows]
    numbers: dict[str, list[float | None]] = {
        method: [row["value"] if row["method"] == method else None for row in used]
        for method in asked.methods
    }
    texts = {_SAMPLE: [row["sample_id"] for row in used]}
    if asked.group:
        texts[asked.group] = [label for rows in compared for label in [_label(rows, asked)] * len(rows)]
    return PairTable(numbers, texts, list(range(len(used))))


def _label(rows: Sequence[Row], asked: Asked) -> str:
    """Return the group of a sample: its variety, or the first phone or instrument that saw it."""
    if asked.group == "variety":
        return next((row["variety"] for row in rows if row["variety"]), "")
    method = "phone" if asked.group == "phone" else "machine"
    return next((row["source"] for row in rows if row["method"] == method), "")
