"""The fuzz target, bounded: guided by coverage where atheris is installed, else by hypothesis."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.decode import decode
from drivers.errors import FrameError
from drivers.generic.profile import SHIPPED
from drivers.reading import Reading
from drivers.registry import KINDS
from tests.draws import examples
from tests.drivers.fuzz_frames import one_input
from tests.drivers.fuzz_targets import AT, TARGETS, Target

ROOT = Path(__file__).parents[2]
SEEDED = [target for target in TARGETS if target.message]


def test_every_kind_is_fuzzed_and_every_shipped_profile_with_it() -> None:
    assert {target.kind for target in TARGETS} == set(KINDS)
    profiles = {target.settings["profile"] for target in TARGETS if "profile" in target.settings}
    assert profiles == {path.stem for path in SHIPPED.rglob("*.toml")}
    assert len(TARGETS) < 256


@pytest.mark.parametrize("target", SEEDED, ids=lambda target: target.name)
def test_the_message_that_fuzzing_begins_with_is_read(target: Target) -> None:
    results = list(decode([target.message], target.kind, target.settings, at=AT))
    if target.kind != "astm":  # half a message, as a link brings them
        assert any(isinstance(result, Reading) for result in results), results
    assert all(isinstance(result, Reading | FrameError) for result in results)


@given(st.integers(0, len(TARGETS) - 1), st.binary(max_size=200))
@settings(max_examples=examples(600))
def test_any_bytes_give_readings_or_frame_errors(number: int, data: bytes) -> None:
    one_input(bytes([number]) + data)


@pytest.mark.parametrize("target", SEEDED, ids=lambda target: target.name)
@given(data=st.data())
@settings(max_examples=examples(30))
def test_a_damaged_message_gives_readings_or_frame_errors(target: Target, data: st.DataObject) -> None:
    times = 1 if target.kind == "file-drop" else 3
    message = bytearray(target.message * times)
    for _ in range(data.draw(st.integers(1, 6))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    one_input(bytes([TARGETS.index(target)]) + bytes(message))


@pytest.mark.long
def test_fuzzing_guided_by_coverage_finds_nothing_in_its_time(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: there is no wheel for this machine")
    for target in SEEDED:
        (tmp_path / target.name).write_bytes(bytes([TARGETS.index(target)]) + target.message)
    command = [sys.executable, "-m", "tests.drivers.fuzz_frames", str(tmp_path)]
    limits = ["-max_total_time=15", "-max_len=8000", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(
        [*command, *limits], cwd=ROOT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "NEW" in done.stderr or "REDUCE" in done.stderr  # it was guided: inputs reached new code
