"""The buyer's analysis stands beside what left, on the limit's basis."""

from station.receival.leaving.passport import Passport, passport
from station.receival.storage import movements
from station.store.ids import new_id
from station.store.tables import CellMovement, LabResult
from tests.silo_rig import ANNE, Silo


def sell(silo: Silo) -> CellMovement:
    return movements.move_out(silo.desk, "c1", 25_000, "sale", "BL-1", ANNE, silo.clock())


def found_by_buyer(
    silo: Silo, row: CellMovement, basis: str | None, value: float, comparator: str = ""
) -> None:
    at = silo.clock()
    with silo.desk.ledger.write() as tx:
        result = LabResult(
            id=new_id(at), movement_id=row.id, party="customer", analyte="protein", value=value, unit="%",
            basis=basis, comparator=comparator, laboratory="Moulin", received_at=at, at=at, by="anne",
        )  # fmt: skip
        tx.add(result)


def read(silo: Silo, row: CellMovement, grade: str | None = None) -> Passport:
    with silo.desk.ledger.read() as tx:
        return passport(tx, row.id, grade, None)


def test_what_the_buyer_found_on_the_limits_basis_is_compared(silo: Silo) -> None:
    row = sell(silo)
    found_by_buyer(silo, row, "dm", 11.1)
    (protein,) = (one for one in read(silo, row).lines if one.analyte == "protein")
    assert (protein.value, protein.found, protein.difference) == (11.6, 11.1, -0.5)


def test_a_value_on_another_basis_or_a_limit_is_not(silo: Silo) -> None:
    row = sell(silo)
    found_by_buyer(silo, row, "as_is", 9.8)
    found_by_buyer(silo, row, "dm", 12.0, "<")
    assert {one.found for one in read(silo, row).lines} == {None}


def test_a_lot_that_misses_its_grade_says_so(silo: Silo) -> None:
    row = sell(silo)
    with silo.desk.ledger.write() as tx:
        gone = tx.get_one(CellMovement, row.id)
        gone.values = {**gone.values, "protein": {**gone.values["protein"], "value": 9.0}}
    assert read(silo, row).p < 0.5
