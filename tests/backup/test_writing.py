"""The second disk holds all that a spare box needs, each photo once, and is whole at every instant."""

import errno
import os
import shutil
import stat
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from station.backup import writing
from station.backup.disk import Disk, Epoch
from station.backup.writing import make_backup
from station.store import room
from station.store.condition import Depth, look
from station.store.copies import summary_of
from station.store.errors import (
    BackupBusy,
    BackupLater,
    BackupMissing,
    BackupUnreadable,
    DiskFull,
    LedgerBusy,
    LedgerFault,
    LedgerForeign,
    NoRoom,
    TakenOver,
)
from tests.backup.rig import back_up, box_of, files_of, fill, order
from tests.silo_rig import RULES, SITE_FILE, Silo
from tests.store.test_journal_full import files_of_at_most


def test_it_holds_the_ledger_photos_frames_and_what_the_site_file_names(silo: Silo, disk: Disk) -> None:
    silo.receive("AB-123-CD")
    fill(silo, b"one photo", b"another").close()
    manifest = back_up(silo, disk)
    (copy,) = manifest.copies
    assert look(disk.ledger(copy), Depth.INDEXES).counters["ticket silo-1 2026"] == 1
    now = summary_of(silo.desk.ledger.file)
    assert (copy.events, copy.head, copy.counts) == (now.events, now.head, dict(now.counts))
    data = silo.desk.ledger.folder
    for shelf in ("photos", "frames"):
        assert files_of(disk.folder / shelf) == files_of(data / shelf) != set()
    by_name = {one.name: writing.site_path(disk, one.sha256) for one in manifest.files}
    assert by_name["silo.toml"].read_bytes() == SITE_FILE.read_bytes()
    assert RULES in [path.read_text(encoding="utf-8") for path in by_name.values()]
    assert (manifest.site, manifest.box, manifest.unread, manifest.damaged) == ("silo-1", "box-1", (), ())


def test_only_the_owner_reads_what_is_there(silo: Silo, disk: Disk) -> None:
    fill(silo, b"one photo").close()
    back_up(silo, disk)
    for path in disk.folder.rglob("*"):
        if path.is_file() and path.name != "backup.lock":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_photo_is_copied_once_and_the_newest_ledgers_stay(silo: Silo, disk: Disk) -> None:
    fill(silo, b"one photo").close()
    back_up(silo, disk)
    (photo,) = (disk.folder / "photos").rglob("*/*")
    before = photo.stat()
    for plate in ("AB-123-CD", "EF-456-GH"):
        silo.receive(plate)
        back_up(silo, disk)
    assert photo.stat().st_ino == before.st_ino
    assert photo.stat().st_mtime_ns == before.st_mtime_ns
    manifest = disk.manifest()
    assert [copy.counts["ticket"] for copy in manifest.copies] == [2, 1]
    assert {path.name for path in (disk.folder / "ledger").iterdir()} == {one.file for one in manifest.copies}


def test_an_open_segment_is_copied_as_far_as_it_is_and_once_it_is_closed(silo: Silo, disk: Disk) -> None:
    journal = fill(silo)
    back_up(silo, disk)
    (opened,) = files_of(disk.folder / "frames")
    assert opened.endswith(".open")
    while not any(name.endswith(".frames") for name in files_of(silo.desk.ledger.folder / "frames")):
        journal.append(b"a frame that fills it", silo.clock())
    journal.close()
    back_up(silo, disk)
    assert files_of(disk.folder / "frames") == files_of(silo.desk.ledger.folder / "frames")


