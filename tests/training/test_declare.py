"""A shipped bundle is declared anew around the same net."""

import json
import shutil
from pathlib import Path

from station.vision.bundle import read_bundle
from tests.vision.conftest import BUNDLE
from training.declare import redeclare, renamed
from training.declared import INPUTS


def test_a_bundle_that_is_declared_anew_has_the_same_net_and_figures(tmp_path: Path) -> None:
    for kind in (".bundle", ".json", ".md"):
        shutil.copy(BUNDLE.with_suffix(kind), tmp_path / f"wheat-kernels-0{kind}")
    made = redeclare(tmp_path / "wheat-kernels-0.bundle")
    old, new = read_bundle(BUNDLE), read_bundle(made)
    assert new.model == old.model
    assert new.manifest.figures == old.manifest.figures
    assert new.manifest.input.min_length == INPUTS["wheat"]["min_length"]
    assert json.loads(made.with_suffix(".json").read_text())["version"] == new.version
    assert made.read_bytes() == BUNDLE.read_bytes()


def test_what_older_bundles_call_sound_is_whole() -> None:
    assert renamed({"sound": [{"sound": 1}], "broken": 2}) == {"whole": [{"whole": 1}], "broken": 2}
