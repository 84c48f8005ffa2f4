"""The clock is looked at and repaired on a closed data folder; `--version` says what judges at a site."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from station import kernel_time
from station.cli import app
from station.store import audit, queries
from station.store.engine import Ledger

IN_2036 = datetime(2036, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kept_right_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_time, "is_synchronised", lambda: False)


def run(site: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(site)])


def record_in_2036(site: Path) -> None:
    with closing(Ledger(site.parent / "data")) as ledger, ledger.write() as tx:
        audit.record(tx, "site_loaded", IN_2036, data={"site": "demo"})


def test_records_in_the_future_are_told_and_a_repair_ends_them(site: Path) -> None:
    record_in_2036(site)
    done = run(site, "clock", "show", "--json")
    assert (done.exit_code, json.loads(done.stdout)["doubt"]) == (1, "behind")
    assert "The time is not confirmed" in run(site, "clock", "show").output
    assert "The time is confirmed." in run(site, "clock", "repair", "--why", "battery").output
    assert run(site, "clock", "show").exit_code == 0
    assert run(site, "clock", "repair").exit_code == 1  # nothing is left to repair
    with closing(Ledger(site.parent / "data")) as ledger, ledger.read() as tx:
        at = queries.last_event_at(tx)
        assert at is not None
        assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
        assert audit.first_broken(tx) is None


def test_a_repair_by_a_watch_takes_the_sites_time(site: Path) -> None:
    record_in_2036(site)
    assert "Stated: 28/11/2026 14:05" in run(site, "clock", "repair", "--time", "28/11/2026 14:05").output
    with closing(Ledger(site.parent / "data")) as ledger, ledger.read() as tx:
        act = queries.newest_clock_act(tx)
    assert act is not None
    assert act.stated_at == datetime(2026, 11, 28, 13, 5, tzinfo=UTC)


def test_the_version_with_a_site_file_names_what_judges_there(site: Path) -> None:
    told = json.loads(run(site, "--version", "--json").stdout)
    assert told["models"] == []  # no station has run here
    assert told["release"]
