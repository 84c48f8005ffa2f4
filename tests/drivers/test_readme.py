"""The driver that drivers/README.md shows as an example is one."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FrameError
from drivers.kind import read_frame
from drivers.reading import Flag, Reading
from drivers.simulated.scale import Display
from tests.drivers.rig import AT

README = Path(__file__).parents[2] / "drivers" / "README.md"


@pytest.fixture(scope="module")
def example():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        exec(block, names)
    (driver,) = names["_CLASSES"]
    return driver(), names["SimulatedDemoDw1"]()


def outcomes(kind, data):
    framer = kind.framer()
    return [read_frame(kind, frame) for frame in framer.feed(data, AT) + framer.finish(AT)]


@given(weight=st.integers(-999, 120_000), motion=st.booleans(), over=st.booleans())
def test_what_its_simulator_shows_is_what_it_reads(example, weight, motion, over):
    kind, simulated = example
    data = simulated.message(Display(weight=float(weight), motion=motion, over=over))
    (reading,) = outcomes(kind, data)
    assert isinstance(reading, Reading)
    assert reading.weight_kg == (None if over else weight)
    assert (Flag.OVERLOAD in reading.flags) == over
    if not over:
        assert (Flag.MOTION in reading.flags) == motion


@given(st.binary(max_size=60))
def test_any_other_bytes_are_refused(example, data):
    assert all(isinstance(one, FrameError) for one in outcomes(example[0], b"#" + data.replace(b"=", b"")))
