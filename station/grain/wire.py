"""Read the CELLS and SAMPLE files of `silo route`: JSON text in, checked values out."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drivers.reading import PLAUSIBLE, Analyte, Basis
from station.grain.cells import CellState, Facts, Measured
from station.grain.identifiers import CellRole, Species
from station.grain.units import BASIS_MATTERS

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[Number, Field(ge=0.0)]
Text = Annotated[str, Field(min_length=1)]


class WireError(Exception):
    """The file does not say what it must. `where` is the path of the key ("cells[2].capacity_t")."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem


class _Object(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_T = TypeVar("_T", bound=_Object)


class _Measured(_Object):
    value: Number | None
    u: Amount | None = None
    basis: Basis | None = None


class _Cell(_Object):
    id: Text
    pits: list[Text]
    species: Species | None = None
    grade: Text | None = None
    capacity_t: Amount
    content_t: Number = 0.0  # a balance: what left may exceed an opening content that was estimated
    reserved_t: Amount = 0.0
    content: dict[Analyte, _Measured] = {}
    claims: list[Text] = []
    open: Annotated[bool, Field(strict=True)] = True
    role: CellRole = "normal"


class _Cells(_Object):
    cells: list[_Cell]


class _Sample(_Object):
    species: Species
    claims: list[Text] = []
    load_t: Annotated[Number, Field(gt=0.0)] | None = None
    values: dict[Analyte, _Measured] = {}
    declared: dict[Analyte, _Measured] = {}
    adverse: list[Text] = []


def read_cells(text: str | bytes) -> tuple[CellState, ...]:
    """Read the cells of a CELLS file. Protein and oil of a cell's content are on dry matter unless they say
    otherwise. Raises WireError for the first problem found."""
    cells = _parsed(_Cells, text).cells
    seen: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if cell.id in seen:
            raise WireError(f"cells[{index}].id", f"{cell.id!r} is already the id of cells[{seen[cell.id]}]")
        seen[cell.id] = index
    return tuple(_cell(cell, f"cells[{index}]") for index, cell in enumerate(cells))


def read_facts(text: str | bytes) -> Facts:
    """Read the load of a SAMPLE file. A value of null was measured badly; an absent analyte was not measured.
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
    )


def _parsed(model: type[_T], text: str | bytes) -> _T:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise WireError(_where(first["loc"]), first["msg"]) from error


def _where(loc: tuple[int | str, ...]) -> str:
    """Write a path as a person does: ("cells", 2, "id") -> "cells[2].id"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _cell(cell: _Cell, where: str) -> CellState:
    content = _measured(cell.content, f"{where}.content")
    return CellState(
        id=cell.id,
        pits=tuple(cell.pits),
        species=cell.species.value if cell.species else None,
        grade=cell.grade,
        capacity_t=cell.capacity_t,
        content_t=cell.content_t,
        reserved_t=cell.reserved_t,
        content={analyte: _content(analyte, measured) for analyte, measured in content.items()},
        claims=frozenset(cell.claims),
        open=cell.open,
        role=cell.role,
    )


def _content(analyte: Analyte, measured: Measured) -> Measured:
    if analyte in BASIS_MATTERS and measured.basis is None:
        return Measured(measured.value, measured.u, Basis.DRY_MATTER)
    return measured


def _measured(values: dict[Analyte, _Measured], where: str) -> dict[Analyte, Measured]:
    out: dict[Analyte, Measured] = {}
    for analyte, measured in values.items():
        if measured.value is None:
            continue
        low, high = PLAUSIBLE[analyte]
        if not low <= measured.value <= high:
            raise WireError(f"{where}.{analyte}.value", f"{measured.value} is outside {low} to {high}")
        out[analyte] = Measured(measured.value, measured.u, measured.basis)
    return out


def cells_as_dict(cells: Sequence[CellState]) -> dict[str, Any]:
    """Return what `read_cells` reads back as equal cells."""
    return {
        "cells": [
            {
                "id": cell.id,
                "pits": list(cell.pits),
                "species": cell.species,
                "grade": cell.grade,
                "capacity_t": cell.capacity_t,
                "content_t": cell.content_t,
                "reserved_t": cell.reserved_t,
                "content": _measured_dicts(cell.content),
                "claims": sorted(cell.claims),
                "open": cell.open,
                "role": cell.role,
            }
            for cell in cells
        ]
    }


def facts_as_dict(facts: Facts) -> dict[str, Any]:
    """Return what `read_facts` reads back as equal facts."""
    badly: dict[str, Any] = {analyte.value: {"value": None} for analyte in facts.badly}
    return {
        "species": facts.species,
        "claims": sorted(facts.claims),
        "load_t": facts.load_t,
        "values": {**badly, **_measured_dicts(facts.values)},
        "declared": _measured_dicts(facts.declared),
        "adverse": list(facts.adverse),
    }


def _measured_dicts(values: Mapping[Analyte, Measured]) -> dict[str, Any]:
    return {
        analyte.value: {"value": m.value, "u": m.u, "basis": m.basis.value if m.basis else None}
        for analyte, m in values.items()
    }
