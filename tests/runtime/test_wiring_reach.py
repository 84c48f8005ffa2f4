"""Wiring is an installer's act: an operator moves instruments among the places that the site file names, and
nobody's address leads to the station's own files."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from drivers.generic.profile import find_profile
from drivers.simulated.line import PtyLine
from station.receival.measuring.instruments import plugged
from station.receival.measuring.wiring import wiring_of
from station.setting_problems import SettingsError
from station.store.tables import AuditEvent
from tests.api.rig import Counter, ok, problem
from tests.runtime.dock import Dock, docked

LOANER = {"name": "NIR on loan", "serial_number": "L-77"}
FILES = {"driver": "file-drop", "settings": {"profile": "xlsx-results"}}
SECRET = "hunter2"


def nir_at(port: str, **more: Any) -> dict[str, Any]:
    return {"id": "nir", "name": "NIR", "driver": "json-nir", "port": port, "serial_number": "N-1", **more}


def swap(counter: Counter, who: str, wiring: dict[str, Any]) -> Any:
    with counter.client(who) as client:
        return client.post("/instruments/nir/swap", json={**LOANER, "wiring": wiring})


def address(counter: Counter) -> str:
    with counter.silo.desk.ledger.read() as tx:
        return wiring_of(plugged(tx)["nir"].assignment).address


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The addresses of two serial ports."""
    pair = PtyLine(tmp_path / "one"), PtyLine(tmp_path / "two")
    yield f"serial:{pair[0].path}", f"serial:{pair[1].path}"
    for line in pair:
        line.close()


@pytest.fixture
def dock(counter: Counter, lines: tuple[str, str], tmp_path: Path) -> Iterator[Dock]:
    (tmp_path / "drop").mkdir()
    other = {
        "id": "lab", "name": "Lab", "port": f"folder:{tmp_path / 'drop'}", "driver": "file-drop",
        "settings": {"profile": "long-results"},
    }  # fmt: skip
    broker = nir_at(f"mqtt://me:{SECRET}@127.0.0.1:1/silo/nir", id="far", serial_number="F-1")
    with docked(counter, nir_at(lines[0]), other, broker, spare_ports=[f"{lines[1]}?baud=4800"]) as running:
        yield running


def test_an_operator_moves_an_instrument_to_a_port_that_the_site_file_names(
    counter: Counter, dock: Dock, lines: tuple[str, str], tmp_path: Path
) -> None:
    named = (
        {"address": f"{lines[1]}?baud=4800"},
        {"address": f"{lines[1]}?baud=19200"},  # the same port, with the line settings of the instrument
        {"address": "mqtt://me@127.0.0.1:1/silo/nir"},
        {
            "driver": "file-drop",
            "settings": {"profile": "long-results"},
            "address": f"folder:{tmp_path / 'drop'}",
        },
        {"driver": "json-nir", "address": lines[0]},
    )
    for wiring in named:
        ok(swap(counter, "anne", wiring))
        assert address(counter) == wiring["address"]
    assert dock.driver("nir").health().address.startswith(lines[0].removeprefix("serial:"))


@pytest.mark.parametrize(
    "wiring",
    [
        {"address": "tcp:127.0.0.1:9"},
        {"address": "serial:/dev/ttyS7"},
        {"address": "mqtt://127.0.0.1:1/silo/nir"},
        {"address": "mqtt://me@127.0.0.1:1/silo/nir?client=silo-x-state"},
        {"address": "mqtt://me@127.0.0.1:1/other"},
        {"address": "tap:/dev/ttyS7"},
        {**FILES, "address": "folder:/srv/drop"},
        {"driver": "json-paths", "settings": {"profile": "nir-list"}},
        {"driver": "tasmota", "settings": {"driver": "generic", "inner.profile": "st-weight"}},
        {"driver": "generic", "profile": {"name": "a.toml", "text": "a = 1"}},
    ],
)  # fmt: skip
def test_a_new_address_or_profile_is_not_for_an_operator(
    counter: Counter, dock: Dock, wiring: dict[str, Any], lines: tuple[str, str]
) -> None:
    problem(swap(counter, "anne", wiring), 403, "not_in_site_file")
    assert address(counter) == lines[0]
    assert not (counter.silo.desk.ledger.folder / "profiles").exists()


