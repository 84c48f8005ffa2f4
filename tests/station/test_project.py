"""What is written about the project is true, and its files keep the house rules."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


OURS = ("drivers", "station", "ui", "training", "tests", "benchmarks", "examples")


def written(*endings: str) -> list[Path]:
    """The project's own files with these endings."""
    inside = [path for folder in OURS for path in (ROOT / folder).rglob("*") if path.suffix in endings]
    return [*inside, ROOT / "README.md", ROOT / "pyproject.toml"]


VISION = {"cv2", "onnxruntime", "numpy"}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("ui.tui.client", {"fastapi", "sqlmodel", "sqlalchemy", "station.store", *VISION}),
        ("station.app", VISION),  # its workers see the photos
    ],
)
def test_what_a_program_does_not_need_is_not_loaded(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert not heavy & set(loaded.stdout.split())


def test_the_readme_is_short_and_names_only_files_and_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    for name in re.findall(r"`((?:drivers|station|ui|tests|examples|benchmarks)/[\w./-]*)`", text):
        assert (ROOT / name).exists(), name
    from typer.main import get_command

    from station.cli import app

    known = set(get_command(app).commands) | {"test", "bench"}  # type: ignore[attr-defined]
    for command in re.findall(r"\./silo (\w+)", text):
        assert command in known, command


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-uv.lock"])
def test_a_lock_pins_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    pins = re.findall(r"^[a-z0-9][^\s]*==", text, re.MULTILINE)
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_what_the_project_needs_is_in_the_lock() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    for requirement in declared["dependencies"]:
        name = re.split(r"[\[<>=]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE), name


def test_nothing_is_left_for_later_in_the_code() -> None:
    for path in written(".py", ".toml", ".md"):
        if path == Path(__file__):
            continue
        found = re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found}"
