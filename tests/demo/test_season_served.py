"""A season of 360 loads, made once: what its pages say agrees with what was true, and it is not made again.

The whole one takes minutes: `./silo bench season` makes twenty."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from station.demo.season.check import check_season

SEED, LOADS, PHOTOS = 3, 360, 4

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return {**os.environ, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "LANG": "en_US.UTF-8"}


def command(*, is_headless):
    options = (
        f"seed={SEED}, headless={is_headless}, language='en', size=SeasonSize(loads={LOADS}, photos={PHOTOS})"
    )
    code = (
        "from station.demo.season.plan import SeasonSize; "
        f"from station.demo.season.run import SeasonOptions, run_season; run_season(SeasonOptions({options}))"
    )
    return [sys.executable, "-c", code]


def headless(environment):
    done = subprocess.run(
        command(is_headless=True), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.fixture(scope="module")
def season(environment):
    return headless(environment)


@pytest.fixture(scope="module")
def truth(season):
    (line,) = [line for line in season[1].splitlines() if line.endswith("truth.json")]
    return json.loads(Path(line.rpartition(" ")[2]).read_text(encoding="utf-8"))


def test_every_page_says_something(season):
    said, _ = season
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
    assert len(truth["loads"]) == LOADS


def test_a_second_look_says_the_same_and_makes_nothing(environment, season):
    said, told = headless(environment)
    assert said == season[0]
    assert "making" in season[1]
    assert "making" not in told


def test_the_pages_are_served_and_let_the_manager_in(environment, season):
    with subprocess.Popen(
        command(is_headless=False), env=environment, stdout=subprocess.PIPE, text=True
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
