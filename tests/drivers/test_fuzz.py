"""The fuzz target, bounded: guided by coverage where atheris is installed, else by hypothesis."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drivers.fuzz_frames import PLAIN, one_input

ROOT = Path(__file__).parents[2]
SEEDS = {
    "toledo-continuous": bytes.fromhex("022A30202034333132302020202020300D0D"),
    "gac2100-csv01": b"17,14/07/26,14:20:14,11.9,70.7,30.3,28.9,29.7,BLE,S/N: 0, 2, 895,2305, 303,070815\r\n",
    "json-nir": b'{"id":"1","values":{"protein":{"value":11.4,"unit":"%","basis":"as_is"}}}\n',
    "mt-sics": b"S S     100.00 g\r\n",
    "sma": b"\n 1G       5.025lb \r",
    "dini-argeo": b"1,ST,    -0.030,       0.000,         0,kg\r\n",
    "yaohua": bytes.fromhex("57473030342E3133396B6733440D0A"),
    "systec": b"<000005.06.1813:12   21   20000       0   20000kg     1   27387>\r\n",
    "tesma-plus2": bytes.fromhex("024D41495A202020200D0A31342E340D0A03"),
    "astm": b"\x021H|\\^&|||X\r\x17C6\r\n",
}


@given(st.integers(0, len(PLAIN) - 1), st.binary(max_size=200))
@settings(max_examples=400, deadline=None)
def test_any_bytes_give_readings_or_frame_errors(kind: int, data: bytes) -> None:
    one_input(bytes([kind]) + data)


@pytest.mark.parametrize("kind", sorted(SEEDS))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_message_gives_readings_or_frame_errors(kind: str, data: st.DataObject) -> None:
    message = bytearray(SEEDS[kind] * 3)
    for _ in range(data.draw(st.integers(1, 6))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    one_input(bytes([PLAIN.index(kind)]) + bytes(message))


def test_fuzzing_guided_by_coverage_finds_nothing_in_its_time(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: there is no wheel for this machine")
    for kind, message in SEEDS.items():
        (tmp_path / kind).write_bytes(bytes([PLAIN.index(kind)]) + message)
    command = [sys.executable, "-m", "tests.drivers.fuzz_frames", str(tmp_path)]
    limits = ["-max_total_time=10", "-max_len=400", "-rss_limit_mb=1024", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(
        [*command, *limits], cwd=ROOT, check=False, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "NEW" in done.stderr or "REDUCE" in done.stderr  # it was guided: inputs reached new code
