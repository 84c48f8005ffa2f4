"""A box from which another took over accepts nothing and says so: at its start, and while it runs."""

import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from station.backup.disk import Disk, Epoch
from station.demo.station_process import StationProcess
from tests.cli.rig import run, silo
from tests.silo_rig import START

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
FOUND_S = 120.0  # it looks at the second disk after 20


@pytest.fixture
def disk(worked: Path, tmp_path: Path) -> Disk:
    folder = tmp_path / "disk"
    folder.mkdir()
    worked.write_text(worked.read_text() + f'\n[backup]\nfolder = "{folder}"\n')
    silo(worked, "token", "add", "gate")
    silo(worked, "backup", str(folder))
    return Disk(folder)


def take_over(disk: Disk) -> None:
    disk.write("epoch.json", Epoch(number=1, box="box-2", at=START))


def health(station: StationProcess) -> dict[str, Any]:
    answer: dict[str, Any] = httpx2.get(f"{station.url}/api/v1/health", trust_env=False).json()
    return answer


def check_closed(station: StationProcess, site: Path) -> None:
    told = health(station)
    assert not told["accepting"]
    assert [reason["code"] for reason in told["refuses"]] == ["taken_over"]
    assert "box-2" in told["refuses"][0]["message"]
    headers = {"Authorization": f"Bearer {(site.parent / 'data' / 'admin.token').read_text()}"}
    body = {"name": "Paul", "pin": "1357", "roles": ["operator"]}
    refused = httpx2.post(f"{station.url}/api/v1/admin/people", json=body, headers=headers, trust_env=False)
    assert (refused.status_code, refused.json()["code"]) == (503, "taken_over")


def test_at_its_start(worked: Path, disk: Disk, tmp_path: Path) -> None:
    take_over(disk)
    with StationProcess(worked, tmp_path / "log", speed=1.0, start=START) as station:
        check_closed(station, worked)
    disk.folder.rename(tmp_path / "away")
    done = run(worked, "person", "add", "Paul", "--role", "operator", "--pin", "1357")
    assert done.returncode == 5
    assert "box-2" in done.stderr


def test_while_it_runs(worked: Path, disk: Disk, tmp_path: Path) -> None:
    with StationProcess(worked, tmp_path / "log", speed=1.0, start=START) as station:
        assert health(station)["accepting"]
        end = time.monotonic() + FOUND_S
        while time.monotonic() < end and health(station)["backup"]["made_at"] is None:
            time.sleep(0.5)
        assert health(station)["backup"]["made_at"] is not None
        take_over(disk)
        end = time.monotonic() + FOUND_S
        while time.monotonic() < end and _is_accepting(station):
            time.sleep(0.5)
        check_closed(station, worked)


def _is_accepting(station: StationProcess) -> bool:
    try:
        return bool(health(station)["accepting"])
    except httpx2.HTTPError:  # between the two
        return True
