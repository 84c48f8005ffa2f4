"""The terminal and the sentences load nothing of the station but its shapes, and import in no circle."""

import ast
import subprocess
import sys
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"fastapi", "starlette", "sqlmodel", "sqlalchemy", "cv2", "onnxruntime", "serial", "paho", "numpy"}


def loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
    )


@pytest.mark.parametrize("module", ["ui.tui.client", "ui.tui.app", "ui.words.reasons"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    assert loaded(module) & HEAVY == set()


def test_the_terminal_knows_only_the_shapes_of_the_station() -> None:
    ours = {name for name in loaded("ui.tui.app") if name.split(".")[0] in ("station", "drivers")}
    outside = {name for name in ours if not name.startswith("station.api.schemas")}
    rule_of_texts = {"drivers", "drivers.text"}  # it imports nothing
    assert outside == {"station", "station.api", "station.api.access"} | rule_of_texts


def test_the_client_knows_no_screen_and_the_sentences_no_station() -> None:
    assert "textual" not in loaded("ui.tui.client")
    assert not {
        name
        for name in loaded("ui.words.problems")
        if name.split(".")[0] in ("station", "drivers", "textual")
    }


def imports(file: Path, modules: Collection[str]) -> set[str]:
    """Read which of `modules` a file imports anywhere in it, also only for the type checker."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{file}: imports are absolute"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & set(modules)


def circle(root: Path, room: str) -> list[str]:
    """Follow the imports of the modules below `root`/`room`; the first circle among them, or nothing."""
    files = {
        ".".join(file.relative_to(root).with_suffix("").parts): file for file in root.glob(f"{room}/**/*.py")
    }
    order = TopologicalSorter({name: imports(file, files) for name, file in files.items()})
    try:
        order.prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def test_no_module_of_the_screens_and_sentences_imports_itself_by_way_of_others() -> None:
    assert circle(ROOT, "ui") == []


def test_an_import_for_the_type_checker_closes_a_circle_too(tmp_path: Path) -> None:
    room = tmp_path / "room" / "inner"
    room.mkdir(parents=True)
    (room / "app.py").write_text("from room.inner import screen\n")
    (room / "screen.py").write_text("if TYPE_CHECKING:\n    from room.inner.app import App\n")
    assert set(circle(tmp_path, "room")) == {"room.inner.app", "room.inner.screen"}
