"""Probe points are typed after the barcode, and only where they are not as planned."""

import pytest

from ui.tui.screens.load_acts import probed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A17", ("A17", None)), ("A17 8", ("A17", 8)), (" A17  60 ", ("A17", 60)),
        ("A17 61", ("A17 61", None)), ("A17 0", ("A17 0", None)), ("17", ("17", None)),
    ],
)  # fmt: skip
def test_a_number_after_the_barcode_is_the_probe_points(text: str, read: tuple[str, int | None]) -> None:
    assert probed(text) == read
