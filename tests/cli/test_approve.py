"""A laptop answers what an operator reads out, and says what it is about."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from station.acts.answers import answer_to, secret_text
from station.cli import app
from station.cli.approve import PAGE

SECRET = bytes(range(20))


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(secret_text(SECRET) + "\n")
    return file


def test_it_answers_by_the_file_or_by_what_is_typed(secret_file: Path) -> None:
    answer = answer_to("417829", SECRET)
    for words, typed in ((["--secret-file", str(secret_file)], None), ([], secret_text(SECRET) + "\n")):
        done = CliRunner().invoke(app, ["approve", "417 829", *words], input=typed)
        assert done.exit_code == 0, done.output
        assert f"{answer[:4]} {answer[4:]}" in done.stdout
        assert secret_text(SECRET) not in done.output


@pytest.mark.parametrize("challenge", ["000000", "900000", "12345", "abcdef"])
def test_what_is_no_challenge_gets_no_answer(secret_file: Path, challenge: str) -> None:
    done = CliRunner().invoke(app, ["approve", challenge, "--secret-file", str(secret_file)])
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_wrong_secret_is_named_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("ABCD")
    done = CliRunner().invoke(app, ["approve", "417829", "--secret-file", str(file)])
    assert done.exit_code == 2
    assert "ABCD" not in done.output
    assert CliRunner().invoke(app, ["approve", "417829", "--secret-file", str(tmp_path / "x")]).exit_code == 2


def test_the_page_is_part_of_what_is_installed() -> None:
    assert PAGE.is_file()
