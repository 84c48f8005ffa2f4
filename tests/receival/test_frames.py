"""One frame is one row: known by its place in the journal, or by its bytes where it is sent again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.reading import UNIT_OF, Analyte, Frame, Reading, Value
from station.receival.bridge import weighings
from station.receival.measuring import readings
from station.receival.measuring.frames import StoredFrame
from station.receival.measuring.instruments import Description, swap
from station.store.journal import Place
from tests.silo_rig import ANNE, GOOD_NIR, START, Silo

Take = Callable[[Silo, StoredFrame], str]

LATE = START + timedelta(milliseconds=7, microseconds=654)
CUT = START + timedelta(milliseconds=7)  # as the journal keeps it


def weigh(silo: Silo, stored: StoredFrame) -> str:
    values = {Analyte.WEIGHT: Value(900.0, UNIT_OF[Analyte.WEIGHT])}
    reading = Reading("toledo-continuous", "weight", stored.frame, values)
    return weighings.take_weighing(silo.desk, reading, "print_key", 900.0, stored).id


def measure(silo: Silo, stored: StoredFrame) -> str:
    values = {Analyte.MOISTURE: Value(13.6, UNIT_OF[Analyte.MOISTURE])}
    return readings.take_reading(silo.desk, Reading("gac", "analysis", stored.frame, values), stored).id


@pytest.mark.parametrize(("take", "port"), [(weigh, "bridge"), (measure, "gac")])
def test_a_frame_read_back_from_the_journal_is_the_one_that_arrived(
    silo: Silo, take: Take, port: str
) -> None:
    arrived = StoredFrame(port, Frame(b"data", LATE), Place(f"{port}/1", 0))
    read_back = replace(arrived, frame=Frame(b"data", CUT))
    assert take(silo, arrived) == take(silo, read_back)


@pytest.mark.parametrize(("take", "port"), [(weigh, "bridge"), (measure, "gac")])
def test_equal_bytes_at_another_place_of_the_journal_are_another_frame(
    silo: Silo, take: Take, port: str
) -> None:
    """Two segments, each of which begins with it; or two places in one."""
    frame = Frame(b"data", START)
    places = [Place(f"{port}/1", 0), Place(f"{port}/2", 0), Place(f"{port}/2", 40)]
    assert len({take(silo, StoredFrame(port, frame, place)) for place in places}) == 3


def test_equal_bytes_sent_again_at_another_port_are_another_measurement(silo: Silo) -> None:
    first = silo.measure("nir", GOOD_NIR, data=b"{}")
    assert silo.measure("gac", GOOD_NIR, data=b"{}", sent_again=True).id != first.id
    assert silo.measure("nir", GOOD_NIR, data=b"{}", sent_again=True).id == first.id


def test_a_new_identity_is_a_new_message_only_where_its_bytes_are_new_too(silo: Silo) -> None:
    """The instrument that sent it may have been swapped out before the broker sent it again."""
    first = silo.measure("nir", GOOD_NIR, data=b'{"id": 1}', identity="1")
    swap(silo.desk, "nir", Description("NIR on loan", "N-9"), "", ANNE, silo.clock())
    assert silo.measure("nir", GOOD_NIR, data=b'{"id": 1}', identity="1", sent_again=True).id == first.id
    other = silo.measure("nir", GOOD_NIR, data=b'{"id": 2}', identity="2", sent_again=True)
    assert other.id != first.id
    assert silo.measure("nir", GOOD_NIR, data=b'{"id": 2}', identity="2").id == other.id
