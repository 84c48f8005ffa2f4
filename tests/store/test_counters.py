"""Numbers rise whatever the clock says, are never lost to a failure, and leap after a restore."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from station.receival.storage import cells
from station.store import audit, counters, ids
from station.store.tables import CellMovement, Counter, Decision, Ticket, Weighing
from tests.silo_rig import START, Silo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def restart(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets identifiers begin again with the clock, as they do in a new process."""
    return lambda: monkeypatch.setattr(ids, "_last", 0)


def test_a_load_of_a_wrong_clock_hides_no_later_one(silo: Silo, restart: Callable[[], None]) -> None:
    with silo.desk.ledger.read() as tx:
        before = {cell.id: 1000 * cell.content_t for cell in cells.states(tx)}
    silo.clock.now = datetime(2036, 1, 1, tzinfo=UTC)
    tickets = [silo.receive("AA-001-AA")]
    restart()
    silo.clock.now = START.replace(hour=12)
    tickets += [silo.receive(f"BB-00{number}-BB") for number in (2, 3, 4)]
    with silo.desk.ledger.read() as tx:
        after = {cell.id: 1000 * cell.content_t for cell in cells.states(tx)}
        net = sum(row.net_kg for row in tx.exec(select(Ticket)))
        moved = sum(row.kg for row in tx.exec(select(CellMovement).where(CellMovement.kind == "in")))
    assert len(tickets) == 4
    assert net == moved == pytest.approx(sum(after.values()) - sum(before.values()))


def test_numbers_rise_in_the_order_of_adding(silo: Silo, restart: Callable[[], None]) -> None:
    silo.receive("AA-001-AA")
    restart()
    silo.clock.now = START.replace(year=2020)
    silo.receive("BB-002-BB")
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(Decision).order_by(col(Decision.seq))).all()
    assert [row.at.year for row in rows] == [2026, 2020]


def test_a_number_drawn_by_a_failed_transaction_is_drawn_again(silo: Silo) -> None:
    def fail() -> None:
        with silo.desk.ledger.write() as tx:
            drawn.append(counters.draw(tx, "purpose", 3))
            raise RuntimeError("power")

    drawn: list[int] = []
    with pytest.raises(RuntimeError):
        fail()
    with silo.desk.ledger.write() as tx:
        drawn += [counters.draw(tx, "purpose"), counters.draw(tx, "purpose", 2), counters.draw(tx, "purpose")]
    assert drawn == [1, 1, 2, 4]


def test_after_a_leap_no_number_is_given_twice_and_the_chain_goes_on(silo: Silo) -> None:
    silo.receive("AA-001-AA")
    with silo.desk.ledger.write() as tx:
        lost = audit.last_seq(tx)
        leaps = counters.leap(tx)
    silo.receive("BB-002-BB")
    with silo.desk.ledger.read() as tx:
        newest = tx.exec(select(Decision).order_by(col(Decision.seq).desc())).first()
        assert newest is not None
        assert newest.seq is not None
        assert newest.seq > leaps["row"]["after"]
        assert audit.last_seq(tx) > lost + counters.LEAP
        assert audit.first_broken(tx) is None
        assert [row.number for row in tx.exec(select(Ticket).order_by(col(Ticket.seq)))] == [1, 2]


def test_a_leap_is_longer_than_all_that_a_large_silo_draws_in_a_month(silo: Silo) -> None:
    def drawn() -> dict[str, int]:
        with silo.desk.ledger.read() as tx:
            return {row.name: row.value for row in tx.exec(select(Counter))}

    before = drawn()
    silo.receive("AA-001-AA")
    after = drawn()
    of_one_truck = max(after[name] - before.get(name, 0) for name in (counters.ROW, counters.EVENT))
    assert of_one_truck * 500 * 31 < counters.LEAP


def test_a_row_that_comes_with_its_number_keeps_it(silo: Silo) -> None:
    """A row of another station, or one brought back by hand, has its place in the order already."""
    with silo.desk.ledger.write() as tx:
        kept = Weighing(id="one", seq=7_000_007, kg=900.0, at=START, rule="typed")
        drawn = Weighing(id="two", kg=900.0, at=START, rule="typed")
        tx.add_all([kept, drawn])
    assert kept.seq == 7_000_007
    assert drawn.seq is not None
    assert drawn.seq != kept.seq


def test_no_query_takes_an_identifier_for_the_order_of_things() -> None:
    """The clock that made an identifier may have been wrong."""
    for path in (ROOT / "station").rglob("*.py"):
        found = re.search(r"order_by\([^\n]*\.id\)\.desc", path.read_text(encoding="utf-8"))
        assert found is None, f"{path}: {found}"


def test_after_a_restore_no_row_takes_the_number_of_a_lost_one(silo: Silo) -> None:
    def record(name: str) -> int:
        with silo.desk.ledger.write() as tx:
            row = Weighing(id=name, kg=900.0, at=silo.clock(), rule="typed")
            tx.add(row)
            tx.flush()
            assert row.seq is not None
            return row.seq

    first, lost = record("first"), record("lost")
    with silo.desk.ledger.write() as tx:
        tx.delete(tx.exec(select(Weighing).where(Weighing.id == "lost")).one())  # as the backup has it
        counters.leap(tx)
    assert first < lost < record("after")
