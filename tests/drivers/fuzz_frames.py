"""A coverage-guided fuzz target: whatever bytes a line brings, a driver gives readings or frame errors,
and no value that cannot be true.

    python -m tests.drivers.fuzz_frames CORPUS -max_total_time=60

The first byte of an input chooses the target (`fuzz_targets`), the rest is what the line brings.
"""

import math
import resource
import sys

from drivers.decode import decode
from drivers.errors import FrameError
from drivers.kind import DriverFaultFrame
from drivers.reading import PLAUSIBLE
from drivers.transport.half_written import looks_half_written
from tests.drivers.fuzz_targets import AT, TARGETS

_MOST_MEMORY = 1 << 30  # bytes


def one_input(data: bytes) -> None:
    """Raises whatever a driver should not have raised, AssertionError for a value it should not give."""
    if not data:
        return
    target = TARGETS[data[0] % len(TARGETS)]
    if target.kind == "file-drop":
        looks_half_written(data[1:])
    for result in decode([data[1:]], target.kind, target.settings, at=AT):
        if isinstance(result, FrameError):
            assert not isinstance(result, DriverFaultFrame), (target.name, data, str(result))
            continue
        for analyte, value in result.values.items():
            if value.value is not None:
                low, high = PLAUSIBLE[analyte]
                assert math.isfinite(value.value), (target.name, data)
                assert low <= value.value <= high, (target.name, data)


def main() -> None:
    import atheris

    for module in [name for name in sys.modules if name.startswith("drivers.")]:
        for function in vars(sys.modules[module]).values():
            if getattr(function, "__module__", None) == module and callable(function):
                _instrument(atheris, function)
    # The fuzzer's own bound counts the peak of whatever process started this one.
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    atheris.Setup([*sys.argv, "-rss_limit_mb=0"], one_input)
    atheris.Fuzz()


def _instrument(atheris, thing) -> None:
    """Functions, and the methods of classes, in place."""
    if isinstance(thing, type):
        for method in vars(thing).values():
            if hasattr(method, "__code__"):
                atheris.instrument_func(method)
    elif hasattr(thing, "__code__"):
        atheris.instrument_func(thing)


if __name__ == "__main__":
    main()
