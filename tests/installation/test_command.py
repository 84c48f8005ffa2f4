"""`silo install` says what it needs before it looks at anything."""

import os

import pytest
from typer.testing import CliRunner

from station.cli import app, install
from station.cli.say import Exit


def said(*words: str) -> str:
    done = CliRunner().invoke(app, ["install", *words])
    assert done.exit_code == Exit.USAGE
    return done.stderr


def test_it_needs_a_site_file() -> None:
    assert "--config" in said()


def test_only_root_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "sudo ./silo install" in said("--config", "site.toml")


def test_it_runs_from_a_release_folder_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script beside it goes there by itself."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "./silo install" in said("--config", "site.toml")


def test_every_step_has_its_words() -> None:
    from station.installation.steps import __doc__ as steps

    named = {line.split()[0] for line in (steps or "").splitlines() if line.startswith("    ")}
    assert set(install._STEPS) == named
