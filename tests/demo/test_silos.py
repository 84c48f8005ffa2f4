"""Several silos and their headquarters on one machine."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import psycopg
import pytest

from station.demo.silos.cable import Cable
from station.demo.silos.database import NoPostgres, programs
from station.demo.silos.outage import OutageByLoads, OutageByTime
from station.demo.silos.plan import MOST, SiloPlan, place_of, plan_of

SUMMARY = {
    "silos", "loads", "bags", "rows", "photos", "lost", "doubled", "quarantined", "catch_up_s",
}  # fmt: skip


# --- the line -----------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


def dialled(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)


def received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(100)
    except ConnectionResetError:
        return b""


def test_a_line_carries_both_ways_until_it_is_cut_and_again_when_it_is_back(listener: socket.socket) -> None:
    with Cable([listener.getsockname()]) as cable:
        (url,) = cable.urls
        with closing(dialled(url)) as near:
            near.sendall(b"bag")
            far, _ = listener.accept()
            with closing(far):
                assert far.recv(100) == b"bag"
                far.sendall(b"have")
                assert near.recv(100) == b"have"
                cable.cut()
                assert received(near) == b""
                assert received(far) == b""
        with closing(dialled(url)) as near:
            assert received(near) == b""
        cable.mend()
        with closing(dialled(url)) as near:
            near.sendall(b"again")
            far, _ = listener.accept()
            with closing(far):
                assert far.recv(100) == b"again"


def test_a_line_whose_end_is_away_says_so_and_goes_on(listener: socket.socket) -> None:
    end = listener.getsockname()
    listener.close()
    with Cable([end]) as cable:
        for _ in range(2):
            with closing(dialled(cable.urls[0])) as near:
                assert received(near) == b""


# --- when it is cut -----------------------------------------------------------------------------------


def test_a_day_is_cut_off_from_its_first_to_its_third_quarter() -> None:
    finished = {"a": 0.0, "b": 0.0}
    outage = OutageByLoads(finished, 8)
    seen = []
    for loads in (0, 1, 2, 5, 6, 8):
        finished["a"] = finished["b"] = float(loads)
        seen.append(outage.is_on())
    assert seen == [False, False, True, True, False, False]


def test_the_slowest_silo_says_when() -> None:
    finished = {"a": 8.0, "b": 1.0}
    outage = OutageByLoads(finished, 8)
    assert not outage.is_on()
    finished["b"] = 2.0
    assert outage.is_on()


def test_a_day_of_one_truck_is_cut_off_too() -> None:
    finished = {"a": 0.0}
    outage = OutageByLoads(finished, 1)
    assert outage.is_on()
    finished["a"] = 1.0
    assert not outage.is_on()


def test_a_line_that_is_watched_is_cut_again_and_again() -> None:
    now = [0.0]
    outage = OutageByTime(lambda: now[0])
    seen = []
    for now[0] in (0.0, 39.0, 41.0, 64.0, 66.0, 129.0, 131.0):
        seen.append(outage.is_on())
    assert seen == [False, False, True, True, False, False, True]


# --- what is played, and with what --------------------------------------------------------------------


def test_a_plan_comes_through_as_it_was_given() -> None:
    plan = SiloPlan("a", "Silo A", "/x", 1001, 8, 60.0, "fr", ("http://127.0.0.1:1",), "ABCD", (47.0, 4.8))
    assert plan_of(plan.as_line()) == plan


def test_every_silo_has_a_place_of_its_own() -> None:
    assert len({place_of(number) for number in range(MOST)}) == MOST


def test_the_newest_postgresql_of_debian_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    assert programs(tmp_path) == tmp_path / "17" / "bin"


def test_without_debians_the_package_is_taken_or_its_absence_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("station.demo.silos.database.PACKAGE", "silo_no_postgres")
    with pytest.raises(NoPostgres):
        programs(tmp_path)
    (tmp_path / "silo_no_postgres").mkdir()
    (tmp_path / "silo_no_postgres" / "__init__.py").touch()
    assert programs(tmp_path) == tmp_path / "silo_no_postgres" / "pginstall18" / "bin"


# --- the whole ----------------------------------------------------------------------------------------


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "station.cli", "demo", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip


def children_of(folder: Path) -> list[str]:
    """Who still has the folder in its command line."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append(words.decode(errors="replace"))
    return found


@pytest.mark.parametrize("words", [["--silos", "0"], ["--silos", "7"], ["--silos", "2", "--season"]])
def test_a_wrong_number_of_silos_or_another_demonstration_beside_is_told(words: list[str]) -> None:
    process = start(*words)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--silos" in err


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    process = start("--silos", "2", "--headless", "--data", str(tmp_path))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert str(tmp_path) in err


@pytest.mark.long
@pytest.mark.timeout(300)
def test_two_silos_are_at_headquarters_row_by_row_though_the_line_was_cut(tmp_path: Path) -> None:
    folder = tmp_path / "silos"
    process = start("--silos", "2", "--trucks", "3", "--headless", "--json", "--data", str(folder))
    out, err = process.communicate(timeout=280)
    assert process.returncode == 0, err
    *loads, last = [json.loads(line) for line in out.splitlines()]
    summary = last["summary"]
    assert set(summary) == SUMMARY
    assert (summary["silos"], summary["loads"]) == (2, len(loads))
    assert {load["silo"] for load in loads} == {"beaulieu", "chailly"}
    assert (summary["lost"], summary["doubled"], summary["quarantined"]) == (0, 0, 0)
    assert summary["rows"] > 300
    assert summary["catch_up_s"] > 0
    assert "The line to headquarters is cut" in err
    assert str(folder) in err
    assert (folder / "database" / "PG_VERSION").exists()
    logs = {file.name for file in (folder / "hub").glob("*.log")}
    assert logs == {"copy-1.log", "copy-2.log", "worker.log"}
    assert children_of(folder) == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_what_is_changed_by_hand_at_headquarters_is_named_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "silos"
    process = start("--silos", "1", "--trucks", "1", "--speed", "60", "--data", str(folder))
    assert process.stderr is not None
    said: dict[str, str] = {}
    commands: list[str] = []
    for line in process.stderr:
        for word in ("database: ", "pages and terminals at "):
            if word in line:
                said[word] = line.partition(word)[2].strip()
        if "./silo " in line:
            commands.append(line.strip())
        if "Ctrl-C" in line:
            break
    for words in (["hub", "stations"], ["post", "status"]):
        (command,) = [line for line in commands if " ".join(words) in line]
        done = subprocess.run(
            [sys.executable, "-m", "station.cli", *command.split()[1:]],
            check=True, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert "http://" in done.stdout or "beaulieu" in done.stdout
    assert httpx2.get(said["pages and terminals at "] + "/api/v1/health").status_code in (200, 401)
    with psycopg.connect(said["database: "], autocommit=True) as hub:
        for _ in range(300):
            changed = hub.execute("UPDATE cell SET capacity_kg = 1 WHERE id = 'c2'").rowcount
            if changed:
                break
            signal.sigtimedwait([], 0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 1, err
    assert 'beaulieu: cell ["c2"] is another one at headquarters: capacity_kg' in err
    assert json.loads(out.splitlines()[-1])["summary"]["lost"] == 1
    assert children_of(folder) == []
