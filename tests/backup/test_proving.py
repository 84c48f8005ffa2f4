"""A proof restores the backup to a scratch folder, and finds what is not as it was put there."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from station.backup import proving
from station.backup.disk import Disk, Proof
from station.backup.proving import prove
from station.store import room
from station.store.errors import BackupMissing, NoRoom
from tests.backup.rig import back_up, files_of, fill
from tests.silo_rig import START, Silo


@pytest.fixture
def written(silo: Silo, disk: Disk) -> Disk:
    silo.receive("AB-123-CD")
    silo.arrive("EF-456-GH")
    fill(silo, b"one photo", b"another").close()
    back_up(silo, disk)
    return disk


def proof_of(disk: Disk, tmp_path: Path, *, repair: bool = False) -> Proof:
    scratch = tmp_path / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return prove(disk, scratch, START, lambda: None, repair=repair)


def codes(proof: Proof) -> list[str]:
    return [found["code"] for found in proof.found]


def forge(disk: Disk, statement: str) -> None:
    """A copy that is whole by its hash, and not what the ledger was."""
    manifest = disk.manifest()
    file = disk.ledger(manifest.copies[0])
    with closing(sqlite3.connect(file)) as ledger:
        ledger.execute(statement)
        ledger.commit()
    sha256 = proving.hash_of(file, lambda: None)
    copies = (manifest.copies[0].model_copy(update={"sha256": sha256}), *manifest.copies[1:])
    disk.write("backup.json", manifest.model_copy(update={"copies": copies}))


def test_a_whole_backup_is_proved_and_the_disk_says_when(written: Disk, tmp_path: Path) -> None:
    proof = proof_of(written, tmp_path)
    assert (codes(proof), proof.photos) == ([], 2)
    assert written.proof() == proof


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE audit_event SET kind = 'other' WHERE seq = 3", "proof_chain_broken"),
        ("DELETE FROM ticket", "proof_counts_differ"),
        ("DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)", "proof_head_differs"),
    ],
)
def test_rows_that_are_others_are_found(written: Disk, tmp_path: Path, statement: str, code: str) -> None:
    forge(written, statement)
    assert code in codes(proof_of(written, tmp_path))


def test_changed_bytes_of_the_ledger_are_found(written: Disk, tmp_path: Path) -> None:
    with written.ledger(written.manifest().copies[0]).open("r+b") as file:
        file.seek(5000)
        file.write(b"other")
    assert codes(proof_of(written, tmp_path)) == ["proof_ledger_differs"]


def test_a_ledger_that_is_gone_is_found(written: Disk, tmp_path: Path) -> None:
    written.ledger(written.manifest().copies[0]).unlink()
    assert codes(proof_of(written, tmp_path)) == ["proof_file_missing"]


def test_a_damaged_photo_is_found_and_with_repair_copied_anew(
    silo: Silo, written: Disk, tmp_path: Path
) -> None:
    photo = next((written.folder / "photos").rglob("*/*"))
    photo.write_bytes(bytes(photo.stat().st_size))
    assert codes(proof_of(written, tmp_path)) == ["proof_file_differs"]
    proof_of(written, tmp_path, repair=True)
    back_up(silo, written)
    assert codes(proof_of(written, tmp_path)) == []


def test_a_site_file_that_is_gone_is_found(written: Disk, tmp_path: Path) -> None:
    shutil.rmtree(written.folder / "site")
    (found,) = proof_of(written, tmp_path).found
    assert "silo.toml" in found["params"]["file"]


def test_where_nothing_is_there_is_no_proof(disk: Disk, tmp_path: Path) -> None:
    with pytest.raises(BackupMissing):
        proof_of(disk, tmp_path)


def test_a_scratch_folder_without_room_is_refused_with_what_it_lacks(
    written: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "disk_usage", lambda _: SimpleNamespace(free=1))
    before = files_of(written.folder)
    with pytest.raises(NoRoom):
        proof_of(written, tmp_path)
    assert files_of(written.folder) == before
