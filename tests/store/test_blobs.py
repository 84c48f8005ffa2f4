"""Photos are kept under their hash, once, whole, or not at all."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.store.blobs import BlobDamaged, BlobMissing, Blobs
from station.store.errors import DiskFull


@given(data=st.binary(max_size=5000))
def test_bytes_come_back_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    blobs = Blobs(tmp_path_factory.getbasetemp() / "blobs")
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.path(digest).read_bytes() == data


def test_the_same_photo_twice_is_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert blobs.put(b"photo") == blobs.put(b"photo")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_full_disk_leaves_no_half_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    blobs = Blobs(tmp_path)
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull):
        blobs.put(b"photo")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_file_and_both_folders_are_synced_before_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def watched(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    blobs = Blobs(tmp_path)
    monkeypatch.setattr(os, "fsync", watched)
    digest = blobs.put(b"photo")
    assert len(synced) == 3
    assert synced[1:] == [str(tmp_path / digest[:2]), str(tmp_path)]


WRONG = {
    "cut": lambda path: os.truncate(path, 3),
    "emptied": lambda path: path.write_bytes(b""),
    "one bit changed": lambda path: path.write_bytes(b"phot0"),
    "longer": lambda path: path.write_bytes(b"photo\0"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_other_bytes_than_were_stored_are_not_given_and_the_right_ones_mend_them(
    tmp_path: Path, wrong: str
) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"photo")
    WRONG[wrong](blobs.path(digest))
    with pytest.raises(BlobDamaged):
        blobs.read(digest)
    assert blobs.put(b"photo") == digest
    assert blobs.read(digest) == b"photo"


def test_a_file_that_is_gone_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"photo")
    blobs.path(digest).unlink()
    with pytest.raises(BlobMissing):
        blobs.read(digest)
    blobs.path(digest).mkdir()
    with pytest.raises(BlobDamaged):
        blobs.read(digest)


def test_a_full_disk_leaves_the_damaged_file_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs(tmp_path)
    path = blobs.path(blobs.put(b"photo"))
    path.write_bytes(b"pho")

    def no_room(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull):
        blobs.put(b"photo")
    assert list(path.parent.iterdir()) == [path]
