"""The CELLS and SAMPLE files of `silo route`: JSON text in, checked values out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drivers.reading import PLAUSIBLE, Analyte, Basis, needs_basis
from station.grain.cells import CellState, Delivered, Facts, Measured, NotNegative
from station.grain.identifiers import Species
from station.grain.reasons import Reason
from station.grain.rules.problems import SENTENCES
from station.grain.rules.reading import LONGEST_INPUT


class WireError(Exception):
    """The file does not say what it must. `where` is the path of the key ("cells[2].capacity_t"), `code` a
    problem of a rule pack (`station.grain.rules.problems.SENTENCES`) or what pydantic calls it."""

    def __init__(self, where: str, problem: str, code: str, params: Mapping[str, Any]) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem
        self.code = code
        self.params = params


class _File(BaseModel):
    """Whatever is read within one is read as strictly: no unknown key, no text for a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, str_min_length=1)


_T = TypeVar("_T", bound=_File)


class _Cells(_File):
    cells: list[CellState]


class _SampleValue(_File):
    value: float | None
    u: NotNegative | None = None
    basis: Basis | None = None
    shared: dict[str, NotNegative] = {}


class _Delivered(_File):
    load_t: Annotated[float, Field(gt=0.0, le=1e6)]
    values: dict[Analyte, _SampleValue]


class _Sample(_File):
    species: Species
    claims: list[str] = []
    load_t: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    values: dict[Analyte, _SampleValue] = {}
    declared: dict[Analyte, _SampleValue] = {}
    adverse: list[str] = []
    waived: list[Analyte] = []
    expected: dict[Analyte, _SampleValue] = {}
    uncertified: list[str] = []
    questions: list[Reason] = []
    never_blend: bool = False
    delivered: list[_Delivered] = []


def read_cells(text: str | bytes) -> tuple[CellState, ...]:
    """The cells of a CELLS file. Protein and oil of a cell's content are on dry matter unless they say
    otherwise. Raises WireError for the first problem found."""
    cells = _parsed(_Cells, text).cells
    seen: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if cell.id in seen:
            told = {"id": cell.id, "first": f"cells[{seen[cell.id]}]"}
            raise _wrong(f"cells[{index}].id", "id_twice", told)
        seen[cell.id] = index
    return tuple(
        replace(
            cell,
            content=_content(cell.content, f"cells[{index}].content"),
            reserved=_content(cell.reserved, f"cells[{index}].reserved"),
        )
        for index, cell in enumerate(cells)
    )


def read_facts(text: str | bytes) -> Facts:
    """The load of a SAMPLE file. A value of null was measured badly; an absent analyte was not measured.
    Raises WireError for the first problem found."""
    sample = _parsed(_Sample, text)
    return Facts(
        species=sample.species.value,
        claims=frozenset(sample.claims),
        load_t=sample.load_t,
        values=_measured(sample.values, "values"),
        declared=_measured(sample.declared, "declared"),
        badly=tuple(analyte for analyte, m in sample.values.items() if m.value is None),
        adverse=tuple(sample.adverse),
        waived=tuple(sample.waived),
        expected=_measured(sample.expected, "expected"),
        uncertified=frozenset(sample.uncertified),
        questions=tuple(sample.questions),
        never_blend=sample.never_blend,
        delivered=tuple(
            Delivered(one.load_t, _measured(one.values, f"delivered[{index}].values"))
            for index, one in enumerate(sample.delivered)
        ),
    )


def _parsed(model: type[_T], text: str | bytes) -> _T:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        is_unknown_key = first["type"] == "unexpected_keyword_argument"
        problem = "Extra inputs are not permitted" if is_unknown_key else first["msg"]
        params = {**first.get("ctx", {}), "input": repr(first["input"])[:LONGEST_INPUT]}
        raise WireError(_where(first["loc"]), problem, first["type"], params) from error


def _wrong(where: str, code: str, params: Mapping[str, Any]) -> WireError:
    return WireError(where, SENTENCES[code].format(**params), code, params)


def _where(loc: tuple[int | str, ...]) -> str:
    """("cells", 2, "id") -> "cells[2].id"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _content(stated: Mapping[Analyte, Measured], where: str) -> dict[Analyte, Measured]:
    content = _measured(stated, where)
    for analyte in list(content):
        if needs_basis(analyte) and content[analyte].basis is None:
            content[analyte] = replace(content[analyte], basis=Basis.DRY_MATTER)
    return content


def _measured(
    values: Mapping[Analyte, _SampleValue] | Mapping[Analyte, Measured], where: str
) -> dict[Analyte, Measured]:
    out: dict[Analyte, Measured] = {}
    for analyte, measured in values.items():
        if measured.value is None:
            continue
        low, high = PLAUSIBLE[analyte]
        if not low <= measured.value <= high:
            told = {"value": measured.value, "low": low, "high": high}
            raise _wrong(f"{where}.{analyte}.value", "outside_range", told)
        out[analyte] = Measured(measured.value, measured.u, measured.basis, measured.shared)
    return out


def cells_as_dict(cells: Sequence[CellState]) -> dict[str, Any]:
    """What `read_cells` reads back as equal cells."""
    dumped: dict[str, Any] = _Cells.model_construct(cells=list(cells)).model_dump(mode="json")
    for cell in dumped["cells"]:
        cell["claims"].sort()
    return dumped


def facts_as_dict(facts: Facts) -> dict[str, Any]:
    """What `read_facts` reads back as equal facts."""
    badly: dict[str, Any] = {analyte.value: {"value": None} for analyte in facts.badly}
    return {
        "species": facts.species,
        "claims": sorted(facts.claims),
        "load_t": facts.load_t,
        "values": {**badly, **_measured_dicts(facts.values)},
        "declared": _measured_dicts(facts.declared),
        "adverse": list(facts.adverse),
        "waived": [analyte.value for analyte in facts.waived],
        **({"expected": _measured_dicts(facts.expected)} if facts.expected else {}),
        **({"uncertified": sorted(facts.uncertified)} if facts.uncertified else {}),
        **({"questions": [reason.as_dict() for reason in facts.questions]} if facts.questions else {}),
        **({"never_blend": True} if facts.never_blend else {}),
        **({"delivered": [_delivered_dict(one) for one in facts.delivered]} if facts.delivered else {}),
    }


def _delivered_dict(one: Delivered) -> dict[str, Any]:
    return {"load_t": one.load_t, "values": _measured_dicts(one.values)}


def _measured_dicts(values: Mapping[Analyte, Measured]) -> dict[str, Any]:
    return {
        analyte.value: {"value": m.value, "u": m.u, "basis": m.basis.value if m.basis else None}
        | ({"shared": dict(m.shared)} if m.shared else {})
        for analyte, m in values.items()
    }
