"""The renderer: exact truth, seeds that repeat, bounds that hold."""

from dataclasses import replace

import numpy as np
import pytest

from station.grain.inspection import KernelClass
from station.vision.rendered import SHEETS, Phone, RenderedTray, render_tray
from station.vision.rendered.not_grain import KINDS, render_not_grain
from station.vision.rendered.paper import Paper
from station.vision.rendered.sprites import Light
from station.vision.rendered.varied import render_exact, render_varied
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


def test_a_crowded_tray_holds_all_that_was_asked_for() -> None:
    tray = render_tray(1, width=1600, height=1200, kernels=350, kernel_px=42, foreign=0, touching=0.1)
    assert len(tray.truth.complete) == 350
    covered = np.zeros((1200, 1600), np.int32)
    for kernel in tray.truth.kernels:
        x, y, width, height = kernel.box
        covered[y + height // 2, x + width // 2] += 1
    assert covered.max() == 1


STILL = Phone(Light(0.6, 0.8, 0.5), noise=0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"edge": 0.4},
        {"motion": 9.0},
        {"vignette": 0.4},
        {"smear": 0.8},
        {"sharpening": 1.0},
        {"softness": 0.15},
        {"quality": 40},
        {"cast": (0.6, 0.95, 1.2)},
    ],
)
def test_every_trait_of_a_phone_changes_the_picture_and_never_the_truth(change: dict[str, float]) -> None:
    one = render_tray(5, width=640, height=480, kernels=15, phone=STILL)
    other = render_tray(5, width=640, height=480, kernels=15, phone=replace(STILL, **change))
    assert one.truth.complete == other.truth.complete
    difference = np.abs(pictures.pixels_of(one.jpeg).astype(int) - pictures.pixels_of(other.jpeg))
    assert difference.max() > 5


def test_print_and_wrinkles_show_on_the_paper() -> None:
    plain, marked = Paper((200, 200, 200), 1.0), Paper((200, 200, 200), 1.0, print=10, wrinkles=0.2)
    one, other = (
        render_tray(5, width=640, height=480, kernels=15, sheet=paper, phone=STILL)
        for paper in (plain, marked)
    )
    pixels = [pictures.pixels_of(tray.jpeg)[:60] for tray in (one, other)]
    assert pixels[1].std() > pixels[0].std()


def test_photos_of_strangers_repeat_and_differ() -> None:
    seeds = (2, 5, 9)
    first, again = [[render_varied(seed).jpeg for seed in seeds] for _ in range(2)]
    assert first == again
    assert len({len(data) for data in first}) == 3


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_no_grain_repeats_for_its_seed(kind: str) -> None:
    assert render_not_grain(kind, 1) == render_not_grain(kind, 1)
    assert render_not_grain(kind, 1) != render_not_grain(kind, 2)


def test_a_rendered_photo_shows_exactly_the_kernels_that_were_asked_for() -> None:
    wanted = {KernelClass.WHOLE: 40, KernelClass.BROKEN: 15, KernelClass.FOREIGN: 5}
    one, two = (render_exact(5, wanted) for _ in range(2))
    assert one.jpeg == two.jpeg
    assert {kind: one.truth.count(kind) for kind in wanted} == wanted
