"""The commands that read a silo's past, on its closed data folder and beside the running station."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from station.acts.desk import Desk
from station.demo.station_process import StationProcess
from station.receival.measuring import captures
from station.receival.measuring.captures import StoredPhoto
from station.receival.persons import people
from station.site.policy import policy_of
from station.site.read import load_settings
from station.store.blobs import Blobs
from station.store.engine import Ledger
from tests.cli.rig import silo
from tests.export.test_clean import exif, jpeg, segment
from tests.silo_rig import START

pytestmark = pytest.mark.long


def photograph(site_file: Path, count: int) -> None:
    """Photos that came before the station was stopped."""
    ledger = Ledger(site_file.parent / "data")
    desk = Desk(ledger, policy_of(load_settings(site_file)))
    photos = Blobs(ledger.folder / "photos")
    phone = people.add_terminal(desk, "phone of Marie", "phone", START)[0]
    for number in range(count):
        data = jpeg(segment(0xE1, b"Exif\0\0" + exif()), segment(0xFE, b"%d" % number))
        photo = StoredPhoto(photos.put(data), len(data), "image/jpeg")
        captures.receive_capture(desk, str(uuid4()), {}, [photo], phone, START)
    ledger.close()


@pytest.mark.timeout(300)
def test_a_dataset_is_begun_on_the_closed_folder_and_finished_beside_the_running_station(
    site: Path,
    tmp_path: Path,
) -> None:
    photograph(site, 3)
    stick = tmp_path / "stick"
    first = json.loads(silo(site, "export", "dataset", str(stick), "--max-gb", "0.001", "--json"))
    assert (first["added"], first["capped"]) == (3, False)
    some = next(iter((stick / "captures").iterdir()))
    some.unlink()
    with StationProcess(site, tmp_path / "station.log", speed=1.0, start=START):
        again = json.loads(silo(site, "export", "dataset", str(stick), "--json"))
        nothing = silo(site, "model", "backtest", str(tmp_path / "wheat-2.bundle"), "--json")
    assert (again["added"], again["there"]) == (1, 2)
    assert "Marie" not in some.read_text()
    assert json.loads(nothing.splitlines()[0])["captures"] == 0
    assert (
        silo(site, "export", "dataset", str(stick), "--from", "2030-01-01", "--json").count('"added": 0') == 1
    )
