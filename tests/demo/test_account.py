from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulated.emission import Emission
from station.api.schemas import Event
from station.demo.account import Account, compare, count
from station.demo.timing import percentile

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


def event(kind, data, *, by=None, subject=None):
    return Event(seq=1, at=NOON, kind=kind, by=by, subject_id=subject, data=data)


def received(device, barcode, **values):
    shown = {name: {"value": value, "unit": "%", "basis": None} for name, value in values.items()}
    return event("reading_received", {"instrument": device, "barcode": barcode, "values": shown})


def sent(barcode, **values):
    return Emission(NOON, b"", values, barcode)


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_lost_and_doubled_are_the_two_differences(there, here):
    found = compare(there, here)
    assert found.lost - found.doubled == len(there) - len(here)
    assert compare(here, there) == Account(found.doubled, found.lost)
    assert (found == Account(0, 0)) == (sorted(there) == sorted(here))


def test_what_was_sent_and_recorded_balances():
    events = [
        received("gac", "26", moisture=13.2), received("gac", "26", moisture=13.2),
        event("weighing_taken", {"kg": 40_000.0, "rule": "equal_readings"}),
        event("capture_received", {}, subject=str(UUID(int=7))),
    ]  # fmt: skip
    analyses = {"gac": [sent("26", moisture=13.2)] * 2, "nir": []}
    assert count(events, analyses, [40_000], [UUID(int=7), UUID(int=7)]) == Account(0, 0)


def test_each_kind_of_loss_and_doubling_is_seen():
    gac = [sent("26", moisture=13.2)]
    assert count([], {"gac": gac}, [], []) == Account(1, 0)
    assert count([received("gac", "26", moisture=13.3)], {"gac": gac}, [], []) == Account(1, 1)
    assert count([], {}, [40_000], [UUID(int=7)]) == Account(2, 0)
    twice = [event("capture_received", {}, subject=str(UUID(int=7)))] * 2
    assert count(twice, {}, [], [UUID(int=7)]) == Account(0, 1)


def test_what_a_person_typed_is_no_emission():
    typed = event("reading_received", {"barcode": "26", "values": {}}, by="Camille")
    weight = event("weighing_taken", {"kg": 40_000.0, "rule": "typed"}, by="Camille")
    assert count([typed, weight], {}, [], []) == Account(0, 0)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([3.0], 0.95, 3.0), ([1.0, 2.0, 3.0, 4.0], 0.5, 2.0), (list(range(1, 101)), 0.95, 95)],
)
def test_a_percentile_is_a_value_that_was_measured(values, share, expected):
    assert percentile(values, share) == expected
