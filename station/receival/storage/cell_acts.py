"""What is done with the grain of a cell, or with the empty cell: drying, cleaning, ventilation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from drivers.reading import UNIT_OF, Analyte, Value
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.drying import Dried, dry
from station.grain.past import EMPTY_KG
from station.grain.reasons import Reason
from station.receival.deciding import proposals
from station.receival.packs.pack_standing import pack_in_force
from station.receival.storage import cells
from station.receival.storage.asked_of_cells import (
    Answer,
    check_answered,
    check_coming,
    check_dried,
    check_leaving,
    check_waste,
)
from station.receival.storage.joining import check_joining
from station.receival.storage.movements import NOTHING_SAID, find_cell, movement, record
from station.store.tables import Cell, CellMovement


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of any of these acts."""

    reason: str = ""
    paper_number: str = ""
    despite_kg: float | None = None

    @property
    def answer(self) -> Answer:
        return Answer(self.despite_kg, self.reason)


@dataclass(frozen=True, slots=True)
class Drying:
    """`kg` go in at one moisture and come out at another (percent), into `to_cell` or back where they were;
    `measured_kg` is what the scale said of that."""

    kg: float
    moisture_from: float
    moisture_to: float
    measured_kg: float | None = None
    to_cell: str | None = None


def clean_grain(
    desk: Desk, cell: str, waste_kg: float, measured: Mapping[Analyte, float], said: Said, actor: Actor,
    at: datetime,
) -> CellMovement:  # fmt: skip
    """Records that the grain of a cell was cleaned: the waste leaves, and what was measured afterwards
    (impurities, broken) is what the cell holds now. Raises what `check_leaving`, `check_waste` and
    `check_answered` raise."""
    with desk.ledger.write() as tx:
        cleaned = find_cell(tx, cell)
        known = cells.last_movement(tx, cell)
        asked = check_leaving(cleaned, known, waste_kg) + check_waste(cleaned, known, waste_kg)
        despite = check_answered(asked, waste_kg, said.answer)
        act = {"waste_kg": waste_kg, "after": _values(measured)}
        row = _row(desk, cell, "grain_cleaning", -waste_kg, act, said, actor, at)
        cells.move(tx, row)
        record(tx, "grain_cleaned", row, actor, act=act, despite=despite)
        proposals.propose_open_loads(tx, desk, at)
    return row


def dry_grain(
    desk: Desk, cell: str, drying: Drying, said: Said, actor: Actor, at: datetime
) -> tuple[CellMovement, ...]:
    """Records a drying: of one cell in one movement, into another one in two. The water that leaves follows
    from the dry matter, which stays; what the scale misses beside it is freinte.

    Raises Invalid(drying_wrong, more_came_out), what a transfer raises for the cells, and what `check_dried`
    raises."""
    if drying.measured_kg is not None and drying.measured_kg > drying.kg:
        raise Invalid(Fault.MORE_CAME_OUT, moved_kg=drying.kg, measured_kg=drying.measured_kg)
    try:
        dried = dry(drying.kg, drying.moisture_from, drying.moisture_to, drying.measured_kg)
    except ValueError as error:
        raise Invalid(
            Fault.DRYING_WRONG, moisture_from=drying.moisture_from, moisture_to=drying.moisture_to
        ) from error  # fmt: skip
    with desk.ledger.write() as tx:
        source = find_cell(tx, cell)
        target = find_cell(tx, drying.to_cell or cell)
        known = cells.last_movement(tx, source.id)
        before = cells.last_movement(tx, target.id)
        asked = check_joining(source, cells.grain_of(source, known), target, before, actor)
        asked += _asked_of_drying(tx, source, target, known, dried, at)
        despite = check_answered(asked, dried.kg_in, said.answer)
        rows = _dried(tx, desk, source, target, dried, known, said, actor, at)
        record(tx, "grain_dried", rows[0], actor, to_cell=target.id, act=dried.as_dict(), despite=despite)
        proposals.propose_open_loads(tx, desk, at)
    return rows


