"""Rendered kernels are learnt under the class that was drawn."""

from station.grain.inspection import KernelClass
from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered.varied import render_exact
from training.others import true_classes

WANTED = {KernelClass.WHOLE: 40, KernelClass.BROKEN: 15, KernelClass.FOREIGN: 5}


def test_kernels_found_are_known_by_what_was_drawn_there() -> None:
    tray = render_exact(6, WANTED, touching=0.0)
    photo = decode(tray.jpeg)
    assert isinstance(photo, DecodedPhoto)
    found = true_classes(tray, find_kernels(photo.pixels).complete, photo.scale)
    assert sum(kind is None for kind in found) <= 2
    assert abs(found.count(KernelClass.BROKEN) - 15) <= 2
