"""`silo check` looks at the second disk."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from station.backup.disk import Disk, Epoch
from station.backup.proving import prove
from station.backup.station_files import Box
from station.checks.second_disk import check_second_disk
from station.site.file import Backup
from tests.backup.rig import back_up, box_of
from tests.silo_rig import SITE, Silo


def box_with(silo: Silo, folder: Path) -> Box:
    settings = SITE.model_copy(update={"backup": Backup(folder=folder)})
    return replace(box_of(silo), settings=settings)


def found(silo: Silo, folder: Path, **later: float) -> list[tuple[str, str]]:
    at = silo.clock() + timedelta(**later)
    return [(one.level, one.text) for one in check_second_disk(box_with(silo, folder), at, "en")]


def test_where_there_is_none_that_is_said(silo: Silo) -> None:
    (one,) = check_second_disk(box_of(silo), silo.clock(), "en")
    assert "[backup]" in one.text


def test_a_missing_one_says_how_one_begins(silo: Silo, tmp_path: Path) -> None:
    ((level, text),) = found(silo, tmp_path)
    assert level == "warning"
    assert f"silo backup {tmp_path}" in text


def test_its_age_and_its_proof_are_told(silo: Silo, disk: Disk, tmp_path: Path) -> None:
    back_up(silo, disk)
    assert [level for level, _ in found(silo, disk.folder)] == ["ok", "warning"]
    (tmp_path / "scratch").mkdir()
    prove(disk, tmp_path / "scratch", silo.clock(), lambda: None, repair=False)
    assert [level for level, _ in found(silo, disk.folder)] == ["ok", "ok"]
    assert [level for level, _ in found(silo, disk.folder, days=4)] == ["warning", "warning"]


def test_another_box_that_took_over_is_a_problem(silo: Silo, disk: Disk) -> None:
    back_up(silo, disk)
    disk.write("epoch.json", Epoch(number=1, box="box-2", at=silo.clock()))
    assert [text for level, text in found(silo, disk.folder) if level == "problem" and "box-2" in text]
