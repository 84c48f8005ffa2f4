"""What is written about the project is true, and its files keep the house rules."""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import benchmarks.__main__
import station.cli
import tests.run

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
        ("station.app", {*VISION, "prometheus_client"}),  # its workers see the photos; who opts in is counted
    ],
)
def test_what_a_program_does_not_need_is_not_loaded(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert not heavy & set(loaded.stdout.split())


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short_and_names_only_files_that_exist() -> None:
    assert len(README.splitlines()) < 150
    for name in re.findall(r"`((?:drivers|station|ui|tests|examples|benchmarks|training)/[\w./-]*)`", README):
        assert (ROOT / name).exists(), name


def commands() -> list[list[str]]:
    """The readme's command lines, without `./silo`, comments and ellipses."""
    lines = re.findall(r"^(?:\w+=\S+ )?\./silo (.+)$", README, re.MULTILINE)
    return [[word for word in shlex.split(line, comments=True) if word != "..."] for line in lines]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_readme_names_only_commands_and_options_that_exist(words: list[str]) -> None:
    if words[0] in ("test", "bench"):
        main = {"test": tests.run, "bench": benchmarks.__main__}[words[0]]
        options = set(re.findall(r"--[a-z-]+", Path(main.__file__ or "").read_text(encoding="utf-8")))
    else:
        command = get_command(station.cli.app)
        while words and not words[0].startswith("-") and hasattr(command, "commands"):
            known = command.commands  # `silo backup FILE` leaves its first word out
            command = known[words.pop(0)] if words[0] in known else known["make"]
        options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def rooms() -> set[str]:
    """Every package that is a room: those of `station` and `ui`, and the top folders of one room each."""
    inside = {path.parent for top in ("station", "ui") for path in (ROOT / top).glob("*/__init__.py")}
    whole = {path.parent for path in ROOT.glob("*/__init__.py")} - {
        ROOT / top for top in ("station", "ui", "tests")
    }
    return {f"{room.relative_to(ROOT)}/" for room in inside | whole}


def test_the_readme_names_every_room_and_none_that_is_gone() -> None:
    named = re.findall(r"^\| `(.+?)` \|", README, re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) == rooms()


def excuses() -> list[str]:
    """Why tests are skipped, as they say it: every `skip`, `skipif` and `importorskip` of this folder."""
    found = []
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                "skip",
                "skipif",
                "importorskip",
            ):
                said = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "reason")]
                found.append(f"{path.name}: {ast.unparse(said[-1])}")
    return found


# nothing that Debian has lifts these
NO_PACKAGE = ("no real photos", "no reference data", "no wheel for this machine", "only root boots a machine")


@pytest.mark.parametrize("excuse", excuses())
def test_a_skipped_test_names_the_debian_package_that_lets_it_run(excuse: str) -> None:
    package = re.search(r"apt-get install -y ([a-z-]+)", excuse)
    if package is None:
        assert any(reason in excuse for reason in NO_PACKAGE)
    else:
        assert package[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").split("\npackages=(")[1]


def test_a_plain_run_leaves_the_long_tests_out_and_says_how_many() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "tests/benchmarks"]
    plain, whole = (
        subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for more in ([], ["--all"])
    )
    assert re.search(r"^[1-9]\d* long tests were left out: ./silo test --all runs them$", plain, re.MULTILINE)
    assert "left out" not in whole
    assert "in_turn" in whole
    assert "in_turn" not in plain


@pytest.mark.parametrize(
    "name",
    [f"requirements{name}.lock" for name in ("", "-hub", "-silos", "-test", "-uv")],
)
def test_a_lock_pins_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    pins = re.findall(r"^[a-z0-9][^\s]*==", text, re.MULTILINE)
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize(
    ("name", "extra"),
    [("requirements.lock", ""), ("requirements-hub.lock", "hub"), ("requirements-test.lock", "hub")],
)
def test_what_the_project_needs_is_in_the_lock(name: str, extra: str) -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / name).read_text(encoding="utf-8").lower()
    for requirement in declared["dependencies"] + declared["optional-dependencies"].get(extra, []):
        name = re.split(r"[\[<>=]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE), name


def pinned(name: str) -> dict[str, set[str]]:
    """The versions of each package in a lock."""
    found: dict[str, set[str]] = {}
    text = (ROOT / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([a-z0-9][\w.-]*)==([^ ]+)", text, re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", ["requirements-hub.lock", "requirements-silos.lock"])
def test_what_is_installed_beside_changes_nothing_that_is_there(name: str) -> None:
    run, beside = pinned("requirements.lock"), pinned(name)
    assert {package: run[package] for package in run.keys() & beside} == {
        package: beside[package] for package in run.keys() & beside
    }


def test_nothing_is_left_for_later_in_the_code() -> None:
    for path in written(".py", ".toml", ".md"):
        if path == Path(__file__):
            continue
        found = re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found}"
