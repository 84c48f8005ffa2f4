"""Certificates and the storage plan by command: one by one, and out of a spreadsheet."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from station.receival.persons import people
from tests.cli import rig
from tests.silo_rig import Silo

BY = ("--by", "Marc", "--pin", "1357")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    site = rig.small_site(folder)
    silo = Silo.open(folder / "data")
    with closing(silo.desk.ledger):
        people.add_person(silo.desk, "Marc", "1357", ["manager"], "en", silo.clock())
    return site


def lines(site: Path, *words: str, code: int = 0) -> list[dict[str, object]]:
    return [json.loads(line) for line in rig.silo(site, *words, code=code).splitlines()]


def test_a_certificate_is_added_listed_and_withdrawn(closed: Path, tmp_path: Path) -> None:
    said = ("EARL Dupont", "sustainability", "2BS-1", "--from", "2026-01-01", "--until", "31/12/2026")
    (row,) = lines(closed, "certificate", "add", *said, *BY)
    assert (row["valid_until"], row["by"]) == ("2026-12-31", "Marc")
    named = ("EARL Dupont", "durable", "2BS-2", *said[3:])  # by its name in French
    assert lines(closed, "certificate", "add", *named, *BY)[0]["claim"] == "sustainability"
    refused = rig.run(closed, "certificate", "add", "EARL Dupont", "durabel", *named[2:], *BY)
    assert (refused.returncode, "sustainability (" in refused.stderr) == (1, True), refused.stderr
    withdraw = ("certificate", "withdraw", str(row["id"]), "--why", "suspended", *BY)
    assert lines(closed, *withdraw)[0]["withdrawn_why"] == "suspended"
    file = tmp_path / "certificates.csv"
    file.write_text(
        "apporteur;engagement;numéro;du;au\nEARL Dupont;semence;7;01/01/2026;31/12/2026\n;;;;x\n", "cp1252"
    )
    done = rig.run(closed, "certificate", "import", str(file), *BY)
    assert (done.returncode, "line 3" in done.stderr, "entered: 1" in done.stderr) == (1, True, True)
    assert lines(closed, "certificate", "list")[0]["claim"] == "seed"


def test_a_cell_is_planned_shown_and_imported(closed: Path, tmp_path: Path) -> None:
    said = ("c4", "--target", "450", "--expect", "2026-W30=120", "--why", "mid July", *BY)
    (line,) = lines(closed, "plan", "set", *said)
    assert (line["target_t"], line["expected"], line["by"]) == (450, {"2026-W30": 120}, "Marc")
    for wrong in ("foo=bar", "2026-W30", "2026-W30="):
        done = rig.run(closed, "plan", "set", "c4", "--expect", wrong, "--why", "x", *BY)
        assert (done.returncode, f"write {wrong} as 2026-W29=400" in done.stderr) == (2, True), done.stderr
    file = tmp_path / "plan.csv"
    file.write_text("cell,target\nc5,300\nc1,9999\n")
    done = rig.run(closed, "plan", "import", str(file), "--why", "mid July", *BY)
    assert (done.returncode, "planned: c5" in done.stderr, "line 3" in done.stderr) == (1, True, True)
    shown = rig.silo(closed, "plan", "show")
    assert "Cell C5 · soft wheat" in shown
    assert "target 300" in shown


def test_a_transfer_says_what_the_other_cell_no_longer_honours(closed: Path) -> None:
    words = ("cell", "transfer", "c1", "c3", "1", "--reason", "by mistake", *BY)
    asked = rig.run(closed, *words)
    assert (asked.returncode, "will no longer honour" in asked.stderr) == (1, True)
    assert asked.stderr.rstrip().endswith("--despite 1")
    done = rig.run(closed, *words, "--despite", "1")
    assert (done.returncode, "no longer honours organic" in done.stderr) == (0, True)
    assert "no longer honours organic" in rig.silo(closed, "plan", "show")
