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
    assert done.stderr.startswith("2026/1  ")  # by its ticket, as people know it


def test_another_pack_tells_who_would_go_elsewhere_and_how_much(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    text = (site.parent / "rules.toml").read_text(encoding="utf-8")
    other.write_text(text.replace("limit = 76.0", "limit = 79.0"), encoding="utf-8")
    done = replay(site, "--rules", str(other), "--from", "2026-01-01", "--to", "2090-01-01", "--json")
    assert done.stdout, done.stderr
    first, _, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, first["own_cell"], first["cell"], first["is_elsewhere"]) == (0, "c1", "c4", True)
    assert "79" in first["why"][0]["message"]
    assert summary["summary"]["elsewhere"] == 2
    said = replay(site, "--rules", str(other)).stderr
    assert "2 of 2 loads would go elsewhere" in said
    same = replay(site, "--rules", str(site.parent / "rules.toml"))
    assert (same.exit_code, "0 of 2 loads" in same.stderr) == (0, True)
    assert replay(site, "--rules", str(tmp_path / "none.toml")).exit_code == 2
    other.write_text("name = 1", encoding="utf-8")
    assert replay(site, "--rules", str(other)).exit_code == 1


def test_a_pack_judges_no_load_of_a_species_that_it_does_not_grade(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "barley.toml"
    text = (EXAMPLES / "rules.toml").read_text(encoding="utf-8")
    other.write_text(text.replace("soft_wheat", "barley"), encoding="utf-8")
    assert "0 of 0 loads" in replay(site, "--rules", str(other)).stderr


def test_nothing_to_replay_is_no_success(site: Path) -> None:
    assert replay(site, "--load", "no such load").exit_code == 1
