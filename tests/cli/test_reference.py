"""Lists of reference data by command: out of a spreadsheet, back into one, and an entry retired."""

from contextlib import closing
from pathlib import Path

import pytest

from station.receival.persons import people
from tests.cli import rig
from tests.silo_rig import Silo

BY = ("--by", "Marc", "--pin", "1357")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    site = rig.small_site(tmp_path)
    silo = Silo.open(tmp_path / "data")
    with closing(silo.desk.ledger):
        people.add_person(silo.desk, "Marc", "1357", ["manager"], "en", silo.clock())
    return site


def test_a_list_is_taken_written_taken_again_and_retired(closed: Path, tmp_path: Path) -> None:
    file, back = tmp_path / "contrats.csv", tmp_path / "back.csv"
    file.write_text("Contrat;Apporteur;Espèce;Tonnage\n7;EARL Dupont;blé tendre;12,5\n8;X;;\n", "cp1252")
    tried = rig.run(closed, "reference", "import", "contracts", str(file), "--dry-run", *BY)
    assert (tried.returncode, "would be new: 1" in tried.stderr, "line 3" in tried.stderr) == (1, True, True)
    assert "new: 1, changed: 0" in rig.run(closed, "reference", "import", "contracts", str(file), *BY).stderr
    rig.silo(closed, "reference", "export", "contracts", str(back))
    assert back.read_bytes().startswith(b"\xef\xbb\xbf")
    again = rig.run(closed, "reference", "import", "contracts", str(back), *BY)
    assert (again.returncode, "as before: 1" in again.stderr) == (0, True)
    rig.silo(closed, "reference", "retire", "contracts", "7", *BY)
    assert "12.5" not in rig.silo(closed, "reference", "export", "contracts")
    assert rig.run(closed, "reference", "retire", "contracts", "7", *BY).returncode == 1
