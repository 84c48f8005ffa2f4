"""`silo replay` makes recorded decisions again, and its exit code says whether they are the same."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from station.cli import app
from tests.silo_rig import SITE_FILE, Silo

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A closed silo with two decided loads."""
    text = SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", "rules.toml")
    file = tmp_path / "site.toml"
    file.write_text(text, encoding="utf-8")
    shutil.copy(EXAMPLES / "rules.toml", tmp_path)
    silo = Silo.open(tmp_path / "data")
    silo.receive("AB-123-CD")
    silo.receive("EF-456-GH")
    silo.desk.ledger.close()
    return file


def replay(site: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["replay", "--config", str(site), *words], catch_exceptions=False)


def test_a_day_replays_to_the_byte(site: Path) -> None:
    done = replay(site, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, [row["is_equal"] for row in rows]) == (0, [True, True])
    one = replay(site, "--load", rows[0]["load_id"], "--json")
    assert (one.exit_code, len(one.stdout.splitlines())) == (0, 1)


def test_a_changed_record_shows_with_its_path_and_exit_code_1(site: Path) -> None:
    with closing(sqlite3.connect(site.parent / "data" / "ledger.db")) as tx:
        tx.execute("UPDATE reading SET \"values\" = replace(\"values\", '13.6', '12.6')")
        tx.commit()
    done = replay(site)
    assert done.exit_code == 1
    assert "assessment.results.moisture.value: 13.6 -> 12.6" in done.stderr


def test_nothing_to_replay_is_no_success(site: Path) -> None:
    assert replay(site, "--load", "no such load").exit_code == 1
