"""A photo from too far away shows kernels that a net cannot tell apart: it is looked at more finely, or
refused with the size."""

from dataclasses import replace

import cv2
import pytest

from station.grain.reasons import Code
from station.vision.inspect import inspect
from station.vision.kernels import find_kernels
from station.vision.model import LoadedModel
from station.vision.rendered import RenderedTray, render_tray
from tests.vision import pictures


def shrunk(tray: RenderedTray, length: float) -> bytes:
    """Return the tray's photo made so small that its middle kernel is `length` pixels long."""
    pixels = pictures.pixels_of(tray.jpeg)
    share = length / find_kernels(pixels).length
    return pictures.jpeg(cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def test_the_same_kernels_are_whole_near_by_and_refused_from_afar(
    tray: RenderedTray, model: LoadedModel
) -> None:
    near = inspect(shrunk(tray, 37), model)
    assert near.accepted
    for length in (18, 11, 8):
        far = inspect(shrunk(tray, length), model)
        assert [reason.code for reason in far.reasons] == [Code.TOO_SMALL]
        assert far.reasons[0].params["value"] == pytest.approx(length, abs=1.5)
        assert far.reasons[0].params["limit"] == model.min_length
        assert far.classes == {}


def test_a_bundle_declares_how_long_its_kernels_must_be(tray: RenderedTray, model: LoadedModel) -> None:
    demanding = replace(model, input=model.input.model_copy(update={"min_length": 45.0}))
    seen = inspect(shrunk(tray, 37), demanding)
    assert [(r.code, r.params["limit"]) for r in seen.reasons] == [(Code.TOO_SMALL, 45.0)]


def test_small_kernels_on_a_large_photo_are_looked_at_in_full_detail(model: LoadedModel) -> None:
    tray = render_tray(31, width=3600, height=2700, kernels=40, kernel_px=44, touching=0, sheet="blue")
    seen = inspect(tray.jpeg, model)
    assert seen.accepted
    assert seen.kernels == len(tray.truth.complete)
    for truth in tray.truth.complete:
        gaps = [max(abs(a - b) for a, b in zip(truth.box, k.box, strict=True)) for k in seen.kernel_list]
        assert min(gaps) <= 6


def test_a_panorama_of_grain_is_counted(model: LoadedModel) -> None:
    tray = render_tray(32, width=9000, height=900, kernels=80, kernel_px=70, touching=0, sheet="blue")
    seen = inspect(tray.jpeg, model)
    assert seen.accepted
    assert seen.kernels == len(tray.truth.complete)
