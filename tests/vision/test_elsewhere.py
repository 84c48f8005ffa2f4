"""Bundles say how their net fares on phones and sheets it has not seen, and the limits stand on it too."""

import numpy as np

from station.grain.inspection import KernelClass
from station.vision.kernels import find_kernels
from station.vision.model import LoadedModel
from station.vision.photo import Photo, decode
from station.vision.rendered.varied import render_exact
from training.elsewhere import KERNELS, elsewhere, summed
from training.others import true_classes

WANTED = {KernelClass.SOUND: 40, KernelClass.BROKEN: 15, KernelClass.FOREIGN: 5}


def test_a_rendered_photo_shows_exactly_the_kernels_that_were_asked_for() -> None:
    one, two = (render_exact(5, WANTED) for _ in range(2))
    assert one.jpeg == two.jpeg
    assert {kind: one.truth.count(kind) for kind in WANTED} == WANTED


def test_kernels_found_are_known_by_what_was_drawn_there() -> None:
    tray = render_exact(6, WANTED, touching=0.0)
    photo = decode(tray.jpeg)
    assert isinstance(photo, Photo)
    found = true_classes(tray, find_kernels(photo.pixels).complete, photo.scale)
    assert sum(kind is None for kind in found) <= 2
    assert abs(found.count(KernelClass.BROKEN) - 15) <= 2


def test_every_tray_that_is_not_refused_is_a_row_of_each_class(model: LoadedModel) -> None:
    found = elsewhere(model, 2)
    assert set(found) == set(model.classes)
    for name, one in summed(found).items():
        assert one["trays"] <= 2
        assert 0 < sum(one["called"]) <= 2 * 2.4 * KERNELS[KernelClass(name)]
    assert np.array(list(found["sound"].values())).shape[1] == len(model.classes)
