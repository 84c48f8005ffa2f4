"""A part of a sample is kept, handed over and destroyed; each step is a row that stays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from station.acts.desk import Keeping
from station.acts.refusals import Fault, Refusal
from station.receival.laboratory import custody, retaining
from station.receival.measuring import samples
from station.store.retained import custody_of, printed_number, retained_by_number, to_destroy
from station.store.tables import AuditEvent, Load, RetainedSample
from tests.silo_rig import ANNE, START, Silo

KEEPING = Keeping(places=("A{1-2}",), parts=2, days=30)


@pytest.fixture
def shelf(silo: Silo) -> Silo:
    """The small silo with two places for bags."""
    return replace(silo, desk=replace(silo.desk, keeping=KEEPING))


def a_load(silo: Silo, plate: str = "AB-123-CD") -> Load:
    (load,) = silo.loads(silo.arrive(plate))
    return load


def keep(silo: Silo, load: Load, **said: object) -> RetainedSample:
    return retaining.keep_of_load(silo.desk, load.id, ANNE, silo.clock(), **said)  # type: ignore[arg-type]


def refused(fault: Fault, act: object, *given: object, **said: object) -> None:
    with pytest.raises(Refusal) as caught:
        act(*given, **said)  # type: ignore[operator]
    assert caught.value.code is fault


def kinds(silo: Silo, row: RetainedSample) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [act.kind for act in custody_of(tx, [row.id]).get(row.id, [])]


def test_numbers_are_one_series_that_tells_a_slip_and_is_no_barcode(silo: Silo) -> None:
    import re

    assert [printed_number(count) for count in (1, 42, 123456)] == ["E00001-8", "E00042-2", "E123456-6"]
    assert not re.fullmatch(silo.desk.policy.barcode_pattern, printed_number(42), re.IGNORECASE)


def test_what_is_kept_has_a_number_the_next_free_place_and_a_date(shelf: Silo) -> None:
    first, second = keep(shelf, a_load(shelf), seal="P-77"), keep(shelf, a_load(shelf, "AB-124-CD"))
    assert [(row.number, row.place, row.parts) for row in (first, second)] == [
        ("E00001-8", "A1", 2), ("E00002-6", "A2", 2),
    ]  # fmt: skip
    assert (first.seal, first.keep_until) == ("P-77", date(2026, 8, 19))
    assert kinds(shelf, first) == ["sealed"]
    with shelf.desk.ledger.read() as tx:
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "sample_retained")).first()
        assert event is not None
        assert event.by == ANNE.id
        found = retained_by_number(tx, " e00001 -8 ")
        assert found is not None
        assert found.id == first.id


def test_nothing_is_kept_twice_nor_on_a_place_that_is_taken_or_unknown(shelf: Silo) -> None:
    load, other, third = (a_load(shelf, f"AB-{n}-CD") for n in (123, 124, 125))
    keep(shelf, load)
    refused(Fault.ALREADY_KEPT, keep, shelf, load)
    refused(Fault.PLACE_TAKEN, keep, shelf, other, place="A1")
    refused(Fault.UNKNOWN_PLACE, keep, shelf, other, place="Z9")
    keep(shelf, other)
    refused(Fault.SHELF_FULL, keep, shelf, third)


def test_a_site_that_names_no_places_keeps_without_one(silo: Silo) -> None:
    assert keep(silo, a_load(silo)).place == ""


def test_a_farmers_bag_is_kept_as_well(shelf: Silo) -> None:
    at = shelf.clock()
    samples.enter_own_sample(shelf.desk, "C00009", "courtesy", "soft_wheat", "avant récolte", ANNE, at)
    row = retaining.keep(shelf.desk, "c00009", ANNE, shelf.clock())
    assert (row.number, row.place) == ("E00001-8", "A1")


def test_a_part_goes_and_the_rest_stays_on_its_place(shelf: Silo) -> None:
    row = keep(shelf, a_load(shelf))
    left = custody.hand_over(shelf.desk, row.number, "Labo SGS", ANNE, shelf.clock(), parts=1)
    assert (left.state, left.place, left.parts) == ("kept", "A1", 1)
    refused(Fault.FEWER_PARTS, custody.hand_over, shelf.desk, row.number, "X", ANNE, shelf.clock(), parts=2)
    gone = custody.hand_over(shelf.desk, row.number, "EARL Dupont", ANNE, shelf.clock())
    assert (gone.state, gone.place, gone.parts) == ("out", "", 0)
    refused(Fault.NOT_ON_SHELF, custody.hand_over, shelf.desk, row.number, "X", ANNE, shelf.clock())


def test_it_is_told_who_received_what_was_handed_over_and_when(shelf: Silo) -> None:
    row = keep(shelf, a_load(shelf))
    at = shelf.clock()
    refused(Fault.NOT_HANDED_OVER, custody.receive, shelf.desk, row.number, "", None, ANNE, at)
    custody.hand_over(shelf.desk, row.number, "Labo SGS", ANNE, shelf.clock())
    custody.receive(shelf.desk, row.number, "", START + timedelta(days=2), ANNE, shelf.clock())
    with shelf.desk.ledger.read() as tx:
        received = custody_of(tx, [row.id])[row.id][-1]
    assert (received.kind, received.whom) == ("received", "Labo SGS")
    assert received.received_at == START + timedelta(days=2)


def test_what_comes_back_lies_on_a_free_place_again(shelf: Silo) -> None:
    row = keep(shelf, a_load(shelf))
    custody.hand_over(shelf.desk, row.number, "Labo SGS", ANNE, shelf.clock())
    keep(shelf, a_load(shelf, "AB-124-CD"))
    back = custody.take_in(shelf.desk, row.number, 1, None, ANNE, shelf.clock())
    assert (back.state, back.place, back.parts) == ("kept", "A2", 1)
    refused(Fault.NOT_HANDED_OVER, custody.take_in, shelf.desk, row.number, 2, None, ANNE, shelf.clock())


def test_only_what_is_past_its_date_and_not_blocked_is_destroyed(shelf: Silo) -> None:
    row, other = keep(shelf, a_load(shelf)), keep(shelf, a_load(shelf, "AB-124-CD"))
    refused(Fault.KEPT_LONGER, custody.destroy, shelf.desk, [row.number], ANNE, shelf.clock())
    custody.block(shelf.desk, other.number, "contestation", ANNE, shelf.clock())
    shelf.clock.pass_(days=30)
    refused(Fault.KEPT_LONGER, custody.destroy, shelf.desk, [row.number], ANNE, shelf.clock())
    shelf.clock.pass_(days=1)
    both = [row.number, other.number]
    refused(Fault.RETAINED_BLOCKED, custody.destroy, shelf.desk, both, ANNE, shelf.clock())
    with shelf.desk.ledger.read() as tx:
        today = shelf.desk.policy.day(shelf.clock())
        assert [one.number for one in to_destroy(tx, today, None, 9)] == [row.number]
    custody.release(shelf.desk, other.number, "réglé", ANNE, shelf.clock())
    custody.destroy(shelf.desk, both, ANNE, shelf.clock())
    assert kinds(shelf, other) == ["sealed", "blocked", "released", "destroyed"]
    refused(Fault.NOT_ON_SHELF, custody.destroy, shelf.desk, both, ANNE, shelf.clock())


def test_a_moved_sample_leaves_its_place_free(shelf: Silo) -> None:
    row = keep(shelf, a_load(shelf))
    assert custody.move(shelf.desk, row.number, "A2", ANNE, shelf.clock()).place == "A2"
    assert keep(shelf, a_load(shelf, "AB-124-CD")).place == "A1"


def test_a_load_without_a_sample_has_nothing_to_keep(shelf: Silo) -> None:
    from station.receival.arrivals.visits import NewLoad

    (load,) = shelf.loads(shelf.arrive("AB-123-CD", NewLoad("soft_wheat")))
    refused(Fault.NO_SAMPLE_TO_KEEP, keep, shelf, load)
    refused(Fault.UNKNOWN_RETAINED, custody.move, shelf.desk, "E9", "A1", ANNE, shelf.clock())