def test_a_place_where_no_disk_is_mounted_is_no_backup(silo: Silo, tmp_path: Path) -> None:
    (tmp_path / "mount").mkdir()
    for place in ("mount", "nowhere"):
        with pytest.raises(BackupMissing):
            back_up(silo, Disk(tmp_path / place), begin=False)
    with pytest.raises(BackupMissing):
        back_up(silo, Disk(tmp_path / "nowhere"))
    assert list((tmp_path / "mount").iterdir()) == []
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_with_other_things_under_our_names_is_left_alone(silo: Silo, disk: Disk) -> None:
    (disk.folder / "photos").mkdir()
    (disk.folder / "photos" / "holiday.jpg").write_text("sea")
    with pytest.raises(BackupMissing) as refused:
        back_up(silo, disk)
    assert refused.value.code is LedgerFault.BACKUP_PLACE_TAKEN
    assert files_of(disk.folder) == {"photos/holiday.jpg"}


def test_the_disk_of_another_site_is_refused(silo: Silo, disk: Disk) -> None:
    theirs = back_up(silo, disk).model_copy(update={"site": "elsewhere"})
    disk.write("backup.json", theirs)
    with pytest.raises(LedgerForeign):
        back_up(silo, disk)


def test_a_ledger_that_began_anew_replaces_no_backup(
    silo: Silo, disk: Disk, tmp_path: Path, silo_folder: Path
) -> None:
    """A box that lost its data folder looks like a new silo of the same name."""
    silo.receive("AB-123-CD")
    before = back_up(silo, disk)
    shutil.copytree(silo_folder, tmp_path / "anew")
    anew = Silo.reopen(tmp_path / "anew")
    with closing(anew.desk.ledger), pytest.raises(BackupLater):
        back_up(anew, disk)
    assert disk.manifest() == before
    assert {path.name for path in (disk.folder / "ledger").iterdir()} == {before.copies[0].file}


