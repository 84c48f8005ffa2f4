"""Identifiers are UUIDs of version 7 that sort in the order in which they were made."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from station.store.ids import new_id
from tests.silo_rig import START


def test_an_identifier_is_a_uuid_of_version_7() -> None:
    made = UUID(new_id(START))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), max_size=30))  # noqa: DTZ001
def test_identifiers_sort_as_made_whatever_the_clock_does(times: list[datetime]) -> None:
    made = [new_id(at.replace(tzinfo=UTC)) for at in times]
    assert made == sorted(set(made))


def test_a_clock_that_jumps_back_does_not_reorder() -> None:
    before = new_id(START + timedelta(days=400 * 365 // 12))
    after = new_id(START)
    assert after > before


def test_threads_never_make_the_same_identifier() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(START), range(2000)))
    assert len(set(made)) == 2000
