"""The card on photos: found at any turn and tilt, with markers hidden, and never where there is none."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from station.vision.card.find import CardSeen, find_card
from station.vision.card.layout import LAYOUTS
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import RenderedTray
from station.vision.rendered.card import RenderedCard, Viewpoint, draw_card, render_card
from tests.vision import pictures

TILTS = [(0.0, 0.0, 90.0), (15.0, 80.0, 5.0), (30.0, 200.0, 180.0), (30.0, 310.0, 250.0)]


def found_on(card: RenderedCard) -> tuple[DecodedPhoto, CardSeen | None]:
    photo = decode(card.jpeg)
    assert isinstance(photo, DecodedPhoto)
    return photo, find_card(photo.pixels)


def off_px(card: RenderedCard, photo: DecodedPhoto, seen: CardSeen) -> float:
    """Largest distance, in pixels of the working picture, between where the card is and was found."""
    width, height = card.layout.width, card.layout.height
    grid = np.stack(np.meshgrid(np.linspace(0, width, 5), np.linspace(0, height, 5)), axis=-1).reshape(-1, 2)
    carried = np.column_stack([grid, np.ones(len(grid))]) @ card.to_px.T
    truth = (carried[:, :2] / carried[:, 2:] + 0.5) / photo.scale - 0.5
    return float(np.linalg.norm(seen.pixels_of(grid) - truth, axis=1).max())


@pytest.mark.parametrize(("tilt", "towards", "roll"), TILTS)
@pytest.mark.parametrize("paper", sorted(LAYOUTS))
def test_the_card_is_found_at_any_turn_and_up_to_thirty_degrees(
    paper: str, tilt: float, towards: float, roll: float
) -> None:
    view = Viewpoint(tilt, towards, roll)
    card = render_card(4, paper=paper, width=2000, height=1500, view=view, kernels=40)
    photo, seen = found_on(card)
    assert seen is not None
    assert seen.layout is LAYOUTS[paper]
    assert seen.markers == tuple(card.layout.markers)
    assert off_px(card, photo, seen) < 0.5


@pytest.mark.parametrize(("width", "height"), [(648, 486), (4000, 3000)])
def test_the_card_is_found_on_small_and_on_large_photos(width: int, height: int) -> None:
    card = render_card(5, paper="a5", width=width, height=height, view=Viewpoint(20, 30, 100), kernels=30)
    photo, seen = found_on(card)
    assert seen is not None
    assert off_px(card, photo, seen) < 0.5


@pytest.mark.parametrize("hidden", [(16,), (16, 18, 20), (17, 18, 19, 20)])
def test_hidden_markers_do_not_matter_while_a_diagonal_is_left(hidden: tuple[int, ...]) -> None:
    card = render_card(6, width=2000, height=1500, view=Viewpoint(20, 40, 80), kernels=30, hidden=hidden)
    photo, seen = found_on(card)
    assert seen is not None
    assert set(seen.markers) == set(card.layout.markers) - set(hidden)
    assert off_px(card, photo, seen) < 6  # at the farthest corner, which no marker holds
    scale = float(np.sqrt(np.linalg.det(card.to_px))) / photo.scale  # at the card's first corner
    assert seen.mm_per_px_at(np.zeros((1, 2)))[0] * scale == pytest.approx(1, abs=0.01)


def test_one_marker_or_two_close_ones_are_no_card() -> None:
    for hidden in ((16, 17, 18, 19, 20), (16, 17, 18, 19)):
        card = render_card(7, width=1600, height=1200, view=Viewpoint(10, 0, 90), kernels=10, hidden=hidden)
        assert found_on(card)[1] is None


def test_a_strong_shadow_across_the_card_does_not_hide_it() -> None:
    card = render_card(8, width=2000, height=1500, view=Viewpoint(25, 120, 80), kernels=30)
    pixels = pictures.pixels_of(card.jpeg).astype(np.float32)
    pixels[:, 700:1300] *= 0.4
    photo = decode(pictures.jpeg(pixels.astype(np.uint8)))
    assert isinstance(photo, DecodedPhoto)
    seen = find_card(photo.pixels)
    assert seen is not None
    assert off_px(card, photo, seen) < 1.0


def test_a_marker_where_it_does_not_belong_is_left_out() -> None:
    layout, density = LAYOUTS["a4"], 5.0
    picture = draw_card(layout, density, (1050, 1485))
    x, y = (round(v * density) for v in layout.markers[16])
    side = round(layout.marker * density)
    marker = picture[y - 5 : y + side + 5, x - 5 : x + side + 5].copy()
    picture[y - 5 : y + side + 5, x - 5 : x + side + 5] = 255
    picture[y + 20 : y + side + 30, x + 5 : x + side + 15] = marker
    seen = find_card(picture)
    assert seen is not None
    assert seen.markers == (17, 18, 19, 20, 21)


def test_a_card_seen_in_a_mirror_is_no_card() -> None:
    picture = draw_card(LAYOUTS["a5"], 6.0, (888, 1260))
    assert find_card(picture) is not None
    assert find_card(np.ascontiguousarray(picture[:, ::-1])) is None


def test_a_card_printed_smaller_looks_like_a_whole_one_farther_away() -> None:
    """Markers, ruler and patches shrink together: no photo can tell, only the ruler beside the print."""
    whole = draw_card(LAYOUTS["a4"], 6.0, (1260, 1782))
    size = round(1260 * 0.97), round(1782 * 0.97)
    smaller = np.full_like(whole, 255)
    smaller[: size[1], : size[0]] = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    seen, reference = find_card(smaller), find_card(whole)
    assert seen is not None
    assert reference is not None
    assert seen.off_mm < 0.1
    assert seen.mm_per_px == pytest.approx(reference.mm_per_px / 0.97, rel=0.003)


def test_trays_and_tiny_pictures_have_no_card(tray: RenderedTray) -> None:
    assert find_card(pictures.pixels_of(tray.jpeg)) is None
    for shape in ((1, 1), (1, 500), (40, 3)):
        assert find_card(np.full((*shape, 3), 90, np.uint8)) is None


def test_real_photos_without_a_card_have_none(photos: Path) -> None:
    files = sorted((photos / "evaluate" / "rice_scale").glob("*.jpeg"))[:8]
    files += sorted((photos / "evaluate" / "eight_grains").glob("*"))[::12]
    files += sorted((photos / "evaluate" / "unknown_lentils").glob("*.jpg"))
    for file in files:
        photo = decode(file.read_bytes())
        if isinstance(photo, DecodedPhoto):
            assert find_card(photo.pixels) is None, file.name
