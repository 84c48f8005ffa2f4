"""What the journal and the photo folder call durable would be there after a power cut, name and all."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from station.store.blobs import Blobs
from station.store.journal import SEGMENT_BYTES, Journal, segment_path
from tests.durable import Disk, watched_disk
from tests.silo_rig import START


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    with watched_disk(tmp_path, monkeypatch) as disk:
        yield disk


def test_a_synced_frame_is_on_the_disk_in_a_segment_that_has_its_name(tmp_path: Path, disk: Disk) -> None:
    journal = Journal(tmp_path, "bridge")
    place = journal.append(b"frame", START)
    path = segment_path(tmp_path, place.segment)
    assert not disk.holds(path, 16 + 5)
    journal.sync()
    assert disk.holds(path, 16 + 5)
    journal.append(b"another frame", START)
    assert not disk.holds(path, 16 + 5 + 16 + 13)


def test_closing_a_journal_syncs_what_was_appended(tmp_path: Path, disk: Disk) -> None:
    journal = Journal(tmp_path, "bridge")
    place = journal.append(b"frame", START)
    journal.close()
    assert disk.holds(segment_path(tmp_path, place.segment), 16 + 5)


def test_a_full_segment_is_on_the_disk_under_its_new_name(tmp_path: Path, disk: Disk) -> None:
    journal = Journal(tmp_path, "bridge", segment_bytes=100)
    place = journal.append(bytes(100), START)
    path = segment_path(tmp_path, place.segment)
    assert path.suffix == ".frames"
    assert disk.holds(path, 16 + 100)


@pytest.mark.parametrize(("length", "ending"), [(83, ".open"), (84, ".frames")])
def test_a_segment_is_closed_with_the_frame_that_fills_it(tmp_path: Path, length: int, ending: str) -> None:
    journal = Journal(tmp_path, "bridge", segment_bytes=100)
    place = journal.append(bytes(length), START)
    assert segment_path(tmp_path, place.segment).suffix == ending
    journal.close()


def test_segments_are_four_megabytes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bridge")
    segments = {journal.append(bytes(1_000_000), START).segment for _ in range(4)}
    assert len(segments) == 1
    assert journal.append(b"next", START).segment not in segments
    assert SEGMENT_BYTES == 4_000_000
    journal.close()


@pytest.mark.parametrize(("later", "is_new"), [(0, False), (1, True)])
def test_what_an_instrument_plugged_in_later_says_has_a_segment_of_its_own(
    tmp_path: Path, later: int, is_new: bool
) -> None:
    journal = Journal(tmp_path, "bridge")
    before = journal.append(b"before", START)
    journal.begin(START + timedelta(milliseconds=later))
    after = journal.append(b"after", START + timedelta(milliseconds=later))
    journal.close()
    assert (after.segment != before.segment) is is_new


def test_of_several_open_segments_the_newest_goes_on(tmp_path: Path) -> None:
    """A power cut between the renaming of one and the next leaves two; a clock that was reset to 1970 gives
    one a name with fewer digits."""
    (tmp_path / "bridge").mkdir()
    for start in (999, 1_000, 20):
        (tmp_path / "bridge" / f"{start}.open").touch()
    journal = Journal(tmp_path, "bridge")
    assert journal.append(b"frame", START).segment == "bridge/1000"
    journal.close()


@pytest.mark.parametrize("size", [100, 256_000])  # what a buffer holds, and more
def test_a_stored_photo_is_on_the_disk_whole_and_named_in_a_folder_that_is_named(
    tmp_path: Path, disk: Disk, size: int
) -> None:
    blobs = Blobs(tmp_path / "photos")
    data = bytes(size)
    path = blobs.path(blobs.put(data))
    assert disk.holds(path, len(data))
    assert disk.names(path.parent)


def test_the_folders_of_a_first_start_have_their_names_on_the_disk(tmp_path: Path, disk: Disk) -> None:
    Journal(tmp_path / "frames", "bridge").close()
    Blobs(tmp_path / "photos")
    for name in ("frames", "frames/bridge", "photos"):
        assert disk.names(tmp_path / name), name
