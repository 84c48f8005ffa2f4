"""A data scientist's bundle at a running silo: installed, in shadow, promoted, rolled back, and killed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from station.demo.setup import PERSON, PIN, make_tokens
from station.demo.station_process import StationProcess
from station.signing import SecretKey, sign
from tests.api.rig import wait_until
from tests.cli.rig import KEY, SECONDS, silo
from tests.model_rig import SPECIES, TASK, packed, shipped_version, tray
from tests.silo_rig import START

SHIPPED = shipped_version()


@pytest.fixture
def station(site: Path, tmp_path: Path) -> Iterator[StationProcess]:
    with StationProcess(site, tmp_path / "station.log", speed=1.0, start=START) as running:
        yield running


def listed(site: Path) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in silo(site, "model", "list", "--json").splitlines()]
    return {row["version"]: row for row in rows}


Upload = Callable[[], dict[str, tuple[bool, str]]]


def phone_of(station: StationProcess) -> tuple[httpx2.Client, str]:
    keys = make_tokens(station.url, station.admin_token, "en")
    client = httpx2.Client(
        base_url=f"{station.url}/api/v1", headers={"Authorization": f"Bearer {keys.phone}"}, verify=False,
        timeout=30,
    )  # fmt: skip
    return client, keys.phone


def photograph(phone: httpx2.Client, seed: int = 3) -> str:
    files = [("photos", ("a.jpg", tray(seed), "image/jpeg"))]
    answer = phone.post("/captures", data={"id": str(uuid4())}, files=files)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def versions(phone: httpx2.Client, capture_id: str) -> list[str]:
    """Of every inspection of the capture; a doubled one would show."""
    return sorted(one["version"] for one in phone.get(f"/captures/{capture_id}").json()["inspections"])


def wait_for(phone: httpx2.Client, capture_id: str, *wanted: str) -> None:
    wait_until(lambda: versions(phone, capture_id) == sorted(wanted), seconds=SECONDS)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_bundle_is_installed_tried_promoted_and_rolled_back_while_the_station_runs(
    site: Path, station: StationProcess, tmp_path: Path
) -> None:
    phone, _ = phone_of(station)
    silo(site, "model", "install", str(tmp_path / "wheat-2.bundle"), "--why", "new net")
    first = photograph(phone)
    wait_for(phone, first, SHIPPED, "2")
    shadow = listed(site)["2"]
    assert (shadow["status"], shadow["captures"], shadow["signed_by"]) == ("shadow", 1, KEY.public.name)
    assert shadow["agreement"]["same_verdict"] == 1.0
    name = shadow["name"]
    silo(site, "model", "promote", name, "2", "--by", PERSON, "--pin", PIN, "--why", "agrees")
    second = photograph(phone, 4)
    wait_for(phone, second, "2")
    silo(site, "model", "rollback", TASK, SPECIES)
    third = photograph(phone, 5)
    wait_for(phone, third, SHIPPED)
    rows = listed(site)
    assert (rows[SHIPPED]["status"], rows["2"]["status"]) == ("active", "rolled_back")
    silo(site, "model", "promote", name, "9", code=1)
    phone.close()


@pytest.mark.long
@pytest.mark.timeout(400)
def test_killed_in_the_middle_each_model_still_inspects_each_capture_once(
    site: Path, station: StationProcess, tmp_path: Path
) -> None:
    phone, _ = phone_of(station)
    silo(site, "model", "install", str(tmp_path / "wheat-2.bundle"))
    taken = [photograph(phone, seed) for seed in (3, 4, 5)]
    station.kill()  # between the upload's answer and the last inspection, wherever that is
    station.start()
    taken.append(photograph(phone, 6))
    for capture_id in taken:
        wait_for(phone, capture_id, SHIPPED, "2")
    assert listed(site)["2"]["captures"] == len(taken)
    phone.close()


def test_a_bundle_of_a_stranger_is_refused_on_the_closed_data_folder_too(site: Path, tmp_path: Path) -> None:
    data = packed("3")
    bundle = tmp_path / "wheat-3.bundle"
    bundle.write_bytes(data)
    bundle.with_name("wheat-3.bundle.minisig").write_text(sign(data, SecretKey(b"stranger", bytes(32)), "x"))
    silo(site, "model", "install", str(bundle), code=1)
    silo(site, "model", "install", str(tmp_path / "nothing.bundle"), code=2)
    assert listed(site) == {}
