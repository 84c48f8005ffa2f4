"""A foreign body of any shape is one body; kernels beside it come apart as ever."""

from collections.abc import Sequence

import numpy as np
import pytest

from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from tests.vision import drawn

LENGTH = 60.0
ODD: dict[str, Sequence[drawn.Points]] = {
    "L": [drawn.bar(60, 13), drawn.bar(50, 13, 1.5)],
    "Y": [drawn.bar(42, 12, turn) for turn in (1.5, 3.6, 5.7)],
    "crescent": [drawn.crescent(40, 15)],
    "husk": [drawn.kernel(75, 30), drawn.kernel(40, 22, 0.5) + np.array([25, 6])],
    "straw": [drawn.kernel(115, 7)],
}


@pytest.mark.parametrize("grain", ["plump", "long"])
@pytest.mark.parametrize("odd", ODD)
def test_a_foreign_body_is_not_cut_into_pieces(odd: str, grain: str) -> None:
    rng = np.random.default_rng(6)
    width = LENGTH / (2 if grain == "plump" else 4)
    spots = drawn.places(rng, 70, 140.0)
    bodies: list[drawn.Body] = [
        ([drawn.turned(one, rng.uniform(0, 0.2) + turn) for one in ODD[odd]], spot, (60, 110, 140))
        for spot, turn in zip(spots[:6], np.arange(6.0), strict=True)
    ]
    for spot in spots[6:]:
        outline = drawn.kernel(LENGTH, width, rng.uniform(0, 2 * np.pi)) * rng.uniform(0.92, 1.08)
        bodies.append(([outline], spot, drawn.RICE))
    photo = decode(drawn.photo(rng, bodies))
    assert isinstance(photo, DecodedPhoto)
    found = find_kernels(photo.pixels).complete
    assert [len(drawn.at(found, spot, LENGTH)) for spot in spots[:6]] == [1] * 6
    assert len(found) == 70
