"""The whole season, made once: what its pages say agrees with what was true, and a second look is quick."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from station.demo.season.check import check_season

SEED = "3"
AGAIN_S = 10  # alone on two cores

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return {**os.environ, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "LANG": "en_US.UTF-8"}


def command(*more):
    return [sys.executable, "-m", "station.cli", "demo", "--season", "--seed", SEED, *more]


def headless(environment):
    begin = time.monotonic()
    done = subprocess.run(
        command("--headless", "--json"), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr, time.monotonic() - begin


@pytest.fixture(scope="module")
def season(environment):
    return headless(environment)


@pytest.fixture(scope="module")
def truth(season):
    (line,) = [line for line in season[1].splitlines() if line.endswith("truth.json")]
    return json.loads(Path(line.rpartition(" ")[2]).read_text(encoding="utf-8"))


def test_every_page_says_something(season):
    said, _, _ = season
    assert {one["page"] for one in said} == {
        "pair", "three_ways", "who_was_right", "groups", "watch", "fairness"
    }  # fmt: skip
    assert all(one["result"]["unit"] for one in said if one["result"]["n"])


def test_the_pages_agree_with_the_truth(season, truth):
    checked = check_season(season[0], truth)
    assert checked.ok, checked


def test_all_that_a_manager_has_to_act_on_happened(truth):
    happened = {one["what"] for one in truth["happened"]}
    assert happened >= {
        "control_failed", "adjusted", "hold_ended", "correction_approved", "disputed", "report_corrected"
    }  # fmt: skip
    assert len(truth["loads"]) == 1500


def test_a_second_look_says_the_same_within_seconds(environment, season):
    said, _, seconds = headless(environment)
    assert said == season[0]
    assert seconds < AGAIN_S


def test_the_pages_are_served_and_let_the_manager_in(environment, season):
    with subprocess.Popen(
        command("--language", "en"), env=environment, stdout=subprocess.PIPE, text=True
    ) as demo:
        try:
            url = demo.stdout.readline().split()[-1]
            assert "/day?day=2026-07-" in demo.stdout.readline()
            assert "Marc" in demo.stdout.readline()
            answer = httpx2.get(f"{url}/login", trust_env=False)
            assert answer.status_code == 200
        finally:
            demo.terminate()
            demo.wait(timeout=60)
