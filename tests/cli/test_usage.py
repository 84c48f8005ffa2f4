"""A command that cannot be understood is answered in the reader's language, with what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from station.cli import app, usage
from ui.words.i18n import translator

SILO = Path(sys.executable).parent / "silo"
ASKED = [
    ("cell frob", "no command frob", "commande frob n'existe pas"),
    ("tickt", "Did you mean 'ticket'?", "Vouliez-vous dire 'ticket'"),
    ("ticket --frob", "no option --frob", "option --frob n'existe pas"),
    ("ticket print", "NUMBER is missing", "NUMBER manque"),
    ("ticket print twelve", "must be an integer", "doit être un nombre entier"),
    ("ticket print 12 13 --config x --by Jo", "one word too many: 13", "un mot de trop : 13"),
    ("day show --day 31/05", "write it as 2027-05-31", "écrivez 2027-05-31"),
    ("ticket print 12 --config", "--config needs a value", "--config attend une valeur"),
]


@pytest.mark.parametrize(("words", "english", "french"), ASKED)
def test_what_cannot_be_understood_is_said_in_the_readers_language(
    words: str, english: str, french: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["silo", *words.split()])
    assert usage.run(app) == 2
    assert english in capfd.readouterr().err
    monkeypatch.setattr(usage, "_", translator("fr").gettext)
    monkeypatch.setattr(usage, "LANGUAGE", "fr")
    assert usage.run(app) == 2
    said = capfd.readouterr().err
    assert french in said
    assert said.splitlines()[-1].startswith("Voir : silo ") or "--config" in words


def test_the_command_ends_with_the_code_and_writes_no_traceback() -> None:
    french = {**os.environ, "LANG": "fr_FR.UTF-8", "LC_ALL": "fr_FR.UTF-8"}
    done = subprocess.run([SILO, "cell", "frob"], env=french, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "n'existe pas" in done.stderr
    assert "Voir : silo cell --help" in done.stderr
    helped = subprocess.run([SILO, "cell", "--help"], env=french, capture_output=True, text=True, check=False)
    assert helped.returncode == 0
    assert "Commandes" in helped.stdout