def ventilate(
    desk: Desk, cell: str, hours: float, celsius: float | None, said: Said, actor: Actor, at: datetime
) -> CellMovement:
    """Records that a cell was ventilated for so long; `celsius` is its grain's temperature afterwards."""
    with desk.ledger.write() as tx:
        find_cell(tx, cell)
        after = {} if celsius is None else _values({Analyte("temperature"): celsius})
        act = {"hours": hours, "celsius": celsius, "after": after}
        row = _row(desk, cell, "ventilation", 0.0, act, said, actor, at)
        cells.move(tx, row)
        record(tx, "cell_ventilated", row, actor, act=act)
        proposals.propose_open_loads(tx, desk, at)
    return row


def clean_cell(desk: Desk, cell: str, said: Said, actor: Actor, at: datetime) -> CellMovement:
    """Records that an empty cell was cleaned: what the book still had in it is gone, and with it all that
    kept other grain out. Raises Conflict(cell_not_empty)."""
    with desk.ledger.write() as tx:
        known = cells.last_movement(tx, find_cell(tx, cell).id)
        content_kg = known.content_kg if known else 0.0
        if abs(content_kg) > EMPTY_KG:
            raise Conflict(Fault.CELL_NOT_EMPTY, cell=cell, content_kg=content_kg)
        row = _row(desk, cell, "cell_cleaning", -content_kg, {"cleaned": True}, said, actor, at)
        cells.move(tx, row)
        record(tx, "cell_cleaned", row, actor, was=cells.standing_of(known).as_dict())
        proposals.propose_open_loads(tx, desk, at)
    return row


def _dried(
    tx: Session, desk: Desk, source: Cell, target: Cell, dried: Dried, known: CellMovement | None, said: Said,
    actor: Actor, at: datetime,
) -> tuple[CellMovement, ...]:  # fmt: skip
    if source.id == target.id:
        act = {**dried.as_dict(), "dried_here_kg": dried.kg_in}
        row = _row(desk, source.id, "drying", dried.kg_out - dried.kg_in, act, said, actor, at)
        row.values = _values_dried(known, dried)
        return (cells.move(tx, row),)
    leaving = _row(desk, source.id, "drying", -dried.kg_in, dried.as_dict(), said, actor, at)
    coming = _row(desk, target.id, "drying", dried.kg_out, dried.as_dict(), said, actor, at)
    leaving.transfer_id = coming.transfer_id = leaving.id
    leaving.values, coming.values = cells.part_of(known, dried.kg_in), _values_dried(known, dried)
    leaving.grain = coming.grain = cells.grain_of(source, known).as_dict()
    return cells.move(tx, leaving), cells.move(tx, coming)


def _asked_of_drying(
    tx: Session, source: Cell, target: Cell, known: CellMovement | None, dried: Dried, at: datetime
) -> list[Reason]:
    asked = check_leaving(source, known, dried.kg_in)
    if target.id != source.id:
        asked += check_coming(tx, target, cells.last_movement(tx, target.id), dried.kg_out)
    pack = pack_in_force(tx, at, species=source.species)
    return asked + check_dried(source, known, dried, pack.uncertainty if pack else {})


def _values_dried(known: CellMovement | None, dried: Dried) -> dict[str, Any]:
    """What came out: the same grain at another moisture, known of the same share of it."""
    share = dried.kg_out / dried.kg_in
    values = {
        name: {**one, "known_t": one["known_t"] * share}
        for name, one in cells.part_of(known, dried.kg_in).items()
    }
    (moisture,) = _values({Analyte.MOISTURE: dried.moisture_to}).values()
    return {**values, Analyte.MOISTURE.value: {**moisture, "known_t": dried.kg_out / 1000}}


def _values(measured: Mapping[Analyte, float]) -> dict[str, Any]:
    return {
        analyte.value: Value(value, UNIT_OF[analyte], None).as_dict() for analyte, value in measured.items()
    }


def _row(
    desk: Desk, cell: str, kind: str, kg: float, act: dict[str, Any], said: Said, actor: Actor, at: datetime
) -> CellMovement:
    row = movement(desk, cell, kind, kg, said.reason, said.paper_number, NOTHING_SAID, actor, at)
    row.act = act
    return row
