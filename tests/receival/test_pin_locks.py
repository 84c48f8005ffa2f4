"""Wrong PINs make the next attempt wait longer: per person and per terminal, also after a restart."""

from datetime import timedelta

import pytest

from station.acts.refusals import NotAllowed
from station.receival.persons import people
from station.receival.persons.pin_locks import LONGEST, MOST, WINDOW, Pair, PinLocks, recorded_locks
from station.store import audit
from station.store.tables import Terminal
from tests.silo_rig import MARC, START, Silo

BRIDGE, OFFICE, YARD = "bridge", "office", "yard"
ANNE, PAUL = "anne", "paul"
SECOND = timedelta(seconds=1)


def failed(times: int, *pairs: Pair) -> PinLocks:
    locks = PinLocks()
    for _ in range(times):
        for pair in pairs:
            locks.fail(pair, START)
    return locks


def minutes(locks: PinLocks, pair: Pair) -> float:
    return locks.wait(pair, START) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("times", "wait"), [(4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (500, 60)]
)
def test_each_further_wrong_pin_makes_the_wait_longer(times: int, wait: float) -> None:
    assert minutes(failed(times, (BRIDGE, ANNE)), (BRIDGE, ANNE)) == wait


def test_a_wait_ends_and_old_failures_are_forgotten() -> None:
    locks = failed(5, (BRIDGE, ANNE))
    assert locks.wait((BRIDGE, ANNE), START + timedelta(seconds=59)) == SECOND
    assert locks.wait((BRIDGE, ANNE), START + timedelta(minutes=1)) <= timedelta(0)
    locks.fail((BRIDGE, ANNE), START + WINDOW - SECOND)
    assert locks.wait((BRIDGE, ANNE), START + WINDOW) <= timedelta(0)


def test_another_person_may_try_at_the_terminal_until_it_has_failed_too_often() -> None:
    locks = failed(9, (BRIDGE, ANNE))
    assert minutes(locks, (BRIDGE, PAUL)) == 0
    locks.fail((BRIDGE, None), START)
    assert minutes(locks, (BRIDGE, PAUL)) == 1
    assert minutes(locks, (OFFICE, PAUL)) == 0


def test_one_terminal_locks_nobody_out_of_another_one() -> None:
    assert minutes(failed(1000, (BRIDGE, ANNE)), (OFFICE, ANNE)) == 0


def test_several_terminals_do_lock_a_person_everywhere() -> None:
    locks = failed(5, (BRIDGE, ANNE), (OFFICE, ANNE))
    assert minutes(locks, (YARD, ANNE)) == 1
    assert minutes(locks, (YARD, PAUL)) == 0
    locks.fail((YARD, ANNE), START)
    assert minutes(locks, (YARD, ANNE)) == 2


def test_unknown_names_are_slowed_down_like_one_person() -> None:
    locks = failed(5, (BRIDGE, None))
    assert minutes(locks, (BRIDGE, None)) == 1
    assert minutes(failed(5, (BRIDGE, None), (OFFICE, None)), (YARD, None)) == 0


def test_who_signs_in_has_slipped_but_takes_back_no_ones_else_failures() -> None:
    locks = failed(5, (BRIDGE, ANNE), (BRIDGE, PAUL))
    locks.succeed((BRIDGE, PAUL))
    assert minutes(locks, (BRIDGE, PAUL)) == 0
    assert minutes(locks, (BRIDGE, ANNE)) == 1


def test_a_clock_that_jumps_back_locks_nobody_out() -> None:
    locks = failed(9, (BRIDGE, ANNE))
    assert locks.wait((BRIDGE, ANNE), START - timedelta(days=1)) == timedelta(0)


def test_failures_take_bounded_memory_and_time() -> None:
    locks = failed(2 * MOST, (BRIDGE, ANNE))
    assert len(locks._failures) == MOST
    assert locks.wait((BRIDGE, ANNE), START) == LONGEST


@pytest.fixture
def terminal(silo: Silo) -> Terminal:
    people.add_person(silo.desk, "Anne", "2468", ["operator"], "fr", silo.clock())
    return people.add_terminal(silo.desk, "bridge house", "terminal", silo.clock())[0]


def recorded(silo: Silo) -> PinLocks:
    with silo.desk.ledger.read() as tx:
        return recorded_locks(tx)


def wrong(silo: Silo, terminal: Terminal | None, times: int = 5, name: str = "Anne") -> None:
    for _ in range(times):
        with pytest.raises(NotAllowed):
            people._person_with_pin(silo.desk, name, "0000", terminal and terminal.id, silo.clock())


def test_the_locks_are_made_again_from_what_is_recorded(silo: Silo, terminal: Terminal) -> None:
    anne = people.person_id_of(silo.desk, "anne")
    wrong(silo, terminal)
    wrong(silo, terminal, 4, "Nobody")
    locks = recorded(silo)
    assert locks.wait((terminal.id, anne), silo.clock()) > timedelta(seconds=59)
    assert locks.wait((terminal.id, None), silo.clock()) == timedelta(0)
    people.sign_in(silo.desk, "Anne", "2468", terminal, silo.clock())
    assert recorded(silo).wait((terminal.id, anne), silo.clock()) == timedelta(0)
    wrong(silo, terminal)
    assert anne is not None
    people.change_pin(silo.desk, anne, "1111", silo.clock())
    assert recorded(silo).wait((terminal.id, anne), silo.clock()) == timedelta(0)


def test_an_act_in_a_persons_name_beside_the_admin_token_is_a_success(silo: Silo, terminal: Terminal) -> None:
    anne = people.person_id_of(silo.desk, "anne")
    wrong(silo, None)
    assert recorded(silo).wait((None, anne), silo.clock()) > timedelta(0)
    with silo.desk.ledger.write() as tx:
        audit.record(tx, "grain_moved_out", silo.clock(), by=anne)
    assert recorded(silo).wait((None, anne), silo.clock()) == timedelta(0)


def test_a_failure_is_recorded_without_what_was_typed(silo: Silo, terminal: Terminal) -> None:
    wrong(silo, terminal, 1)
    wrong(silo, terminal, 1, "2468")
    with silo.desk.ledger.read() as tx:
        rows = audit.events_after(tx, audit.last_seq(tx) - 2)
        told = [(row.kind, row.by, row.terminal, row.subject_id, row.data) for row in rows]
    anne = people.person_id_of(silo.desk, "anne")
    assert told == [("sign_in_failed", None, terminal.id, subject, {}) for subject in (anne, None)]
    assert MARC.id not in str(told)
