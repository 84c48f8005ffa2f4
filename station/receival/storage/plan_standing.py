"""Which storage plan holds for each cell."""

from sqlmodel import Session, col, select

from station.store.tables import Cell, StoragePlan


def in_force(tx: Session) -> dict[str, StoragePlan]:
    """By cell: the newest plan of a person, else the newest of the site file."""
    found: dict[str, StoragePlan] = {}
    for row in tx.exec(select(StoragePlan).order_by(col(StoragePlan.seq))):
        before = found.get(row.cell_id)
        if row.by is not None or before is None or before.by is None:
            found[row.cell_id] = row
    return found


def follow(tx: Session) -> None:
    """Give each cell what its plan says."""
    for cell_id, row in in_force(tx).items():
        cell = tx.get(Cell, cell_id)
        if cell is not None:
            apply(tx, cell, row)
    tx.flush()


def apply(tx: Session, cell: Cell, row: StoragePlan) -> None:
    cell.species, cell.grade, cell.claims = row.species, row.grade, list(row.claims)
    cell.target_kg = row.target_kg
    tx.add(cell)
