"""Every frame is kept in order; a torn tail is cut off; a closed segment carries its hash."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.store.journal import Journal, records, segment_path
from tests.silo_rig import START


def contents(folder: Path) -> list[bytes]:
    paths = sorted(folder.glob("bridge/*"), key=lambda path: int(path.name.split(".")[0].split("-")[0]))
    return [record.data for path in paths for record in records(path)]


def test_frames_come_back_with_their_bytes_and_times(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bridge")
    places = [
        journal.append(data, START + timedelta(seconds=n)) for n, data in enumerate([b"a", b"", b"ccc"])
    ]
    journal.close()
    path = segment_path(tmp_path, places[0].segment)
    kept = list(records(path))
    assert [record.data for record in kept] == [b"a", b"", b"ccc"]
    assert [record.offset for record in kept] == [place.offset for place in places]
    assert [record.at for record in kept] == [START + timedelta(seconds=n) for n in range(3)]


@given(frames=st.lists(st.binary(max_size=60), min_size=1, max_size=8), cut=st.integers(1, 75))
def test_a_torn_tail_is_cut_off_and_the_journal_goes_on(
    tmp_path_factory: pytest.TempPathFactory, frames: list[bytes], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, "bridge")
    for frame in frames:
        journal.append(frame, START)
    journal.close()
    (path,) = folder.glob("bridge/*.open")
    torn = path.read_bytes()[:-cut]
    path.write_bytes(torn)
    whole = [record.data for record in records(path)]
    again = Journal(folder, "bridge")
    again.append(b"after", START)
    again.close()
    assert whole == frames[: len(whole)]
    assert contents(folder) == [*whole, b"after"]


@given(frames=st.lists(st.binary(min_size=1, max_size=40), min_size=2, max_size=6), data=st.data())
def test_a_damaged_byte_never_gives_a_wrong_frame(
    tmp_path_factory: pytest.TempPathFactory, frames: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, "bridge")
    for frame in frames:
        journal.append(frame, START)
    journal.close()
    (path,) = folder.glob("bridge/*.open")
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 0x55
    path.write_bytes(raw)
    kept = [record.data for record in records(path)]
    assert kept == frames[: len(kept)]


def test_a_tail_of_zeros_after_a_power_cut_is_no_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bridge")
    journal.append(b"frame", START)
    journal.close()
    (path,) = tmp_path.glob("bridge/*.open")
    path.write_bytes(path.read_bytes() + bytes(64))
    Journal(tmp_path, "bridge").close()
    assert contents(tmp_path) == [b"frame"]


def test_a_full_segment_is_closed_and_named_by_its_hash(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bridge", segment_bytes=200)
    places = [journal.append(bytes([n]) * 40, START) for n in range(12)]
    journal.close()
    closed = list((tmp_path / "bridge").glob("*.frames"))
    assert len(closed) == 3
    for path in closed:
        assert path.stem.split("-")[1] == hashlib.sha256(path.read_bytes()).hexdigest()
    for number, place in enumerate(places):  # a row's place stays true over the renaming
        found = {record.offset: record.data for record in records(segment_path(tmp_path, place.segment))}
        assert found[place.offset] == bytes([number]) * 40


def test_the_journal_goes_on_in_its_open_segment_after_a_restart(tmp_path: Path) -> None:
    first = Journal(tmp_path, "bridge")
    before = first.append(b"before", START)
    first.sync()  # and then the process is gone
    second = Journal(tmp_path, "bridge")
    after = second.append(b"after", START - timedelta(hours=1))  # with a clock that went back
    second.close()
    assert before.segment == after.segment
    assert contents(tmp_path) == [b"before", b"after"]


def test_two_segments_of_one_millisecond_have_two_names(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bridge", segment_bytes=10)
    places = {journal.append(b"frame", START).segment for _ in range(4)}
    journal.close()
    assert len(places) == 4
    assert contents(tmp_path) == [b"frame"] * 4


def test_an_unknown_segment_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="bridge/1"):
        segment_path(tmp_path, "bridge/1")
