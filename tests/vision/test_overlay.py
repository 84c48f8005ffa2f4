"""The overlay shows what a person checks: also kernels without a class, on grain of any colour and in
crowds."""

from dataclasses import replace

import numpy as np
import pytest

from station.vision.inspect import inspect
from station.vision.model import LoadedModel
from station.vision.overlay import COLOURS, UNJUDGED, draw_overlay
from station.vision.rendered import render_tray
from tests.vision import pictures


def near(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    """Return how many pixels have nearly this colour."""
    return int((np.abs(pixels.astype(int) - colour).max(axis=2) < 25).sum())


def test_kernels_without_a_class_show_on_white_grain_and_in_the_legend(model: LoadedModel) -> None:
    tray = render_tray(81, width=1600, height=1200, kernels=40, grain="rice", sheet="blue", foreign=0)
    seen = inspect(tray.jpeg, model, species="barley", polygons=True)
    assert seen.accepted
    drawn = draw_overlay(tray.jpeg, seen, words={"no class": "comptés, sans classe"})
    assert drawn is not None
    pixels = pictures.pixels_of(drawn)
    assert near(pictures.pixels_of(tray.jpeg), UNJUDGED) == 0
    assert near(pixels[:1200], UNJUDGED) > 40 * 30
    assert near(pixels[1200:], UNJUDGED) > 100
    assert UNJUDGED not in COLOURS.values()


def test_the_legend_tells_what_was_called_from_what_was_corrected(
    monkeypatch: pytest.MonkeyPatch, model: LoadedModel
) -> None:
    tray = render_tray(82, width=1600, height=1200, kernels=60, sheet="green", foreign=0, touching=0)
    seen = inspect(tray.jpeg, model, polygons=True)
    written: list[str] = []
    monkeypatch.setattr("station.vision.overlay._fit", lambda _band, text, *_: written.append(text))
    draw_overlay(tray.jpeg, seen, words={"called so": "vus ainsi", "corrected": "corrigé"})
    whole = seen.classes["whole"]
    limits = f"({100 * whole.low:.0f}-{100 * whole.high:.0f})"
    assert written[0] == f"whole: {whole.count} vus ainsi; corrige {100 * whole.share:.1f} % {limits}"


def test_a_crowd_is_drawn_with_thin_lines(model: LoadedModel) -> None:
    tray = render_tray(83, width=1600, height=1200, kernels=60, sheet="green", foreign=0, broken=0)
    seen = inspect(tray.jpeg, model, polygons=True)
    crowd = replace(seen, kernel_list=seen.kernel_list * 10)
    plain, few, many = (
        pictures.pixels_of(data)[:1200]
        for data in (tray.jpeg, draw_overlay(tray.jpeg, seen) or b"", draw_overlay(tray.jpeg, crowd) or b"")
    )
    assert 0 < (many != plain).any(axis=2).sum() < 0.6 * (few != plain).any(axis=2).sum()
