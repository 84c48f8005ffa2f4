"""A disk that is full half way through a frame."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from station.store.journal import Journal, records, segment_path
from tests.silo_rig import START

LARGE = bytes(range(256)) * 120  # more than any buffer holds: a gateway's object, a workbook's row


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: the write that would is cut off there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 15, 16, 17, 10_000, 16 + len(LARGE) - 1])
def test_a_frame_that_was_cut_off_leaves_nothing_and_what_comes_later_is_read(
    tmp_path: Path, room: int
) -> None:
    journal = Journal(tmp_path, "nir")
    journal.append(b"before", START)
    with files_of_at_most(16 + 6 + room):
        for _ in range(3):  # as the intake tries again
            with pytest.raises(OSError, match="too large"):
                journal.append(LARGE, START)
    places = [journal.append(data, START + timedelta(seconds=1)) for data in (LARGE, b"after")]
    journal.close()
    path = segment_path(tmp_path, places[0].segment)
    found = list(records(path))
    assert [record.data for record in found] == [b"before", LARGE, b"after"]
    assert [record.offset for record in found[1:]] == [place.offset for place in places]


def test_after_a_full_disk_a_restart_cuts_off_no_frame_that_a_row_may_name(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "nir")
    with files_of_at_most(10_000), pytest.raises(OSError, match="too large"):
        journal.append(LARGE, START)
    place = journal.append(b"after", START)
    journal.close()
    Journal(tmp_path, "nir").close()
    assert [record.data for record in records(segment_path(tmp_path, place.segment))] == [b"after"]


def test_a_frame_is_in_its_file_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    """A killed process loses none of them; only a power cut needs the sync."""
    journal = Journal(tmp_path, "bridge")
    place = journal.append(b"frame", START)
    assert [record.data for record in records(segment_path(tmp_path, place.segment))] == [b"frame"]
    journal.close()