@pytest.mark.parametrize("who", ["marc", "ines", "admin"])
def test_it_is_for_a_manager_and_for_an_installer(
    counter: Counter, dock: Dock, who: str, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    ok(swap(counter, who, {"address": "tcp:127.0.0.1:9"}))
    ok(swap(counter, who, {**FILES, "address": f"folder:{tmp_path / 'new'}"}))
    text = find_profile("long-results", "files").read_text()
    ok(swap(counter, who, {"settings": {}, "profile": {"name": "mine.toml", "text": text}}))
    assert dock.driver("nir").protocol.name == "One row per analyte (example)"


@pytest.mark.parametrize("who", ["marc", "ines", "admin"])
@pytest.mark.parametrize("wiring", [{"address": "replay:/etc/hostname"}, {"address": "REPLAY:/etc/hostname"}])
def test_a_recording_is_nobodys_device(
    counter: Counter, dock: Dock, who: str, wiring: dict[str, Any]
) -> None:
    problem(swap(counter, who, wiring), 403, "not_in_site_file")


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "../pyproject.toml", "/nowhere.toml", "./rules/../../x.toml"]
)
def test_no_file_elsewhere_is_read_as_a_profile(counter: Counter, dock: Dock, name: str) -> None:
    refused = swap(counter, "ines", {"driver": "generic", "settings": {"profile": name}})
    assert "send its text" in problem(refused, 422, "wiring_wrong")["params"]["text"]


def own_places(data: Path, tmp_path: Path) -> dict[str, Path]:
    for name, target in (("link", data), ("above", data.parent), ("within", data / "photos")):
        (tmp_path / name).symlink_to(target)
    return {
        "itself": data,
        "relative": Path(os.path.relpath(data)),
        "in it": data / "frames",
        "not there yet": data / "later" / "drop",
        "around it": data.parent,
        "the root": Path("/"),
        "through a link": tmp_path / "link",
        "a link around it": tmp_path / "above",
        "a link into it": tmp_path / "within",
        "dots": data / ".." / data.name,
    }


@pytest.mark.parametrize("who", ["marc", "ines", "admin"])
@pytest.mark.parametrize("scheme", ["folder", "serial", "tap", "FOLDER"])
def test_nobodys_address_leads_to_the_stations_own_data(
    counter: Counter, dock: Dock, scheme: str, who: str, tmp_path: Path, lines: tuple[str, str]
) -> None:
    wiring = FILES if scheme.lower() == "folder" else {}
    data = counter.silo.desk.ledger.folder
    before = sorted(data.iterdir())
    for what, place in own_places(data, tmp_path).items():
        refused = swap(counter, who, {**wiring, "address": f"{scheme}:{place}"})
        assert "data folder" in problem(refused, 422, "wiring_wrong")["params"]["text"], what
    assert address(counter) == lines[0]
    assert sorted(data.iterdir()) == before


def test_a_circle_of_links_is_no_place(counter: Counter, dock: Dock, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    problem(swap(counter, "ines", {**FILES, "address": f"folder:{tmp_path / 'a'}"}), 422, "wiring_wrong")


def test_the_folder_of_the_site_file_is_no_folder_of_results(counter: Counter, dock: Dock) -> None:
    examples = Path(__file__).parents[2] / "examples"
    refused = swap(counter, "ines", {**FILES, "address": f"folder:{examples}"})
    assert "own files" in problem(refused, 422, "wiring_wrong")["params"]["text"]


def test_only_the_driver_of_files_is_plugged_in_at_a_folder(
    counter: Counter, dock: Dock, tmp_path: Path
) -> None:
    refused = swap(counter, "ines", {"address": f"folder:{tmp_path / 'drop'}"})
    assert "only the driver file-drop" in problem(refused, 422, "wiring_wrong")["params"]["text"]


def test_what_was_recorded_before_is_not_read_at_the_next_start(
    counter: Counter, lines: tuple[str, str], tmp_path: Path
) -> None:
    data = counter.silo.desk.ledger.folder
    with docked(counter, nir_at(lines[0])):
        pass
    with counter.silo.desk.ledger.write() as tx:
        row = plugged(tx)["nir"].assignment
        row.driver, row.port, row.settings = "file-drop", f"folder:{data}", {"profile": "xlsx-results"}
        tx.add(row)
    with pytest.raises(SettingsError, match="data folder"), docked(counter, nir_at(lines[0])):
        pass
    assert (data / "ledger.db").is_file()


def test_no_password_is_recorded_or_told(counter: Counter, dock: Dock) -> None:
    ok(swap(counter, "ines", {"address": "mqtt://me@127.0.0.1:1/silo/nir"}))
    with counter.client("ines") as client:
        told = client.get("/devices").text + client.get("/instruments").text
    with counter.silo.desk.ledger.read() as tx:
        recorded = json.dumps([row.model_dump(mode="json") for row in tx.exec(select(AuditEvent))])
    counter.silo.desk.ledger.checkpoint()
    assert "mqtt://me@127.0.0.1:1/silo/nir" in told
    assert "mqtt://me@127.0.0.1:1/silo/nir" in recorded
    assert SECRET not in told + recorded
    assert SECRET.encode() not in counter.silo.desk.ledger.file.read_bytes()
    transport: Any = dock.driver("nir")._transport
    assert (transport._username, transport._password) == ("me", SECRET)
