"""`silo lab import` tells what a file moves and leaves open, in words and numbers of the reader."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from station.cli import app, lab_files
from tests.cli.furnished import PROFILE

TITLES = "N;Rapport;Protéines;Humidité\n"
BY = ("--by", "Marie", "--pin", "2468")


@pytest.fixture
def sampled(worked: Path) -> Path:
    """A closed site with a profile and a sample."""
    (worked.parent / "lab").mkdir()
    (worked.parent / "lab" / "labo.toml").write_text(PROFILE, encoding="utf-8")
    assert silo(worked, "sample", "courtesy", "C00001", *BY)
    return worked


def silo(site: Path, *words: str) -> str:
    return CliRunner().invoke(app, [*words, "--config", str(site)], catch_exceptions=False).output


def take(site: Path, row: str) -> str:
    file = site.parent / "labo.csv"
    file.write_text(TITLES + row + "\n", encoding="utf-8")
    return silo(site, "lab", "import", str(file))


def test_what_a_corrected_report_moved_is_told_in_the_readers_words(
    sampled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_files, "LANGUAGE", "fr")
    take(sampled, "c00001;R1;;13,15")
    assert "C00001: humidité was 13,15 brut, is now 12,9 brut" in take(sampled, "C00001;R1;;12,9")


def test_what_waits_is_told_in_the_readers_words(sampled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_files, "LANGUAGE", "fr")
    assert "C00009: humidité waits: " in take(sampled, "C00009;R1;;13,15")
    told = silo(sampled, "lab", "waiting")
    assert "humidité 13,15 brut  Labo Nord: " in told
    match = silo(sampled, "lab", "match", told.splitlines()[-1].split()[0], "--sample", "C00001")
    assert match == "C00009: humidité 13,15 brut by Labo Nord is recorded.\n"
