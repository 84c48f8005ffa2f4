"""Days without people, played whole: the real station, real bytes, real photos."""

import json
import os
import subprocess
import sys

import pytest

TRUCKS = 6
LINE_KEYS = {
    "visit", "load", "outcome", "ticket", "plate", "supplier", "species", "gross_kg", "tare_kg", "net_kg",
    "readings", "inspections", "pit", "cell", "reasons", "decided_by", "seconds",
}  # fmt: skip
SUMMARY_KEYS = {
    "trucks", "loads", "tickets", "refused", "unpaired", "lost", "doubled", "propose_ms", "inspect_ms",
}  # fmt: skip

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(400),
]  # a day takes a minute alone; others may run beside it


def start(speed, trucks, *more):
    command = [
        sys.executable, "-m", "station.cli", "demo", "--headless", "--trucks", str(trucks),
        "--speed", str(speed), "--seed", "1", "--json", *more,
    ]  # fmt: skip
    environment = {**os.environ, "LANG": "fr_FR.UTF-8", "LC_ALL": ""}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def end(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    return lines[:-1], lines[-1]["summary"], err


@pytest.fixture(scope="module")
def two_days():
    """The same day at two speeds of the site's clock, at the same time."""
    slow, fast = start(90, TRUCKS), start(200, TRUCKS)
    return end(slow), end(fast)


@pytest.fixture(scope="module")
def day(two_days):
    return two_days[0]


@pytest.mark.long
def test_every_load_has_one_line_of_the_agreed_shape(day):
    lines, summary, messages = day
    assert messages == ""
    assert len(lines) == summary["loads"] == 7
    for line in lines:
        assert set(line) == LINE_KEYS
        assert set(line["seconds"]) == {"decode", "segment", "infer", "inspect", "propose"}
        assert line["outcome"] in ("ticketed", "refused", "left", "cancelled")
        assert all(set(value) == {"value", "unit", "basis", "device"} for value in line["readings"].values())
        assert all(set(reason) == {"code", "params", "message"} for reason in line["reasons"])
        assert line["decided_by"] == "Camille"


@pytest.mark.long
def test_the_summary_balances(day):
    lines, summary, _ = day
    assert set(summary) == SUMMARY_KEYS
    assert summary["trucks"] == TRUCKS
    assert summary["tickets"] == sum(line["ticket"] is not None for line in lines)
    assert summary["refused"] == sum(line["outcome"] == "refused" for line in lines) >= 1
    assert (summary["unpaired"], summary["lost"], summary["doubled"]) == (0, 0, 0)
    for name in ("propose_ms", "inspect_ms"):
        assert set(summary[name]) == {"p50", "p95"}


@pytest.mark.long
def test_a_ticket_stands_on_two_weighings_and_tickets_have_no_gap(day):
    lines, _, _ = day
    tipped = [line for line in lines if line["outcome"] == "ticketed"]
    assert all(line["net_kg"] == line["gross_kg"] - line["tare_kg"] > 0 for line in tipped)
    assert all(line["pit"] and line["cell"] for line in tipped)
    assert sorted(line["ticket"] for line in tipped) == list(range(1, len(tipped) + 1))


@pytest.mark.long
def test_truck_and_trailer_are_two_loads_of_one_visit(day):
    lines, _, _ = day
    visits = [line["visit"] for line in lines]
    first, second = (line for line in lines if visits.count(line["visit"]) == 2)
    assert first["plate"] == second["plate"]
    assert first["tare_kg"] == second["gross_kg"]


@pytest.mark.long
def test_the_protein_that_the_silent_analyzer_does_not_send_is_typed(day):
    lines, _, _ = day
    devices = [line["readings"]["protein"]["device"] for line in lines]
    assert devices.count(None) == 1
    assert all(line["readings"]["moisture"]["device"] == "gac" for line in lines)


@pytest.mark.long
def test_the_reasons_speak_the_operators_language(day):
    lines, _, _ = day
    messages = [reason["message"] for line in lines for reason in line["reasons"]]
    assert any("humidité" in message.lower() for message in messages)


@pytest.mark.long
def test_the_same_seed_gives_the_same_day_at_any_speed(two_days):
    (slow, _, _), (fast, _, _) = two_days
    assert [content(line) for line in slow] == [content(line) for line in fast]


def content(line):
    """What must not depend on the machine: all but identifiers and times."""
    return {key: value for key, value in line.items() if key not in ("visit", "load", "seconds")}


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "something").touch()
    process = start(200, 1, "--data", str(tmp_path))
    _, err = process.communicate(timeout=300)
    assert process.returncode == 2
    assert str(tmp_path) in err


def test_the_day_is_kept_where_it_is_asked_for(tmp_path):
    folder = tmp_path / "day"
    lines, summary, messages = end(start(200, 1, "--data", str(folder)))
    assert (folder / "site.toml").exists()
    assert list((folder / "data" / "photos").rglob("*"))
    assert str(folder) in messages
    assert len(lines) == summary["loads"] == 1
