"""Long kernels that cross, meet or lie side by side are as many as they are."""

import numpy as np
import pytest

from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rods import long_pieces
from station.vision.second_count import count_twice
from tests.vision import drawn

LENGTH, WIDTH = 60.0, 12.0


def pair(kind: str) -> list[drawn.Points]:
    first = drawn.kernel(LENGTH, WIDTH)
    if kind.startswith("crossing"):
        other = drawn.kernel(0.94 * LENGTH, WIDTH, np.radians(float(kind.split()[1])))
        return [first, other + np.array([0.1 * LENGTH, 1.0])]
    if kind == "end to side":
        return [first, drawn.kernel(LENGTH, WIDTH, 1.4) + np.array([9, (LENGTH + WIDTH) / 2 - 2])]
    if kind == "end to end":
        return [first, drawn.kernel(LENGTH, WIDTH, 0.5) + np.array([0.9 * LENGTH, 0.23 * LENGTH])]
    if kind == "side by side":
        return [first, drawn.kernel(LENGTH, WIDTH, 0.03) + np.array([2, WIDTH - 1])]
    return [first, drawn.kernel(LENGTH, WIDTH, 0.05) + np.array([0.5 * LENGTH, WIDTH - 1.5])]


def clump(outlines: list[drawn.Points]) -> drawn.Mask:
    return drawn.cropped(drawn.mask_of(outlines))


KINDS = (
    "crossing 90", "crossing 60", "crossing 45", "end to side", "end to end", "side by side", "shifted"
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", [0.0, 0.7, 2.0])
def test_a_pair_of_long_kernels_is_two_long_kernels(kind: str, turn: float) -> None:
    mask = clump([drawn.turned(one, turn) for one in pair(kind)])
    pieces = long_pieces(mask, LENGTH, WIDTH)
    assert len(pieces) == 2
    for _, _, piece in pieces:
        assert np.hypot(*piece.shape) > 0.75 * LENGTH


def test_kernels_that_cross_share_the_pixels_where_they_do() -> None:
    mask = clump(pair("crossing 90"))
    pieces = long_pieces(mask, LENGTH, WIDTH)
    shared = sum((piece > 0).sum() for _, _, piece in pieces) - (mask > 0).sum()
    assert shared == pytest.approx(WIDTH * WIDTH, rel=0.6)


def test_what_few_kernels_do_not_explain_is_left_as_it_was() -> None:
    assert long_pieces(clump([drawn.disc(9), drawn.disc(9) + 20]), LENGTH, WIDTH) == []
    many = [drawn.kernel(LENGTH, WIDTH, 0.4 * n) + np.array([0, 12 * n - 70]) for n in range(12)]
    assert long_pieces(clump(many), LENGTH, WIDTH) == []


@pytest.mark.parametrize(
    "kind", ["crossing 45", *(pytest.param(kind, marks=pytest.mark.long) for kind in KINDS)]
)
def test_a_sheet_with_many_pairs_of_long_rice_is_counted(kind: str) -> None:
    rng = np.random.default_rng(4)
    spots = drawn.places(rng, 50, 130.0)
    bodies: list[drawn.Body] = []
    for number, spot in enumerate(spots):
        outlines = pair(kind) if number < 10 else [drawn.kernel(LENGTH, WIDTH)]
        turn, size = rng.uniform(0, 2 * np.pi), rng.uniform(0.93, 1.07)
        bodies += [([drawn.turned(one, turn) * size], spot, drawn.RICE) for one in outlines]
    photo = decode(drawn.photo(rng, bodies))
    assert isinstance(photo, DecodedPhoto)
    counts = count_twice(find_kernels(photo.pixels).complete)
    assert counts.best == pytest.approx(60, abs=1)
    assert counts.agree
