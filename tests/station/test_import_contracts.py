"""The import contracts hold, and each of them notices the wrong import that it is there for."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract["name"] for contract in OPTIONS["contracts"]}

# (contract, room, what a module planted in this room imports)
PLANTED = [
    ("rooms", "station.receival", "station.lab.results"),
    ("rooms", "station.receival", "station.export.write"),
    ("rooms", "station.runtime", "station.api.app"),
    ("rooms", "station.grain", "station.store.engine"),
    ("screens", "ui.words", "ui.tui.app"),
    ("drivers", "drivers", "station.clock"),
    ("transport", "station.runtime", "serial"),
    ("bench", "station.grain", "drivers.driver"),
    ("light-box", "station.vision", "sqlmodel"),
    ("acts", "station.acts", "cv2"),
    ("export", "station.export", "station.receival.arrivals.visits"),
    ("statistics", "station.lab.statistics", "drivers.reading"),
    ("counter", "station.api", "station.site.file"),
    ("pages", "ui.web", "station.site.file"),
    ("phone", "ui.phone", "station.clock"),
    ("terminal", "ui.tui", "station.grain.units"),
    ("sentences", "ui.words", "textual"),
    ("training", "station.runtime", "training"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    wide = {**os.environ, "COLUMNS": "400"}  # no line is broken in two
    command = [LINTER, "--no-cache"]
    return subprocess.run(command, cwd=folder, env=wide, check=False, capture_output=True, text=True)


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The linter's report by contract, for a copy of the tree in which all wrong imports are planted."""
    copy = tmp_path_factory.mktemp("planted")
    for package in OPTIONS["root_packages"]:
        shutil.copytree(ROOT / package, copy / package, ignore=all_but_modules)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for number, (_, room, imported) in enumerate(PLANTED):
        module = copy / room.replace(".", "/") / f"planted_{number}.py"
        module.write_text(f"import {imported}\n", encoding="utf-8")
    (copy / "station" / "extra").mkdir()
    (copy / "station" / "extra" / "__init__.py").touch()
    report = lint(copy).stdout
    sections = re.findall(r"^([^\n]+)\n---+\n(.*?)(?=^[^\n]+\n---|\Z)", report, re.MULTILINE | re.DOTALL)
    return dict(sections)


def all_but_modules(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]


@pytest.mark.parametrize(
    "number", range(len(PLANTED)), ids=lambda number: " imports ".join(PLANTED[number][1:])
)
def test_a_wrong_import_breaks_its_contract(broken: dict[str, str], number: int) -> None:
    contract, room, imported = PLANTED[number]
    assert re.search(
        rf"^-? +{room}\.planted_{number} -> {re.escape(imported)} ", broken[CONTRACTS[contract]], re.MULTILINE
    )


def test_a_room_that_is_not_placed_breaks_the_order_of_rooms(broken: dict[str, str]) -> None:
    assert "not listed as layers:\n\n- station.extra\n" in broken[CONTRACTS["rooms"]]


def test_no_contract_is_without_a_planted_import() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)
