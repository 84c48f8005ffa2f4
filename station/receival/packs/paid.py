"""What a load is paid by its rule pack: by the grade of the cell that its grain went to, and what its ticket
says. Before the ticket it is what is expected: the decided cell, the estimated weight, what was measured."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from drivers.reading import Analyte, Basis, is_known
from station.grain.cells import Measured
from station.grain.paying import Pay, pay_of
from station.receival.packs.pack_standing import pack_with
from station.store import queries
from station.store.batches import tickets_by_load
from station.store.tables import CellMovement, Load, Proposal


def paid(tx: Session, load: Load) -> list[Pay]:
    """Return the pay of a decided load, for each grade that its grain went to; nothing where the pack has no
    such grade, or nothing is decided."""
    decision = queries.current_decision(tx, load.id)
    row = tx.get(Proposal, decision.proposal_id) if decision else None
    pack = pack_with(tx, row.rule_pack) if row else None
    if decision is None or row is None or row.inputs is None or pack is None:
        return []
    ticket = tickets_by_load(tx, [load.id]).get(load.id)
    values = measured_values(ticket.document["values"]) if ticket else assessed_values(row.assessment)
    cells = _tipped_kg(tx, load.id) if ticket else {decision.cell: round((row.load_t or 0.0) * 1000)}
    grades = grades_of_cells(row.inputs)
    kg: dict[str, float] = {}
    for cell, part in cells.items():
        if (grade := grades.get(cell)) is not None and pack.grade(grade) is not None:
            kg[grade] = round(kg.get(grade, 0.0) + part, 3)
    return [pay_of(pack, grade, part, values) for grade, part in kg.items() if part > 0.0]


def grades_of_cells(inputs: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the grade of each cell as a decided proposal saw them."""
    return {cell["id"]: cell["grade"] for cell in inputs["cells"]["cells"]}


def assessed_values(assessment: Mapping[str, Any]) -> dict[Analyte, Measured]:
    """Return what was measured: a correction of the station moves no money."""
    results = assessment.get("results", {})
    return measured_values(
        {name: {**one, "value": one.get("raw", one["value"])} for name, one in results.items()}
    )


def measured_values(values: Mapping[str, Mapping[str, Any]]) -> dict[Analyte, Measured]:
    """Return what a paper says, as values."""
    return {
        Analyte(name): Measured(one["value"], None, Basis(one["basis"]) if one["basis"] else None)
        for name, one in values.items()
        if is_known(name) and one["value"] is not None
    }


def _tipped_kg(tx: Session, load_id: str) -> dict[str, float]:
    query = select(CellMovement.cell_id, func.sum(CellMovement.kg)).where(CellMovement.load_id == load_id)
    return dict(tx.exec(query.group_by(col(CellMovement.cell_id))).all())
