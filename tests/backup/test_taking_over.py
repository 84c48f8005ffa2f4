"""A spare box takes over from the second disk: same records, next number, and the old box says who it is."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from station.backup import taking_over
from station.backup.disk import Disk, Epoch
from station.backup.standing import Standing, keep_standing, standing_of, why_no_station
from station.backup.taking_over import Taken, TakeOver, take_over
from station.backup.writing import site_path
from station.post import identity
from station.receival.papers.paper_seals import public_key
from station.store import room
from station.store.approval_key import read_key, write_key
from station.store.engine import Ledger
from station.store.errors import BackupDamaged, LedgerFault, LedgerHeld, LedgerPresent, NoRoom, TakenOver
from station.store.tables import AuditEvent, Load, Ticket
from tests.backup.rig import back_up, box_of, copied, files_of, fill
from tests.silo_rig import SITE_FILE, START, Silo


@pytest.fixture
def written(silo: Silo, disk: Disk) -> Disk:
    silo.receive("AB-123-CD")
    silo.arrive("EF-456-GH")
    fill(silo, b"one photo", b"another").close()
    back_up(silo, disk)
    return disk


def wanted(tmp_path: Path, **over: object) -> TakeOver:
    given = {
        "site_file": tmp_path / "new" / "site.toml",
        "data": tmp_path / "new" / "data",
        "site": "silo-1",
        "box": "box-2",
        "last_tickets": {"2026": 7},
        "is_new_box": True,
        **over,
    }
    (tmp_path / "new").mkdir(exist_ok=True)
    return TakeOver(**given)  # type: ignore[arg-type]


def done(disk: Disk, tmp_path: Path, **over: object) -> Taken:
    return take_over(disk, wanted(tmp_path, **over), START, lambda: None)


def test_the_spare_box_has_all_and_goes_on_with_the_next_number(
    silo: Silo, written: Disk, tmp_path: Path
) -> None:
    assert done(written, tmp_path).kept is None
    new, old = tmp_path / "new" / "data", silo.desk.ledger.folder
    for shelf in ("photos", "frames"):
        assert files_of(new / shelf) == files_of(old / shelf)
    with closing(Ledger(new)) as ledger, ledger.read() as tx:
        assert tx.exec(select(Ticket.number)).all() == [1]
        assert len(tx.exec(select(Load).where(Load.asks_paper)).all()) == 1
        told = tx.exec(select(AuditEvent).where(AuditEvent.kind == "ledger_restored")).one().data
    assert (told["from_box"], told["box"], told["epoch"]) == ("box-1", "box-2", 1)
    assert told["tickets"]["2026"] == {"before": 1, "after": 7}


def test_the_old_box_finds_the_later_epoch_at_its_next_backup(
    silo: Silo, written: Disk, tmp_path: Path
) -> None:
    done(written, tmp_path)
    epoch = written.epoch()
    assert (epoch.number, epoch.box, epoch.at) == (1, "box-2", START)
    assert standing_of(tmp_path / "new" / "data").epoch == 1
    with pytest.raises(TakenOver):
        back_up(silo, written)


def test_back_again_the_first_box_is_the_later_one(silo: Silo, written: Disk, tmp_path: Path) -> None:
    done(written, tmp_path)
    old = tmp_path / "old"
    keep_standing(silo.desk.ledger.folder, Standing(later=written.epoch()))
    assert why_no_station(silo.desk.ledger.folder) is not None
    copied(silo.desk.ledger.folder, old)
    with pytest.raises(TakenOver):
        done(written, tmp_path, data=old, is_new_box=False, replace=True)
    done(written, tmp_path, data=old, box="box-1", replace=True)
    assert why_no_station(old) is None
    assert (standing_of(old).epoch, written.epoch().box) == (2, "box-1")


@pytest.mark.parametrize("step", ["restore", "epoch"])
def test_one_that_is_cut_off_leaves_the_old_box_the_station_and_can_be_done_again(
    silo: Silo, written: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Cut(BaseException):
        pass

    def cut(*_: object, **__: object) -> None:
        raise Cut

    owner = taking_over.restoring if step == "restore" else Disk
    with monkeypatch.context() as broken:
        broken.setattr(owner, "restore" if step == "restore" else "write", cut)
        with pytest.raises(Cut):
            done(written, tmp_path)
    assert written.epoch().number == 0
    back_up(silo, written)
    done(written, tmp_path, replace=True)
    assert written.epoch().number == 2
    with closing(Ledger(tmp_path / "new" / "data")) as ledger, ledger.read() as tx:
        assert tx.exec(select(Ticket.number)).all() == [1]


def test_a_half_done_one_is_no_new_silo(written: Disk, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "data").mkdir()
    keep_standing(tmp_path / "new" / "data", Standing(epoch=1))
    with pytest.raises(Exception, match="ledger_missing"):
        Ledger(tmp_path / "new" / "data")


def test_damage_is_refused_by_its_name_and_nothing_is_changed(written: Disk, tmp_path: Path) -> None:
    ledger = written.ledger(written.manifest().copies[0])
    with ledger.open("r+b") as file:
        file.seek(5000)
        file.write(b"other")
    with pytest.raises(BackupDamaged) as refused:
        done(written, tmp_path)
    assert refused.value.code is LedgerFault.BACKUP_DAMAGED
    assert refused.value.params["file"] == str(ledger)
    assert not (tmp_path / "new" / "data").exists()


def test_a_box_that_is_a_station_keeps_its_ledger_unless_told(written: Disk, tmp_path: Path) -> None:
    done(written, tmp_path)
    with pytest.raises(LedgerPresent):
        done(written, tmp_path)
    with closing(Ledger(tmp_path / "new" / "data")), pytest.raises(LedgerHeld):
        done(written, tmp_path, replace=True)
    assert done(written, tmp_path, replace=True).kept is not None


def test_a_disk_that_is_too_small_is_refused_with_what_it_lacks(
    written: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "disk_usage", lambda _: SimpleNamespace(free=10_000_000))
    with pytest.raises(NoRoom) as refused:
        done(written, tmp_path)
    assert refused.value.params["missing_mb"] >= 54
    assert not (tmp_path / "new" / "data" / "photos").exists()


def test_site_files_come_where_they_belong_and_others_are_kept(written: Disk, tmp_path: Path) -> None:
    site_file = tmp_path / "new" / "site.toml"
    site_file.parent.mkdir()
    site_file.write_text("another")
    assert done(written, tmp_path).replaced == (site_file,)
    assert site_file.read_bytes() == SITE_FILE.read_bytes()
    (kept,) = site_file.parent.glob("site.toml.before-*")
    assert kept.read_text() == "another"
    assert done(written, tmp_path, replace=True).replaced == ()


def test_what_is_refused_changes_neither_the_site_file_nor_the_epoch(written: Disk, tmp_path: Path) -> None:
    done(written, tmp_path)
    site_file = tmp_path / "new" / "site.toml"
    site_file.write_text("another")
    with pytest.raises(LedgerPresent):
        done(written, tmp_path)
    with closing(Ledger(tmp_path / "new" / "data")), pytest.raises(LedgerHeld):
        done(written, tmp_path, replace=True)
    assert site_file.read_text() == "another"
    assert standing_of(tmp_path / "new" / "data").epoch == written.epoch().number == 1


def test_devices_keep_their_passwords(silo: Silo, disk: Disk, tmp_path: Path) -> None:
    site_file = tmp_path / "old" / "site.toml"
    (site_file.parent / "devices").mkdir(parents=True)
    site_file.write_bytes(SITE_FILE.read_bytes())
    (site_file.parent / "devices" / "nir.password").write_text("tobacco")
    back_up(silo, disk, box=replace(box_of(silo), site_file=site_file))
    done(disk, tmp_path)
    assert (tmp_path / "new" / "devices" / "nir.password").read_text() == "tobacco"


def test_phones_that_approved_for_the_old_box_approve_for_the_new_one(
    silo: Silo, disk: Disk, tmp_path: Path
) -> None:
    write_key(silo.desk.ledger.folder, bytes(32))
    back_up(silo, disk)
    stored = next(one for one in disk.manifest().files if one.name == "data/approval.key")
    assert site_path(disk, stored.sha256).stat().st_mode & 0o777 == 0o600
    done(disk, tmp_path)
    placed = tmp_path / "new" / "data" / "approval.key"
    assert read_key(placed.parent) == bytes(32)
    assert placed.stat().st_mode & 0o777 == 0o600


def test_papers_and_bags_are_signed_by_the_same_key(silo: Silo, disk: Disk, tmp_path: Path) -> None:
    """A mill has the station's public key; headquarters takes no bag that another has signed."""
    key = identity.paper_key(silo.desk.ledger)
    assert key is not None
    back_up(silo, disk)
    done(disk, tmp_path)
    with closing(Ledger(tmp_path / "new" / "data")) as ledger:
        again = identity.paper_key(ledger)
    assert again is not None
    assert public_key(again) == public_key(key)


def test_a_take_over_that_did_not_reach_the_disk_is_written_at_the_next_backup(
    silo: Silo, written: Disk
) -> None:
    back_up(silo, written, epoch=3)
    assert written.epoch().number == 3


def test_an_open_segment_that_went_on_is_not_replaced_by_the_older_one(
    silo: Silo, disk: Disk, tmp_path: Path
) -> None:
    journal = fill(silo)
    back_up(silo, disk)
    journal.append(b"and one more", START)
    journal.close()
    (opened,) = (silo.desk.ledger.folder / "frames" / "bridge").iterdir()
    before = opened.read_bytes()
    silo.desk.ledger.close()
    done(disk, tmp_path, data=silo.desk.ledger.folder, is_new_box=False, replace=True)
    assert opened.read_bytes() == before


def test_an_epoch_is_read_back_as_it_was_written(disk: Disk) -> None:
    assert disk.epoch() == Epoch()
    disk.write("epoch.json", Epoch(number=4, box="box-3", at=START))
    assert disk.epoch() == Epoch(number=4, box="box-3", at=START)
