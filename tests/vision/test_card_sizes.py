"""With the card: only grain inside its line counts, sizes are millimetres, colours are told."""

import math

import cv2
import numpy as np
import pytest

from station.grain.sizes import Quantiles, Sizes, sizes_of
from station.vision.card.colour import balanced, read_colour
from station.vision.card.difference import delta_e2000, linear_of, srgb_of
from station.vision.card.find import find_card
from station.vision.card.ground import grain_ground
from station.vision.card.layout import LAYOUTS
from station.vision.card.sizes import sizes_mm
from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import Phone
from station.vision.rendered.card import RenderedCard, Viewpoint, draw_card, render_card
from station.vision.rendered.sprites import Light
from tests.vision import pictures


def photo_of(card: RenderedCard) -> DecodedPhoto:
    photo = decode(card.jpeg)
    assert isinstance(photo, DecodedPhoto)
    return photo


@pytest.fixture(scope="module", params=[0.0, 30.0])
def tilted(request: pytest.FixtureRequest) -> RenderedCard:
    return render_card(11, width=3000, height=2250, view=Viewpoint(request.param, 70, 85), kernels=120)


def test_only_the_grain_inside_the_line_is_counted(tilted: RenderedCard) -> None:
    photo = photo_of(tilted)
    card = find_card(photo.pixels)
    assert card is not None
    ground = grain_ground(photo, card)
    found = ground.counted(find_kernels(ground.photo.pixels))
    assert abs(len(found.complete) + found.cut - 120) <= 3
    assert found.giants == ()


def test_a_card_without_grain_has_no_kernels() -> None:
    card = render_card(12, width=2000, height=1500, view=Viewpoint(25, 10, 95), kernels=0)
    photo = photo_of(card)
    seen = find_card(photo.pixels)
    assert seen is not None
    ground = grain_ground(photo, seen)
    assert ground.counted(find_kernels(ground.photo.pixels)).kernels == ()
    assert sizes_mm([], ground.photo, seen) == []


def test_a_kernel_across_the_line_is_cut_and_one_outside_is_nothing() -> None:
    layout, density = LAYOUTS["a4"], 8.0
    picture = draw_card(layout, density, (1680, 2376))
    left, top = layout.plain[:2]
    for x, y in ((left, top + 50), (left + 60, top + 50), (left - 26, top + 170)):
        middle = round(x * density), round(y * density)
        cv2.ellipse(picture, middle, (26, 13), 30, 0, 360, (60, 120, 170), -1, cv2.LINE_AA)
    card = find_card(picture)
    assert card is not None
    ground = grain_ground(DecodedPhoto(picture, 1680, 2376, 1.0), card)
    found = ground.counted(find_kernels(ground.photo.pixels))
    assert (len(found.complete), found.cut) == (1, 1)
    ((length, width),) = sizes_mm(found.complete, ground.photo, card)
    assert length == pytest.approx(53 / density, rel=0.03)
    assert width == pytest.approx(27 / density, rel=0.03)


def test_sizes_are_right_within_three_percent(tilted: RenderedCard) -> None:
    photo = photo_of(tilted)
    card = find_card(photo.pixels)
    assert card is not None
    ground = grain_ground(photo, card)
    alone = [k for k in ground.counted(find_kernels(ground.photo.pixels)).complete if k.clump == 1]
    truths = [k for k in tilted.truth.complete if not k.touching]
    middles = np.array([np.mean(k.polygon, axis=0) for k in truths])
    lengths, widths = [], []
    for kernel, (length, width) in zip(alone, sizes_mm(alone, ground.photo, card), strict=True):
        middle = (kernel.contour.mean(axis=0) + ground.photo.origin + 0.5) * photo.scale - 0.5
        apart = np.linalg.norm(middles - middle, axis=1)
        truth = truths[int(apart.argmin())]
        if apart.min() < 6 and truth.length_mm and truth.width_mm:
            lengths.append(abs(length / truth.length_mm - 1))
            widths.append(abs(width / truth.width_mm - 1))
    assert len(lengths) > 90
    assert np.mean(lengths) < 0.03
    assert np.mean(widths) < 0.03


def test_a_colour_cast_is_measured_and_greys_become_grey() -> None:
    phone = Phone(Light(0.6, 0.8, 0.4), cast=(0.8, 1.0, 1.1))
    card = render_card(13, width=2000, height=1500, view=Viewpoint(15, 200, 85), kernels=30, phone=phone)
    photo = photo_of(card)
    seen = find_card(photo.pixels)
    assert seen is not None
    colour = read_colour(photo.pixels, seen)
    assert colour is not None
    assert colour.difference.delta_e_before > 5
    assert colour.difference.delta_e_after < 2
    even = balanced(photo.pixels, colour.gains)
    for patch in [p for p in seen.layout.patches if len(set(p.srgb)) == 1]:
        x, y = seen.pixels_of(np.array([[patch.x + patch.side / 2, patch.y + patch.side / 2]]))[0]
        part = even[round(y) - 6 : round(y) + 6, round(x) - 6 : round(x) + 6].reshape(-1, 3)
        assert np.ptp(np.median(part, axis=0)) <= 8


def test_the_card_as_drawn_has_the_colours_of_the_layout() -> None:
    picture = draw_card(LAYOUTS["a4"], 6.0, (1260, 1782))
    seen = find_card(picture)
    assert seen is not None
    assert read_colour(picture, seen) is None  # paper at 255 is clipped: nothing can be said of the light
    colour = read_colour((picture * 0.9).astype(np.uint8), seen)
    assert colour is not None
    assert colour.difference.delta_e_after < 0.5
    assert colour.gains == pytest.approx([1, 1, 1], abs=0.02)


# from table 1 of Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula", 2005
@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_colour_difference_is_that_of_its_authors(
    one: tuple[float, ...], other: tuple[float, ...], difference: float
) -> None:
    assert delta_e2000(np.array([one]), np.array([other]))[0] == pytest.approx(difference, abs=1e-4)
    assert delta_e2000(np.array([other]), np.array([one]))[0] == pytest.approx(difference, abs=1e-4)


def test_linear_light_and_back_is_the_same() -> None:
    values = np.linspace(0, 1, 256)
    assert srgb_of(linear_of(values)) == pytest.approx(values, abs=1e-9)


def test_a_summary_of_sizes_is_kept_and_read_back() -> None:
    sizes = sizes_of([float(v) for v in range(101)], [v / 2 for v in range(101)])
    assert sizes == Sizes(Quantiles(10.0, 50.0, 90.0), Quantiles(5.0, 25.0, 45.0), 101)
    assert Sizes.from_dict(sizes.as_dict()) == sizes
    assert sizes_of([], []) is None
    one = sizes_of([6.4], [3.1])
    assert one is not None
    assert math.isclose(one.length_mm.p10, one.length_mm.p90)


def test_the_same_seed_renders_the_same_card() -> None:
    one = render_card(14, width=800, height=600, view=Viewpoint(20, 5, 90), kernels=10)
    other = render_card(14, width=800, height=600, view=Viewpoint(20, 5, 90), kernels=10)
    assert one.jpeg == other.jpeg
    assert [k.length_mm for k in one.truth.kernels] == [k.length_mm for k in other.truth.kernels]
    assert pictures.pixels_of(one.jpeg).shape == (600, 800, 3)
    with pytest.raises(ValueError, match="cannot render"):
        render_card(1, width=8000, height=6000)
