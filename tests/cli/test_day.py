"""`silo day`: a person closes the day at a console, and takes it away as files."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from station.receival.persons import people
from tests.cli import rig
from tests.silo_rig import Silo

BY = ("--by", "Anne", "--pin", "2468")
DAY = ("--day", "2026-07-20")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    site = rig.small_site(tmp_path)
    silo = Silo.open(tmp_path / "data")
    with closing(silo.desk.ledger):
        people.add_person(silo.desk, "Anne", "2468", ["operator"], "en", silo.clock())
        silo.receive("AB-101-CD")
        silo.arrive("AB-102-CD")
    return site


def test_a_day_is_shown_closed_and_written(closed: Path, tmp_path: Path) -> None:
    shown = rig.silo(closed, "day", "show", *DAY)
    assert "AB-102-CD is still on site" in shown
    assert "27,880" in shown
    assert "all that was found" in rig.run(closed, "day", "close", *DAY, *BY).stderr
    files = ("--pdf", str(tmp_path / "day.pdf"), "--csv", str(tmp_path / "csv"))
    done = rig.run(closed, "day", "close", *DAY, *BY, "--carry-over", "sleeps here", "--json", *files)
    assert done.returncode == 0, done.stderr
    signed = json.loads(done.stdout)
    assert signed["findings"][0]["reason"] == "sleeps here"
    assert (tmp_path / "day.pdf").read_bytes().startswith(b"%PDF")
    rows = (tmp_path / "csv" / "2026-07-20-tonnes.csv").read_text("utf-8-sig").splitlines()
    assert rows[0].endswith('"Tickets, kg","Into the cells, kg"')
    assert rows[1].startswith("ticketed,soft_wheat,")
    assert rows[1].endswith(",1,27880.0,27880.0")
    (row,) = map(json.loads, rig.silo(closed, "day", "list").splitlines())
    assert row["sha256"] == signed["sha256"]
    assert rig.run(closed, "day", "close", *DAY, *BY).returncode == 1


def test_the_list_of_the_morning_is_shown_and_signed(closed: Path) -> None:
    shown = rig.run(closed, "day", "open")
    assert (shown.returncode, "Bridge [bridge]: to look at" in shown.stdout) == (1, True)
    lines = json.loads(rig.run(closed, "day", "open", "--json").stdout)["lines"]
    wrong = [one["topic"] for one in lines if one["state"] != "ok"]
    assert rig.run(closed, "day", "open", *BY).stderr.count(", ".join(wrong)) == 1
    waves = [word for topic in wrong for word in ("--wave", f"{topic}=known")]
    signed = rig.run(closed, "day", "open", *BY, *waves, "--json")
    assert signed.returncode == 0, signed.stderr
    assert json.loads(signed.stdout)["signed_by"] == "Anne"
