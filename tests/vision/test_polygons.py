"""The polygon benchmark counts as it says, and the scans come out above the bars."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.vision import polygons
from benchmarks.vision.polygons import Match, compare


def square(x: int, y: int, side: int = 10) -> polygons.Polygon:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], np.int32)


def test_a_moved_outline_matches_until_it_overlaps_by_less_than_half() -> None:
    assert compare([square(13, 10)], [square(10, 10)], (50, 50)) == Match(1, 1, 1)
    assert compare([square(16, 10)], [square(10, 10)], (50, 50)).matched == 0


def test_one_outline_over_two_labels_is_under_segmented() -> None:
    both = np.array([[10, 10], [31, 10], [31, 20], [10, 20]], np.int32)
    assert compare([both], [square(10, 10), square(21, 10)], (50, 50)) == Match(0, 1, 2, merged=1)


def test_two_outlines_in_one_label_are_over_segmented() -> None:
    both = np.array([[10, 10], [31, 10], [31, 20], [10, 20]], np.int32)
    assert compare([square(10, 10), square(21, 10)], [both], (50, 50)) == Match(0, 2, 1, broken=1)


def test_f1_of_all_scans_weighs_each_outline_alike() -> None:
    assert polygons.f1([Match(1, 1, 1), Match(0, 1, 2)]) == pytest.approx(2 / 5)


@pytest.mark.parametrize(("name", "bar"), [("soybean_slice_0004", 0.85), ("soybean_slice_0005", 0.85)])
def test_a_layer_that_fills_the_picture_comes_apart(photos: Path, name: str, bar: float) -> None:
    scans = {Path(s.name).stem: s for s in polygons.touching(photos / "evaluate" / "touching")}
    assert polygons.f1([polygons.match(scans[name])]) >= bar
