"""The second disk is kept up to date beside the trucks, and whatever it does the day goes on."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from station.backup import keeper as module
from station.backup.disk import Disk, Epoch
from station.backup.keeper import Keeper, find_taken_over
from station.backup.standing import standing_of, why_no_station
from station.site.file import Backup
from station.store.blobs import Blobs
from station.store.errors import DiskFull, LedgerFault, NoRoom, TakenOver
from tests.backup.rig import back_up, box_of, files_of
from tests.silo_rig import Silo


class Yard:
    """A keeper of the small silo, whose bridge is free or not as the test says."""

    def __init__(self, silo: Silo, disk: Disk) -> None:
        self.silo, self.disk, self.is_free = silo, disk, True
        self.gave_way: list[bool] = []
        self.keeper = self.begin()

    def begin(self) -> Keeper:
        rules = Backup(folder=self.disk.folder, keep=3)
        keeper = Keeper(
            self.silo.desk.ledger, box_of(self.silo), rules, "page", self.silo.clock, lambda: self.is_free
        )
        keeper.when_taken_over(lambda: self.gave_way.append(True))
        return keeper

    def after(self, **time: float) -> int:
        """How many ledgers are there after the step that the keeper takes then."""
        self.silo.clock.pass_(**time)
        self.keeper.step()
        return len(self.disk.manifest().copies)

    def codes(self) -> list[str]:
        return [code for code, _ in self.keeper.warnings(self.silo.clock())]


@pytest.fixture
def yard(silo: Silo, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """Begun by a person at eight in the morning, and proved that night."""
    monkeypatch.setattr(module, "SCRATCH", disk.folder.parent)
    monkeypatch.setattr(module, "REST_S", 0.0)
    back_up(silo, disk)
    yard = Yard(silo, disk)
    silo.clock.pass_(minutes=11)
    yard.keeper.step()
    assert disk.proof() is not None
    silo.receive("AB-123-CD")
    return yard


def test_one_is_made_once_the_bridge_is_free_and_after_an_hour_all_the_same(yard: Yard) -> None:
    yard.is_free = False
    assert yard.after(minutes=20) == 1
    assert yard.after(minutes=20) == 1  # due, and a truck stands there
    yard.is_free = True
    assert yard.after(seconds=5) == 2
    yard.silo.receive("EF-456-GH")
    yard.is_free = False
    assert yard.after(minutes=59) == 2
    assert yard.after(minutes=1) == 3
    assert yard.disk.manifest().copies[0].counts["ticket"] == 2


def test_times_that_lie_ahead_hold_up_neither_backup_nor_proof(yard: Yard) -> None:
    """A person began the disk by the machine's clock, which the station does not believe."""
    ahead = yard.silo.clock() + timedelta(days=100)
    manifest, proof = yard.disk.manifest(), yard.disk.proof()
    assert proof is not None
    (newest,) = manifest.copies
    yard.disk.write(
        "backup.json", manifest.model_copy(update={"copies": (newest.model_copy(update={"made_at": ahead}),)})
    )
    yard.disk.write("proof.json", proof.model_copy(update={"at": ahead}))
    yard.is_free = False
    assert yard.after(seconds=5) == 2
    assert yard.disk.manifest().copies[0].made_at < yard.silo.clock()
    yard.is_free = True
    yard.after(minutes=11)
    after = yard.disk.proof()
    assert after is not None
    assert after.at < yard.silo.clock()


def test_none_is_made_while_nothing_happens(yard: Yard) -> None:
    assert yard.after(hours=1) == 2
    assert yard.after(hours=5) == 2
    assert yard.codes() == []


def test_a_photo_is_there_at_the_next_step(yard: Yard) -> None:
    blobs = Blobs(yard.silo.desk.ledger.folder / "photos")
    yard.keeper.step()
    for photo in (b"one", b"two"):
        digest = blobs.put(photo)
        assert yard.after(seconds=5) == 1
        assert f"{digest[:2]}/{digest}" in files_of(yard.disk.folder / "photos")


def test_a_disk_that_is_missing_is_said_for_as_long_as_it_is(yard: Yard, tmp_path: Path) -> None:
    away = tmp_path / "away"
    yard.disk.folder.rename(away)
    yard.silo.clock.pass_(minutes=5)
    yard.keeper.step()
    assert yard.codes() == ["second_disk_away"]
    yard.keeper = yard.begin()  # a restart
    yard.silo.clock.pass_(days=7)
    yard.keeper.step()
    assert yard.codes() == ["second_disk_away", "backup_old", "proof_old"]
    (_, params), *_ = yard.keeper.warnings(yard.silo.clock())
    assert params["age_s"] == pytest.approx(7 * 86_400, abs=1)
    yard.silo.receive("EF-456-GH")
    away.rename(yard.disk.folder)
    yard.keeper.step()
    assert yard.codes() == ["proof_old"]
    yard.after(minutes=11)
    assert yard.codes() == []


