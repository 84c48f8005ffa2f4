"""`silo compare --config`: the pairs of the ledger, with the numbers and the sentence of a CSV file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.reading import Analyte
from station.cli import app
from station.lab.results import NewResult, record_result
from station.parts import open_parts
from station.receival.measuring import samples
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from tests.cli.rig import make_site
from tests.silo_rig import ANNE, START, Silo

MACHINE = [13.0 + i / 10 + (i % 3) / 100 for i in range(20)]
LAB = [13.0 + i / 10 for i in range(20)]
METHODS = ("--test", "machine", "--reference", "lab")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed silo with twenty samples that machine and laboratory measured, one of them read twice."""
    file = make_site(tmp_path_factory.mktemp("site"))
    with open_parts(file, load_settings(file), start=START) as parts:
        silo = Silo(parts.desk)
        load_site(parts.desk, parts.settings, file, rule_pack_texts(parts.settings, file), silo.clock())
        for i, (machine, lab) in enumerate(zip(MACHINE, LAB, strict=True)):
            barcode = f"S{i:05d}"
            samples.enter_own_sample(parts.desk, barcode, "courtesy", "soft_wheat", "", ANNE, silo.clock())
            silo.measure("gac", {"moisture": machine}, barcode)
            new = NewResult(barcode, Analyte.MOISTURE, lab, None, "Labo Sud", silo.clock())
            record_result(parts.desk.ledger, new, "marc", silo.clock())
    return file


def compared(site: Path, *options: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["compare", *options, "--config", str(site)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_ledger_gives_what_a_file_of_the_same_pairs_gives(site: Path, tmp_path: Path) -> None:
    code, printed, _ = compared(site, *METHODS, "--analyte", "moisture", "--limit", "14", "14.5", "--json")
    assert code == 0
    ledger = json.loads(printed)
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(["machine,lab", *(f"{a},{b}" for a, b in zip(MACHINE, LAB, strict=True))]))
    words = ["compare", str(file), *METHODS, "--limit", "14", "14.5", "--json"]
    csv = json.loads(CliRunner().invoke(app, words).stdout)
    assert ledger.pop("values") == {
        "analyte": "moisture", "unit": "%", "basis": {"machine": "as_is", "lab": "as_is"},
        "nitrogen_factor": None, "limits_left_out": 0,
    }  # fmt: skip
    assert ledger.pop("sentence") == f"Moisture in %, basis: as is. {csv.pop('sentence')}"
    assert ledger == csv


def test_a_verdict_is_the_exit_code_and_a_time_narrows(site: Path) -> None:
    asked = (*METHODS, "--analyte", "moisture", "--permitted", "0.001")
    code, printed, _ = compared(site, *asked, "--group", "instrument")
    assert code == 1
    assert "machine minus lab" in printed
    code, _, said = compared(site, *asked, "--to", "2026-07-01")
    assert code == 1
    assert "no sample of this time" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*METHODS,), "--analyte"),
        (("--test", "nir", "--reference", "lab", "--analyte", "moisture"), "nir: one of phone, machine"),
        (("--test", "lab", "--reference", "lab", "--analyte", "moisture"), "another one"),
        ((*METHODS, "--analyte", "moisture", "--group", "silo"), "silo: one of phone"),
    ],
)
def test_a_senseless_question_is_refused(site: Path, words: tuple[str, ...], says: str) -> None:
    code, printed, said = compared(site, *words)
    assert (code, printed) == (2, "")
    assert says in said


def test_without_file_and_ledger_there_is_nothing_to_compare() -> None:
    done = CliRunner().invoke(app, ["compare", *METHODS])
    assert done.exit_code == 2
    assert "--config" in done.stderr


def test_the_record_is_made_again_by_one_command(site: Path) -> None:
    done = CliRunner().invoke(app, ["measurements", "rebuild", "--config", str(site)])
    assert done.exit_code == 0, done.stderr
    assert "40" in done.stderr


def test_the_only_profile_beside_the_site_file_is_taken(site: Path) -> None:
    file = site.parent / "labo.csv"
    file.write_text("N;H\nS00001;13,4\n", encoding="utf-8")
    words = ["lab", "import", str(file), "--config", str(site)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "--profile" in done.stderr
    (site.parent / "lab").mkdir()
    (site.parent / "lab" / "labo.toml").write_text(
        '[file]\nformat = "csv"\nlaboratory = "Labo Nord"\ndecimal = "comma"\n[columns]\nbarcode = "N"\n'
        '[[analytes]]\nanalyte = "moisture"\nnames = ["H"]\nunit = "%"\n'
    )
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    assert "accepted: 1" in done.stderr
    assert "nothing changed" in CliRunner().invoke(app, words).stderr
