"""`silo compare` on files: results, sentences, messages and exit codes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from station.cli import app
from tests.cli.test_stages import ROOT, silo
from ui.words.comparisons import PAIRS_PROBLEMS, SENTENCES, comparison_text, pairs_problem

ROWS = ["sample,machine,lab,site"]
ROWS += [f"s{i},{12 + i / 10 + (i % 3) / 100},{12 + i / 10},{i % 2}" for i in range(20)]


def compared(tmp_path: Path, text: str | bytes, *options: str) -> tuple[int, dict[str, Any] | None, str]:
    """The exit code, the JSON where there is any, and what is said on standard error."""
    file = tmp_path / "pairs.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    names = ("--test", "machine", "--reference", "lab", "--json")
    done = CliRunner().invoke(app, ["compare", str(file), *names, *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout) if done.stdout else None, done.stderr


@pytest.mark.parametrize(("permitted", "code", "verdict"), [("0.1", 0, "agrees"), ("0,001", 1, "differs")])
def test_the_exit_code_is_the_verdict(tmp_path: Path, permitted: str, code: int, verdict: str) -> None:
    done, result, _ = compared(tmp_path, "\n".join(ROWS), "--permitted", permitted)
    assert result is not None
    assert (done, result["verdict"]) == (code, verdict)


def test_without_a_permitted_difference_there_is_no_verdict(tmp_path: Path) -> None:
    code, result, _ = compared(tmp_path, "\n".join(ROWS), "--limit", "12,5", "13", "--group", "site")
    assert code == 0
    assert result is not None
    assert result["verdict"] is None
    assert result["n"] == 20
    assert set(result["deming"]["bias_at"]) == {"12.5", "13"}
    assert [group["group"] for group in result["groups"]] == ["0", "1"]
    assert "machine minus lab" in result["sentence"]


def test_repeated_rows_name_their_sample_in_the_first_free_column(tmp_path: Path) -> None:
    rows = ["sample,machine,lab", "a,1,1.1", "a,1.2,1", "b,2,2.1", "b,2.2,2", "c,3,3", "c,3.2,3.1"]
    code, result, _ = compared(tmp_path, "\n".join(rows), "--replicates")
    assert code == 0
    assert result is not None
    assert result["n"] == 3


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("a,lab\n1,2\n", (), "no column machine; it has: a, lab"),
        ("machine,lab\n1,2\nabc,3\n", (), "column machine: cells without a number (1): “abc” (line 3)"),
        ("machine,lab\n1,\n,3\n", (), "no row has a number in both machine and lab"),
        ("", (), "the file has no rows"),
        ("machine,lab\n", (), "no row has a number in both"),
        (b"PK\x03\x04", (), "save it as CSV"),
        ("machine,lab\n1,2\n", ("--conf", "1.5"), "--conf 1.5"),
        ("machine,lab\n1,2\n", ("--permitted", "-1"), "--permitted -1"),
        ("machine,lab\n1,2\n", ("12.5",), "12.5: a level stands behind --limit"),
        ("machine,lab\n1,2\n", ("--error-ratio", "0"), "--error-ratio 0"),
        ("machine,lab\n1,2\n", ("--third", "phone"), "no column phone"),
        ("machine,lab\n1,2\n", ("--replicates",), "--sample"),
    ],
)
def test_what_is_wrong_ends_with_2_and_a_sentence(
    tmp_path: Path, text: str | bytes, options: tuple[str, ...], says: str
) -> None:
    code, result, error = compared(tmp_path, text, *options)
    assert (code, result) == (2, None)
    assert says in error


@pytest.mark.parametrize("rows", ["12,12\n", "12,12\n" * 30, "1e12,1\n1,2\n", "1e-12,1\n1,2e-12\n1,1\n"])
def test_poor_data_have_a_clear_answer(tmp_path: Path, rows: str) -> None:
    code, result, _ = compared(tmp_path, f"machine,lab\n{rows}", "--third", "lab", "--limit", "12")
    assert code == 0
    assert result is not None
    assert result["sentence"]


def test_the_sentence_is_in_the_reader_s_language(tmp_path: Path) -> None:
    file = tmp_path / "paires.csv"
    file.write_text("échantillon;machine;labo\n1;12,5;12,4\n2;11,5;11,3\n", encoding="cp1252")
    names = ("--test", "machine", "--reference", "labo", "--permitted", "0,2")
    done = silo("compare", file, *names, "--json", language="fr")
    assert done.returncode == 1
    assert "machine moins labo : +0,150" in json.loads(done.stdout)["sentence"]
    assert "Pas assez d'échantillons" in json.loads(done.stdout)["sentence"]


def codes(pattern: str, *files: str) -> set[str]:
    return {code for file in files for code in re.findall(pattern, (ROOT / file).read_text(encoding="utf-8"))}


def test_every_statement_and_every_problem_has_its_sentence_and_none_is_left_over() -> None:
    said = codes(r'"([a-z_]+)"', "station/lab/verdict.py")
    assert set(SENTENCES) <= said
    assert codes(r'Statement\("([a-z_]+)"', "station/lab/verdict.py") <= set(SENTENCES)
    problems = codes(r'PairsError\("([a-z_]+)"', "station/lab/pairs.py", "station/lab/samples.py")
    assert problems == set(PAIRS_PROBLEMS)


def test_an_unknown_code_is_still_said() -> None:
    assert "no_such" in comparison_text([("no_such", {"n": 1})], "fr")
    assert "no_such" in pairs_problem("no_such", {}, "en")
