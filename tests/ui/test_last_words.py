"""A station that ended says why on the terminal of its box: `systemd/tell-failure` wrote it there."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.last_words import last_words_of

TELL = Path(__file__).parents[2] / "systemd" / "tell-failure"
DAMAGED = "The records are damaged. Restore the newest backup"


@pytest.fixture
def why(tmp_path: Path) -> Path:
    return tmp_path / "run" / "why"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A journal of two entries, a watchdog's status, and a wall that keeps what it is told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    said = {
        "journalctl": f'[ "$1" = --sync ] || printf \'{{"event": "x"}}\\nsilo: {DAMAGED}\\n\'',
        "systemctl": f"cat {tmp_path}/status",
        "wall": f"cat >> {tmp_path}/wall",
    }
    (tmp_path / "status").write_text("The station answers nobody: it is started again\n")
    for name, script in said.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def end(why: Path, programs: Path, result: str, code: str = "exited", status: str = "5") -> str:
    """What is left to read after the service ended so."""
    told = {
        "SILO_CONSOLE": "/dev/null",
        "SERVICE_RESULT": result,
        "EXIT_CODE": code,
        "EXIT_STATUS": status,
        "INVOCATION_ID": "1",
    }
    path = f"{programs}:{os.environ['PATH']}"
    subprocess.run([TELL], check=True, timeout=20, env={**told, "SILO_WHY": str(why), "PATH": path})
    return last_words_of("http://127.0.0.1:8321", why)()


def test_its_last_sentence_is_left_and_told_once_to_who_is_logged_in(why: Path, programs: Path) -> None:
    assert end(why, programs, "exit-code") == DAMAGED
    assert end(why, programs, "exit-code") == DAMAGED
    assert (programs.parent / "wall").read_text() == f"Silo Station: {DAMAGED}\n"
    assert why.stat().st_mode & 0o777 == 0o644


def test_the_watchdog_leaves_what_was_late_and_a_killed_one_how_it_ended(why: Path, programs: Path) -> None:
    assert "answers nobody" in end(why, programs, "watchdog", "killed", "ABRT")
    (programs.parent / "status").write_text("http://127.0.0.1:8321\n")
    assert "did not answer any more" in end(why, programs, "watchdog", "killed", "ABRT")
    assert "signal, killed KILL" in end(why, programs, "signal", "killed", "KILL")


def test_a_proper_end_leaves_nothing(why: Path, programs: Path) -> None:
    end(why, programs, "exit-code")
    assert end(why, programs, "success", status="0") == ""


def test_of_a_station_on_another_box_nothing_is_known_here(why: Path, programs: Path) -> None:
    end(why, programs, "exit-code")
    assert last_words_of("http://10.0.0.5:8321", why)() == ""


async def test_the_terminal_shows_them_where_no_answer_comes(
    station: Station, why: Path, programs: Path
) -> None:
    async with terminal(station, last_words=last_words_of(station.url, why)) as t:
        end(why, programs, "exit-code")
        await asyncio.to_thread(station.stop)
        await t.hear(DAMAGED)
        await t.see("SANS LIAISON")
