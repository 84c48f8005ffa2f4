"""`silo trace` on a closed silo."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from station.cli import app
from tests.cli.furnished import PIN, furnished
from tests.silo_rig import START


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = furnished(tmp_path_factory.mktemp("closed"), START)
    out = ("cell", "out", "c3", "26,4", "--reason", "Vente", "--paper", "BL-1", "--by", "Anne", "--pin", PIN)
    assert run(place, *out, "--despite", "26,4").exit_code == 0
    return place


def run(site: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(site)], catch_exceptions=False)


def test_a_lot_is_traced_in_words_and_as_json(site: Path) -> None:
    told = run(site, "trace", "BL-1")
    assert told.exit_code == 0
    assert "Where it came from" in told.stdout
    found = json.loads(run(site, "trace", "BL-1", "--json").stdout)
    assert (found["subject"]["kind"], found["kg"]) == ("lot", 26_400)
    assert round(sum(one["in_kg"] for one in found["sources"])) == 26_400


def test_a_drill_is_put_on_paper(site: Path, tmp_path: Path) -> None:
    paper = tmp_path / "recall.pdf"
    told = run(site, "trace", "BL-1", "--drill", "--pdf", str(paper))
    assert str(paper) in told.stderr
    assert paper.read_bytes().startswith(b"%PDF")
    assert run(site, "trace", "BL-1", "--pdf", str(tmp_path / "no" / "x.pdf")).exit_code == 2


def test_what_is_not_there_and_what_is_no_kind_is_said(site: Path) -> None:
    assert run(site, "trace", "BL-9").exit_code == 1
    assert run(site, "trace", "BL-1", "--kind", "bag").exit_code == 2


def test_a_lot_has_a_passport(site: Path) -> None:
    told = run(site, "lot", "passport", "BL-1")
    assert told.exit_code == 0
    assert "Passport of the lot" in told.stdout
    assert json.loads(run(site, "lot", "passport", "BL-1", "--json").stdout)["kg"] == 26_400
    assert run(site, "lot", "passport", "BL-9").exit_code == 1