def test_a_disk_that_is_too_small_is_refused_with_the_missing_megabytes(
    silo: Silo, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(silo, disk)
    before = files_of(disk.folder)
    for module in (writing, room):
        monkeypatch.setattr(module, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with pytest.raises(NoRoom) as refused:
        back_up(silo, disk)
    assert refused.value.params["missing_mb"] >= 63
    assert files_of(disk.folder) == before


def test_the_oldest_ledger_makes_room_the_newest_never(
    silo: Silo, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        back_up(silo, disk, keep=3)
    copies = disk.manifest().copies
    lacks = writing.SPARE + sum(
        path.stat().st_size for path in silo.desk.ledger.folder.glob("ledger.db*") if "shm" not in path.name
    )
    for module in (writing, room):
        monkeypatch.setattr(module, "disk_usage", lambda _: SimpleNamespace(free=lacks - copies[-1].size))
    back_up(silo, disk, keep=3)
    assert disk.manifest().copies[1:] == copies[:2]


def test_a_full_disk_leaves_the_backup_before(silo: Silo, disk: Disk) -> None:
    back_up(silo, disk)
    before = disk.manifest()
    silo.receive("AB-123-CD")
    with files_of_at_most(200_000), pytest.raises(DiskFull) as full:
        back_up(silo, disk)
    assert full.value.params["folder"].startswith(str(disk.folder))
    assert disk.manifest() == before
    look(disk.ledger(before.copies[0]), Depth.INDEXES)


def test_a_disk_that_goes_is_no_damage_of_the_ledger(silo: Silo, disk: Disk) -> None:
    back_up(silo, disk)
    heard: list[object] = []
    silo.desk.ledger.on_damage(heard.append)

    def pull_out(part: Path) -> None:
        shutil.rmtree(disk.folder)
        silo.desk.ledger.copy_to(part, lambda: False, pages=20)

    with pytest.raises(BackupUnreadable):
        back_up(silo, disk, copy_ledger=pull_out)
    assert heard == []
    silo.receive("AB-123-CD")


def test_an_error_of_the_disk_names_it(silo: Silo, disk: Disk) -> None:
    def fail(part: Path) -> None:
        raise OSError(errno.EIO, "Input/output error", str(part))

    with pytest.raises(BackupUnreadable) as told:
        back_up(silo, disk, copy_ledger=fail)
    assert told.value.params["file"].startswith(str(disk.folder))


def test_it_stops_between_two_steps(silo: Silo, disk: Disk) -> None:
    fill(silo, b"one photo").close()
    back_up(silo, disk)
    before = files_of(disk.folder)
    fill(silo, bytes(3_000_000)).close()

    def stop() -> None:
        raise LedgerBusy(LedgerFault.BUSY, file="stopping")

    with pytest.raises(LedgerBusy):
        make_backup(disk, order(silo), silo.clock(), stop)
    assert files_of(disk.folder) == before


def test_one_process_writes_there_at_a_time(silo: Silo, disk: Disk) -> None:
    with disk.held(), pytest.raises(BackupBusy):
        back_up(silo, Disk(disk.folder))


def test_a_damaged_photo_is_no_backup_of_it_and_is_told(silo: Silo, disk: Disk) -> None:
    fill(silo, b"one photo").close()
    (photo,) = (silo.desk.ledger.folder / "photos").rglob("*/*")
    photo.write_bytes(b"one ph0to")
    assert back_up(silo, disk).damaged == (photo.name,)
    assert files_of(disk.folder / "photos") == set()


def test_a_later_epoch_there_is_another_boxs(silo: Silo, disk: Disk) -> None:
    back_up(silo, disk)
    disk.write("epoch.json", Epoch(number=1, box="box-2", at=silo.clock()))
    before = disk.manifest()
    with pytest.raises(TakenOver) as told:
        back_up(silo, disk)
    assert told.value.params["box"] == "box-2"
    assert disk.manifest() == before
    back_up(silo, disk, epoch=2)
    assert disk.epoch().box == box_of(silo).name


def test_a_first_backup_that_was_cut_off_goes_on(silo: Silo, disk: Disk) -> None:
    fill(silo, b"one photo").close()
    assert not _ends_cut_off(silo, disk, "rename", 2)
    assert not disk.is_begun
    assert back_up(silo, disk) == disk.manifest()


@pytest.mark.parametrize("act", ["fsync", "rename"])
def test_a_power_cut_at_any_step_leaves_a_whole_backup(silo: Silo, disk: Disk, act: str) -> None:
    """Each run ends, without a word, at one write more than the run before; the next one goes on."""
    silo.receive("AB-123-CD")
    fill(silo, b"one photo", b"another").close()
    back_up(silo, disk)
    silo.receive("EF-456-GH")
    fill(silo, b"a third").close()
    silo.desk.ledger.checkpoint()
    for step in range(40):
        if _ends_cut_off(silo, disk, act, step):
            break
        copies = disk.manifest().copies
        assert copies[0].counts["ticket"] in (1, 2)
        for copy in copies:
            look(disk.ledger(copy), Depth.INDEXES)
    else:
        pytest.fail("it never came to its end")
    assert step > 3
    assert disk.manifest().copies[0].counts["ticket"] == 2
    assert files_of(disk.folder / "photos") == files_of(silo.desk.ledger.folder / "photos")
    assert not files_of(disk.folder, ".*.partial*")


def _ends_cut_off(silo: Silo, disk: Disk, act: str, after: int) -> bool:
    """Backs up in a child that dies at the write `after`; True where it came to its end before."""
    child = os.fork()
    if child == 0:
        left = [after]
        owner = os if act == "fsync" else Path
        usual = getattr(owner, act)

        def die(*given: object) -> object:
            if left[0] == 0:
                os._exit(9)
            left[0] -= 1
            return usual(*given)

        setattr(owner, act, die)
        try:
            copy_file = lambda part: shutil.copyfile(silo.desk.ledger.file, part)  # noqa: E731
            back_up(silo, disk, copy_ledger=lambda part: (copy_file(part), as_copy(part)))
        except BaseException:  # noqa: BLE001
            os._exit(8)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 0


def as_copy(part: Path) -> None:
    """A ledger's file as a copy of it: without a log."""
    with part.open("r+b") as file:
        file.seek(18)
        file.write(b"\x01\x01")
