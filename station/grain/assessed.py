"""Evidence of a sample, and what an assessment makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from drivers.reading import Analyte, Basis, Flag, Unit, Value
from station.grain.reasons import Reason
from station.grain.replicates import Rule
from station.grain.units import known

Kind = Literal["instrument", "photo"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Holds one reading paired to the sample. `typed_by` names the person who typed it, else `instrument` the
    port that it came from and `source` the instrument itself. `remarks`: why it should be looked at twice;
    `uncertainty`: the standard uncertainty of the instrument per analyte, where known; `legal_for`: the
    analytes of which its value is the legal one."""

    reading_id: str
    instrument: str | None
    typed_by: str | None
    at: datetime
    values: Mapping[Analyte, Value]
    flags: frozenset[Flag] = frozenset()
    remarks: tuple[Reason, ...] = ()
    uncertainty: Mapping[Analyte, float] = field(default_factory=dict)
    source: str | None = None
    legal_for: frozenset[Analyte] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """Says what one source brought to a value: its own value, and the `weight` (0 to 1) of it. `name` is the
    instrument's port, or the phone and model of a photo; `ids` are the readings, or the captures."""

    kind: Kind
    name: str
    value: float
    u: float
    weight: float
    ids: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, of which `from_dict` makes an equal part."""
        return {
            "kind": self.kind, "name": self.name, "value": self.value, "u": self.u, "weight": self.weight,
            "ids": list(self.ids),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Part":
        return cls(**{**stored, "ids": tuple(stored["ids"])})


@dataclass(frozen=True, slots=True)
class Result:
    """Holds the value used for one analyte. `u` is its standard uncertainty, None while unknown. The value is
    made of `replicates` (readings, in time order) by `rule`; `reading_id` is the last of them. `raw` is what
    it is without corrections and before it was combined, None where that is the same. `shared`: as of
    `Measured`. `parts`: what was combined, or the photos where no instrument measured it."""

    analyte: Analyte
    value: float
    unit: Unit
    basis: Basis | None
    u: float | None
    reading_id: str
    instrument: str | None
    typed_by: str | None
    rule: Rule = "single"
    replicates: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    raw: float | None = None
    shared: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    @property
    def by_photo(self) -> bool:
        """Tell whether nothing but photos gave the value."""
        return bool(self.parts) and all(part.kind == "photo" for part in self.parts)

    @property
    def measured(self) -> float:
        """Return what was measured, whatever is judged."""
        return self.value if self.raw is None else self.raw


@dataclass(frozen=True, slots=True)
class Assessment:
    """Tells what is known of a sample. `badly`: measured, but without a valid value. `others`: ids of the
    readings not used, per analyte."""

    results: Mapping[Analyte, Result] = field(default_factory=dict)
    badly: tuple[Analyte, ...] = ()
    others: Mapping[Analyte, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, of which `from_dict` makes an equal assessment."""
        return {
            "results": {analyte.value: _result_dict(r) for analyte, r in self.results.items()},
            "badly": [analyte.value for analyte in self.badly],
            "others": {analyte.value: list(ids) for analyte, ids in self.others.items()},
            "reasons": [reason.as_dict() for reason in self.reasons],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Assessment":
        """Make an assessment of what `as_dict` returned. Raises KeyError or ValueError for anything else."""
        return cls(
            results={Analyte(name): _result(Analyte(name), r) for name, r in stored["results"].items()},
            badly=tuple(Analyte(name) for name in stored["badly"]),
            others={Analyte(name): tuple(ids) for name, ids in stored["others"].items()},
            reasons=tuple(Reason.from_dict(reason) for reason in stored["reasons"]),
        )


def _result_dict(result: Result) -> dict[str, Any]:
    return {
        "value": result.value,
        "unit": result.unit.value,
        "basis": result.basis.value if result.basis else None,
        "u": None if result.u is None else known(result.u),
        "reading_id": result.reading_id,
        "instrument": result.instrument,
        "typed_by": result.typed_by,
        "rule": result.rule,
        "replicates": list(result.replicates),
        "reasons": [reason.as_dict() for reason in result.reasons],
        **({} if result.raw is None else {"raw": result.raw}),
        **({"shared": {name: known(u) for name, u in result.shared.items()}} if result.shared else {}),
        **({"parts": [part.as_dict() for part in result.parts]} if result.parts else {}),
    }


def _result(analyte: Analyte, stored: Mapping[str, Any]) -> Result:
    return Result(
        analyte=analyte,
        value=stored["value"],
        unit=Unit(stored["unit"]),
        basis=Basis(stored["basis"]) if stored["basis"] else None,
        u=stored["u"],
        reading_id=stored["reading_id"],
        instrument=stored["instrument"],
        typed_by=stored["typed_by"],
        rule=stored["rule"],
        replicates=tuple(stored["replicates"]),
        reasons=tuple(Reason.from_dict(reason) for reason in stored["reasons"]),
        raw=stored.get("raw"),
        shared=stored.get("shared", {}),
        parts=tuple(Part.from_dict(part) for part in stored.get("parts", ())),
    )
