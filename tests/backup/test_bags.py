"""Bags for headquarters are on the second disk as they close, and no disk's fault delays one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from station.backup import keeper as module
from station.backup.disk import Disk
from station.backup.proving import prove
from station.hub.own import STATIONS
from station.post.folder import NAME, BagFolder
from station.receival.persons import forgetting
from station.store.tables import Bag
from tests.backup.rig import back_up, files_of
from tests.backup.test_keeper import Yard
from tests.post.post_rig import HUB, START, Post, memory_hub
from tests.silo_rig import MARC, Silo


@pytest.fixture
def post(silo: Silo) -> Post:
    """The small silo's post, to a hub in memory."""
    ledger = silo.desk.ledger
    post = Post(ledger, BagFolder(ledger.folder / NAME), memory_hub())
    with post.hub.begin() as connection:
        connection.execute(insert(HUB.tables[STATIONS]).values(id=post.station, added_at=START))
    post.enrol()
    return post


@pytest.fixture
def yard(silo: Silo, post: Post, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    monkeypatch.setattr(module, "SCRATCH", disk.folder.parent)
    monkeypatch.setattr(module, "REST_S", 0.0)
    post.seal()
    back_up(silo, disk)
    return Yard(silo, disk)


def bags(folder: Path) -> set[str]:
    return files_of(folder / "post")


def test_a_bag_is_there_at_the_next_look(yard: Yard, post: Post) -> None:
    data = yard.silo.desk.ledger.folder
    assert bags(yard.disk.folder) == bags(data) != set()
    for plate in ("AB-123-CD", "EF-456-GH"):
        yard.silo.receive(plate)
        post.seal()
        yard.keeper.step()
        assert bags(yard.disk.folder) == bags(data)
    assert len(bags(data)) >= 3


def test_a_disk_that_was_away_catches_up_and_delays_no_bag(yard: Yard, post: Post) -> None:
    there = yard.disk.folder
    away = there.rename(there.with_name("away"))
    there.mkdir()
    yard.silo.receive("AB-123-CD")
    assert post.seal()
    yard.keeper.step()
    assert "second_disk_away" in yard.codes()
    assert bags(there) == set()
    shutil.rmtree(there)
    away.rename(there)
    yard.keeper.step()
    assert bags(there) == bags(yard.silo.desk.ledger.folder)


def test_a_disk_that_takes_nothing_is_told_and_tried_again(
    yard: Yard, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.keeper.step()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(yard.disk.folder / "post"))

    with monkeypatch.context() as patch:
        patch.setattr("station.backup.bags.copy_file", full)
        yard.silo.receive("AB-123-CD")
        assert post.seal()
        yard.keeper.step()
        assert "second_disk_full" in yard.codes()
    yard.after(minutes=6)
    assert bags(yard.disk.folder) == bags(yard.silo.desk.ledger.folder)
    assert "second_disk_full" not in yard.codes()


def test_old_bags_go_there_too_but_none_that_is_only_there(yard: Yard, post: Post) -> None:
    yard.keeper.step()
    with post.ledger.write() as tx:
        tx.add(row := tx.get_one(Bag, ("e1", 1)))
        row.acknowledged_at = yard.silo.clock()
    post.folder.remove("e1", 1)
    yard.after(minutes=6)
    assert "post/e1/00000001.bag" in files_of(yard.disk.folder)
    yard.after(days=61)
    assert "post/e1/00000001.bag" not in files_of(yard.disk.folder)


def test_a_bag_that_changed_on_the_disk_is_found_by_the_proof(yard: Yard, tmp_path: Path) -> None:
    (file,) = (yard.disk.folder / "post").glob("*/*.bag")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    (tmp_path / "scratch").mkdir()
    proof = prove(yard.disk, tmp_path / "scratch", yard.silo.clock(), lambda: None, repair=False)
    assert [(one["code"], one["params"]["count"]) for one in proof.found] == [("proof_file_differs", 1)]


def test_copies_that_name_who_was_forgotten_go_at_once(yard: Yard, post: Post) -> None:
    yard.silo.receive("AB-123-CD")
    yard.after(minutes=61)
    assert len(yard.disk.manifest().copies) == 2
    forgetting.forget_supplier(yard.silo.desk, "EARL Dupont", "a letter", MARC, yard.silo.clock())
    post.seal()
    yard.is_free = False
    assert yard.after(seconds=5) == 1
    yard.silo.receive("AB-123-CD")
    assert yard.after(minutes=61) == 2, "the next ones are kept as ever"
