"""The renderer: exact truth, seeds that repeat, bounds that hold."""

import numpy as np
import pytest

from station.grain.inspection import KernelClass
from station.vision.rendered import SHEETS, RenderedTray, render_tray
from tests.vision import pictures


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one = render_tray(7, width=800, height=600, kernels=20)
    assert render_tray(7, width=800, height=600, kernels=20) == one
    assert render_tray(8, width=800, height=600, kernels=20).jpeg != one.jpeg


def test_the_truth_counts_what_was_asked_for(tray: RenderedTray) -> None:
    assert len(tray.truth.complete) == 120
    assert tray.truth.count(KernelClass.BROKEN) == 12
    assert tray.truth.count(KernelClass.FOREIGN) == 6
    assert sum(k.cut for k in tray.truth.kernels) == 6
    assert sum(k.touching for k in tray.truth.kernels) >= 10


def test_boxes_hold_their_polygons_and_lie_in_the_photo(tray: RenderedTray) -> None:
    assert pictures.pixels_of(tray.jpeg).shape == (1500, 2000, 3)
    for kernel in tray.truth.kernels:
        x, y, width, height = kernel.box
        points = np.array(kernel.polygon)
        assert (points >= [x, y]).all()
        assert (points <= [x + width - 1, y + height - 1]).all()
        assert 0 <= x < x + width <= 2000
        assert 0 <= y < y + height <= 1500


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_every_sheet_can_be_drawn(sheet: str) -> None:
    assert render_tray(3, width=640, height=480, kernels=10, sheet=sheet).truth.complete


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="12 megapixels"):
        render_tray(1, width=8000, height=6000)
    with pytest.raises(ValueError, match="no room"):
        render_tray(1, width=400, height=300, kernels=200, kernel_px=90)
