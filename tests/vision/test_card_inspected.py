"""The card in the whole chain: an inspection of a photo with it, without it, and where it is required."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.grain.combining import combine
from station.grain.inspection import Inspection
from station.grain.reasons import Code
from station.vision.client import VisionWorker
from station.vision.inspect import inspect
from station.vision.model import LoadedModel
from station.vision.overlay import CARD, draw_overlay
from station.vision.rendered import RenderedTray
from station.vision.rendered.card import RenderedCard, Viewpoint, render_card
from station.vision.wire import inspection_from_dict

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def card() -> RenderedCard:
    return render_card(31, width=2400, height=1800, view=Viewpoint(20, 60, 88), kernels=80)


@pytest.fixture(scope="module")
def seen(card: RenderedCard, model: LoadedModel) -> Inspection:
    return inspect(card.jpeg, model, species="soft_wheat", polygons=True)


def test_the_inspection_has_sizes_scale_and_colours(card: RenderedCard, seen: Inspection) -> None:
    assert seen.accepted, seen.reasons
    assert seen.card
    assert abs((seen.kernels or 0) + (seen.cut or 0) - 80) <= 3
    lengths = [k.length_mm for k in card.truth.kernels if k.length_mm]
    assert seen.sizes is not None
    assert seen.sizes.kernels == seen.kernels
    assert seen.sizes.length_mm.p50 == pytest.approx(float(np.median(lengths)), rel=0.03)
    assert seen.sizes.length_mm.p10 < seen.sizes.length_mm.p50 < seen.sizes.length_mm.p90
    assert all(k.length_mm and k.width_mm and k.length_mm >= k.width_mm for k in seen.kernel_list)
    assert seen.colour is not None
    assert seen.colour.delta_e_after < seen.colour.delta_e_before
    assert seen.mm_per_px == pytest.approx(1 / np.sqrt(_density_in_the_middle(card)), rel=0.01)


def _density_in_the_middle(card: RenderedCard) -> float:
    """Square pixels per square mm, from the truth."""
    w = np.array([card.layout.width / 2, card.layout.height / 2, 1.0]) @ card.to_px[2]
    return float(np.linalg.det(card.to_px) / w**3)


def test_boxes_and_outlines_lie_on_the_kernels_of_the_whole_photo(
    card: RenderedCard, seen: Inspection
) -> None:
    middles = np.array([_middle(k.box) for k in card.truth.kernels])
    off = [np.linalg.norm(middles - _middle(k.box), axis=1).min() for k in seen.kernel_list]
    assert np.mean(np.array(off) < 3) > 0.9  # a kernel taken for two lies elsewhere
    for kernel in seen.kernel_list:
        x, y, width, height = kernel.box
        points = np.array(kernel.polygon)
        assert (points >= [x - 1, y - 1]).all()
        assert (points <= [x + width, y + height]).all()


def _middle(box: tuple[int, int, int, int]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def test_an_inspection_with_a_card_passes_over_the_wire(seen: Inspection) -> None:
    stored = json.loads(json.dumps(seen.as_dict(polygons=True)))
    assert inspection_from_dict(stored) == seen


def test_without_a_card_sizes_are_unknown(tray: RenderedTray, model: LoadedModel) -> None:
    plain = inspect(tray.jpeg, model)
    assert plain.accepted
    assert not plain.card
    assert plain.sizes is None
    assert plain.mm_per_px is None
    assert plain.colour is None
    assert all(k.length_mm is None and k.width_mm is None for k in plain.kernel_list)


def test_a_required_card_that_is_not_there_is_a_refusal(tray: RenderedTray, model: LoadedModel) -> None:
    refused = inspect(tray.jpeg, model, card_required=True)
    assert not refused.accepted
    assert [reason.code for reason in refused.reasons] == [Code.CARD_MISSING]


def test_a_required_card_is_asked_for_through_the_worker(
    card: RenderedCard, tray: RenderedTray, worker: VisionWorker
) -> None:
    assert worker.inspect(card.jpeg, "wheat", card_required=True).accepted
    refused = worker.inspect(tray.jpeg, "wheat", card_required=True)
    assert [reason.code for reason in refused.reasons] == [Code.CARD_MISSING]


def test_kernels_of_a_few_pixels_have_no_sizes(model: LoadedModel) -> None:
    small = render_card(32, width=648, height=486, view=Viewpoint(10, 60, 88), kernels=60)
    found = inspect(small.jpeg, model)
    assert found.card
    assert found.sizes is None
    assert found.mm_per_px is not None


def test_several_photos_give_the_sizes_of_all_their_kernels(seen: Inspection) -> None:
    without = replace(seen, card=False, sizes=None, colour=None, mm_per_px=None, kernel_list=())
    both = combine([seen, without])
    assert both.sizes == seen.sizes
    assert not both.card
    twice = combine([seen, seen])
    assert twice.card
    assert twice.sizes is not None
    assert twice.sizes.kernels == 2 * len(seen.kernel_list)
    assert both.mm_per_px is None


def test_the_overlay_shows_the_card(card: RenderedCard, seen: Inspection) -> None:
    png = draw_overlay(card.jpeg, seen)
    assert png is not None
    drawn = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_BGR)
    assert (drawn == np.array(CARD, np.uint8)).all(axis=2).sum() > 1000


def test_the_command_tells_sizes_and_refuses_what_a_site_requires(
    card: RenderedCard, tray: RenderedTray, tmp_path: Path
) -> None:
    (tmp_path / "card.jpg").write_bytes(card.jpeg)
    (tmp_path / "tray.jpg").write_bytes(tray.jpeg)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "station.cli", "inspect", *arguments]
        environment = {**os.environ, "LANG": "fr_FR.UTF-8"}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=90
        )

    told = run("card.jpg", "--card", "required")
    assert told.returncode == 0
    assert "longueur" in told.stderr
    refused = run("tray.jpg", "--card", "required", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["reasons"][0]["code"] == "card_missing"