def test_a_backup_that_fails_is_said_and_tried_again_later(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def fail(*_: object) -> None:
        tried.append(1)
        raise NoRoom(LedgerFault.NO_ROOM, folder="/media/silo", missing_mb=12)

    with monkeypatch.context() as full:
        full.setattr(module, "make_backup", fail)
        yard.after(hours=1)
        yard.after(seconds=5)
        assert yard.codes() == ["second_disk_small"]
        yard.after(hours=1)
    assert len(tried) == 2
    assert yard.codes() == ["second_disk_small", "backup_old"]
    assert yard.after(minutes=6) == 2
    assert yard.codes() == []


def test_a_full_disk_under_a_photo_disturbs_nobody(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DiskFull(LedgerFault.DISK_FULL, folder="/media/silo")

    monkeypatch.setattr(module, "copy_missing", fail)
    Blobs(yard.silo.desk.ledger.folder / "photos").put(b"one")
    yard.after(seconds=5)
    assert yard.codes() == ["second_disk_full"]


def test_a_later_epoch_ends_the_station_for_good(yard: Yard, tmp_path: Path) -> None:
    yard.disk.write("epoch.json", Epoch(number=1, box="box-2", at=yard.silo.clock()))
    yard.after(seconds=5)
    assert yard.gave_way == [True]
    shutil.rmtree(yard.disk.folder)
    told = why_no_station(yard.silo.desk.ledger.folder)
    assert told is not None
    assert told.params["box"] == "box-2"
    yard.silo.desk.ledger.refuse_writing(told)
    with pytest.raises(TakenOver):
        yard.silo.arrive("EF-456-GH")


def test_at_a_start_the_disk_is_looked_at_once(silo: Silo, disk: Disk) -> None:
    back_up(silo, disk)
    look = lambda: find_taken_over(box_of(silo), disk.folder, silo.clock()).later  # noqa: E731
    assert look() is None
    disk.write("epoch.json", Epoch(number=1, box="box-2", at=silo.clock()))
    assert find_taken_over(box_of(silo), None, silo.clock()).later is None
    assert look() is not None
    shutil.rmtree(disk.folder)
    assert look() is not None


def test_a_box_without_its_data_folder_is_no_new_silo_where_another_took_over(
    silo: Silo, disk: Disk, tmp_path: Path
) -> None:
    back_up(silo, disk)
    disk.write("epoch.json", Epoch(number=1, box="box-2", at=silo.clock()))
    box = replace(box_of(silo), data=tmp_path / "gone")
    assert find_taken_over(box, disk.folder, silo.clock()).later == disk.epoch()


def test_somebody_elses_backup_is_no_problem(yard: Yard) -> None:
    with yard.disk.held():
        assert yard.after(hours=1) == 1
    assert yard.codes() == []
    assert yard.after(seconds=5) == 2


def test_a_proof_is_made_each_day_in_a_quiet_hour(yard: Yard) -> None:
    first = yard.disk.proof()
    yard.after(hours=1)
    yard.silo.clock.pass_(hours=18, minutes=15)  # half past three in the night
    yard.silo.receive("EF-456-GH")
    yard.after(seconds=5)  # makes a backup
    yard.after(seconds=5)  # a truck has just left
    assert yard.disk.proof() == first
    yard.after(minutes=11)
    second = yard.disk.proof()
    assert second is not None
    assert second != first
    assert second.found == ()
    yard.after(minutes=30)
    assert yard.disk.proof() == second


def test_a_proof_that_finds_something_is_said_until_the_next(yard: Yard) -> None:
    copy = yard.disk.manifest().copies[0]
    yard.disk.ledger(copy).write_bytes(b"other")
    yard.disk.write("proof.json", "")
    yard.after(minutes=11)
    assert yard.codes() == ["backup_not_proved", "proof_ledger_differs"]


def test_a_station_that_stops_waits_for_no_copy(yard: Yard) -> None:
    yard.keeper.stop()
    assert yard.after(hours=1) == 1
    assert not files_of(yard.disk.folder, ".*.partial*")


def test_what_it_knows_outlives_the_process(yard: Yard) -> None:
    with closing(yard.silo.desk.ledger):
        assert standing_of(yard.silo.desk.ledger.folder) == yard.keeper.standing
    assert yard.begin().standing.made_at is not None
