"""`silo lab read` on files: results as JSON lines, reasons on standard error, exit codes."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from station.cli import app
from station.lab.importing import NO_LABORATORY
from ui.words.i18n import LANGUAGES
from ui.words.lab_files import PROBLEMS, lab_file_problem
from ui.words.reasons import is_known

ROOT = Path(__file__).parents[2]
WIDE = str(ROOT / "examples" / "lab" / "wide.toml")
TITLES = "N° échantillon;N° rapport;Date;Protéines (%);Humidité\n"


def lab_read(tmp_path: Path, text: str, profile: str = WIDE) -> tuple[int, list[dict[str, object]], str]:
    file = tmp_path / "labo.csv"
    file.write_text(text, encoding="cp1252")
    done = CliRunner().invoke(app, ["lab", "read", str(file), "--profile", profile, "--json"])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_results_go_to_standard_output_and_reasons_to_standard_error(tmp_path: Path) -> None:
    code, results, error = lab_read(tmp_path, TITLES + "B-1;R;14/07/2026;11,4;\nB-2;R;14/07/2026;traces;\n")
    assert code == 1
    assert [(one["barcode"], one["value"], one["basis"]) for one in results] == [("B-1", 11.4, "dm")]
    assert "line 3: Protéines: “traces” is no number" in error
    assert "taken: 1, waiting for what the file does not say: 0, refused: 1" in error


def test_a_file_that_is_all_right_ends_with_0(tmp_path: Path) -> None:
    assert lab_read(tmp_path, TITLES + "B-1;R;14/07/2026;11,4;13,1\n")[0] == 0


def test_a_missing_file_and_a_wrong_profile_have_their_own_exit_codes(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[file]\nformat = "pdf"\n', encoding="utf-8")
    assert lab_read(tmp_path, TITLES, str(wrong))[0] == 3
    done = CliRunner().invoke(app, ["lab", "read", str(tmp_path / "none.csv"), "--profile", WIDE])
    assert done.exit_code == 2


def codes() -> set[str]:
    """Every code that the reading of files gives, and the import's own."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "station/lab/files").glob("*.py"))
    return {NO_LABORATORY, *re.findall(r'(?:Refused|RowError)\(\s*(?:[a-z.]+, |None, )?"([a-z_]+)"', text)}


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_reason_has_a_sentence_in_each_language(code: str) -> None:
    assert code in PROBLEMS or is_known(code)
    for language in LANGUAGES:
        assert "{" not in lab_file_problem(3, code, {}, language)


def test_no_sentence_is_left_over() -> None:
    assert set(PROBLEMS) <= codes()


def test_a_size_is_said_in_megabytes() -> None:
    said = lab_file_problem(None, "too_large", {"size": 12_400_000, "most": 10_000_000}, "fr")
    assert said == "le fichier fait 12 Mo, et 10 au plus sont lus : partagez-le"
