"""`silo instrument` on a closed data folder."""

import json
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from station.receival.measuring.instruments import plugged
from station.store.engine import Ledger
from tests.cli.rig import invoke

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path: Path, silo_folder: Path) -> Path:
    for name in ("site.toml", "rules.toml"):
        shutil.copy(ROOT / "examples" / name, tmp_path / name)
    shutil.copytree(silo_folder, tmp_path / "data")
    file = tmp_path / "site.toml"
    file.write_text(file.read_text().replace('id = "beaulieu"', 'id = "silo-1"').replace('"fr"', '"en"'))
    return file


def instrument(*arguments: str) -> subprocess.CompletedProcess[str]:
    return invoke("instrument", *arguments)


def test_a_swap_is_recorded_and_listed(site: Path) -> None:
    options = ["--config", str(site), "--name", "GAC loan", "--serial", "L-77"]
    done = instrument("swap", "gac", *options, "--verified-until", "2027-03-31")
    assert done.returncode == 0, done.stderr
    listed = instrument("list", "--config", str(site))
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {row["name"]: row["port_id"] for row in rows}["GAC loan"] == "gac"
    again = instrument("swap", "gac", *options)
    assert again.returncode == 1
    assert "L-77" in again.stderr


def test_a_loaner_of_another_model_is_plugged_in_and_told_where_it_differs(site: Path) -> None:
    """On the closed data folder: a restart reads it so."""
    options = ["--config", str(site), "--name", "Bridge on loan", "--serial", "L-9"]
    wrong = instrument("swap", "bridge", *options, "--driver", "mt-sics", "--set", "poll=daily")
    assert wrong.returncode == 1
    assert "poll = 'daily'" in wrong.stderr
    more = ["--driver", "mt-sics", "--set", "poll=S", "--address", "tcp:127.0.0.1:9"]
    done = instrument("swap", "bridge", *options, *more)
    assert done.returncode == 0, done.stderr
    listed = instrument("list", "--config", str(site))
    (row,) = [row for row in map(json.loads, listed.stdout.splitlines()) if row["port_id"] == "bridge"]
    assert (row["kind"], row["plugged"][-1]["settings"]) == ("mt-sics", {"poll": "S"})
    checked = invoke("check", "--config", str(site))
    assert "not as the site file says: Bridge on loan (serial no. L-9)" in checked.stderr
    assert "tcp:127.0.0.1:9" in checked.stderr


def test_a_loaners_limits_are_told_with_it(site: Path) -> None:
    limits = ["--grain-temperature", "4", "35", "--uncertainty", "moisture=0.2", "--asset-tag", "A-3"]
    options = ["--config", str(site), "--name", "GAC loan", "--serial", "L-77"]
    assert instrument("swap", "gac", *options, *limits).returncode == 0
    rows = [json.loads(line) for line in instrument("list", "--config", str(site)).stdout.splitlines()]
    (row,) = [row for row in rows if row["serial_number"] == "L-77"]
    assert (row["grain_temperature_c"], row["uncertainty"]) == ([4.0, 35.0], {"moisture": 0.2})
    spoilt = instrument("swap", "gac", *options, "--uncertainty", "moisture=much")
    assert (spoilt.returncode, "write moisture=much as moisture=0.2" in spoilt.stderr) == (2, True)
    wrong = instrument("swap", "gac", *options, "--uncertainty", "sugar=1")
    assert wrong.returncode == 2
    assert "sugar" in wrong.stderr


def test_a_new_verification_is_recorded_on_the_closed_folder(site: Path) -> None:
    done = instrument("describe", "gac", "--config", str(site), "--verified-until", "01/06/2028")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in instrument("list", "--config", str(site)).stdout.splitlines()]
    assert [row["verified_until"] for row in rows if row["port_id"] == "gac"] == ["2028-06-01"]


def test_check_names_an_instrument_that_was_once_plugged_in_at_the_data_folder(site: Path) -> None:
    data = site.parent / "data"
    with closing(Ledger(data)) as ledger, ledger.write() as tx:
        row = plugged(tx)["gac"].assignment
        row.driver, row.port, row.settings = "file-drop", f"folder:{data}", {"profile": "xlsx-results"}
        tx.add(row)
    checked = invoke("check", "--config", str(site))
    assert checked.returncode == 1
    assert f"folder:{data} is the station's own data folder" in checked.stderr
    assert {"done", "rejected"}.isdisjoint(path.name for path in data.iterdir())
    assert (data / "ledger.db").is_file()
