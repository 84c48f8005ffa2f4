"""What the terminal's client and the sentences load: nothing of the station but its shapes."""

import subprocess
import sys

import pytest

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
    assert outside == {"station", "station.api"}


def test_the_client_knows_no_screen_and_the_sentences_no_station() -> None:
    assert "textual" not in loaded("ui.tui.client")
    assert not {
        name
        for name in loaded("ui.words.problems")
        if name.split(".")[0] in ("station", "drivers", "textual")
    }
