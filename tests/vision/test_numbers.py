"""Outputs that no code of the station knows: declared in a bundle, answered, carried and shown."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from station.cli import app
from station.grain.combining import combine
from station.grain.inspection import Inspection
from station.grain.reasons import Code
from station.vision import acceptance
from station.vision.bundle import BundleError, parse_bundle, read_bundle
from station.vision.client import VisionWorker
from station.vision.inspect import inspect
from station.vision.kernels import find_kernels
from station.vision.model import LoadedModel, start_model
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import RenderedTray, render_tray
from station.vision.views import MAX_TILES, cut_views
from station.vision.wire import inspection_from_dict
from tests.vision import tiny

pytestmark = pytest.mark.long


def model_of(kind: str) -> LoadedModel:
    return start_model(parse_bundle(tiny.packed(kind)))


def pixels_of(tray: RenderedTray) -> DecodedPhoto:
    photo = decode(tray.jpeg)
    assert isinstance(photo, DecodedPhoto)
    return photo


def test_a_number_per_kernel_is_the_mean_over_kernels_with_both_errors(tray: RenderedTray) -> None:
    seen = inspect(tray.jpeg, model_of("kernel"), species="wheat")
    assert seen.accepted
    assert (seen.task, seen.classes, seen.species) == ("vitreousness", {}, None)
    number = seen.numbers["vitreousness"]
    shown = len(find_kernels(pixels_of(tray).pixels).whole)
    assert (number.unit, number.basis, number.per, number.kernels) == ("%", None, "kernel", shown)
    assert 10 < number.value < 90
    assert number.high - number.low > 2 * 1.96 * 1.5
    assert number.low < number.value < number.high
    assert all(kernel.kernel_class is None for kernel in seen.kernel_list)


def test_a_number_of_the_whole_photo_is_the_mean_of_its_pixels(tray: RenderedTray) -> None:
    seen = inspect(tray.jpeg, model_of("photo"))
    number = seen.numbers["protein"]
    filled = 85 / 96  # a 4:3 photo inside 96 by 64 leaves black beside it
    assert number.value == pytest.approx(20 * filled * pixels_of(tray).pixels.mean() / 255, abs=0.02)
    assert (number.basis, number.per, number.kernels) == ("dm", "sample", None)
    assert number.high - number.low == pytest.approx(2 * 1.96 * 0.4, abs=1e-5)


def test_a_number_over_tiles_looks_only_where_grain_is(tray: RenderedTray) -> None:
    model = model_of("tile")
    photo = pixels_of(tray)
    views = model.views(photo.pixels, find_kernels(photo.pixels).complete)
    assert views.shape[1:] == (64, 64, 4)
    assert 10 < len(views) <= MAX_TILES
    assert ((views[..., 3] > 0).mean(axis=(1, 2)) >= 0.1).all()
    assert inspect(tray.jpeg, model).numbers["cover"].per == "sample"


def test_tiles_are_bounded_however_small_their_step(tray: RenderedTray) -> None:
    model = model_of("tile")
    photo = pixels_of(tray)
    wanted = model.input.model_copy(update={"stride": 8})
    views = cut_views(photo.pixels, find_kernels(photo.pixels).complete, wanted)
    assert len(views) == MAX_TILES


@pytest.mark.parametrize("kind", ["kernel", "photo", "tile"])
def test_a_tiny_bundle_is_packed_accepted_and_answers_over_the_worker_as_here(
    kind: str, tray: RenderedTray, tmp_path: Path
) -> None:
    path = tmp_path / "tiny.bundle"
    path.write_bytes(tiny.packed(kind))
    bundle = read_bundle(path)
    assert acceptance.run(bundle).passed
    worker = VisionWorker(path, start_timeout_s=60, answer_timeout_s=60)
    worker.start()
    try:
        seen = worker.inspect(tray.jpeg, "wheat")
    finally:
        worker.close()
    here = inspect(tray.jpeg, start_model(bundle), species="wheat")
    assert seen.numbers == here.numbers
    assert seen.models == here.models
    assert inspection_from_dict(json.loads(json.dumps(here.as_dict()))) == here


def test_the_command_shows_a_new_number_without_knowing_it(tray: RenderedTray, tmp_path: Path) -> None:
    path, photo = tmp_path / "tiny.bundle", tmp_path / "tray.jpg"
    path.write_bytes(tiny.packed("kernel"))
    photo.write_bytes(tray.jpeg)
    done = CliRunner().invoke(app, ["inspect", str(photo), "--model", str(path), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["numbers"]["vitreousness"]["unit"] == "%"
    plain = CliRunner().invoke(app, ["inspect", str(photo), "--model", str(path)])
    assert "vitreousness: " in plain.stderr


def test_the_answer_of_a_kernel_does_not_depend_on_its_batch(tray: RenderedTray) -> None:
    model = model_of("kernel")
    photo = pixels_of(tray)
    views = model.views(photo.pixels, find_kernels(photo.pixels).complete)
    alone = np.concatenate([model.judge(views[k : k + 1]).numbers["vitreousness"] for k in range(20)])
    assert (model.judge(views).numbers["vitreousness"][:20] == alone).all()


def test_another_species_than_the_bundle_is_made_for_is_counted_only(tray: RenderedTray) -> None:
    seen = inspect(tray.jpeg, model_of("kernel"), species="barley")
    assert [remark.code for remark in seen.remarks] == [Code.NO_MODEL_FOR]
    assert seen.numbers == {}


def test_a_value_outside_its_declared_range_is_no_value(tray: RenderedTray) -> None:
    output = {**tiny.VITREOUSNESS, "range": [0.0, 5.0]}
    seen = inspect(tray.jpeg, start_model(parse_bundle(tiny.changed("kernel", outputs=[output]))))
    assert not seen.accepted
    assert [reason.code for reason in seen.reasons] == [Code.NUMBER_OUTSIDE]
    assert seen.numbers == {}


def test_an_answer_that_is_no_number_is_refused(tray: RenderedTray) -> None:
    net = tiny.net(4, 32, 32, float("nan"), kernel=True)
    seen = inspect(tray.jpeg, start_model(parse_bundle(tiny.changed("kernel", net))))
    assert [reason.code for reason in seen.reasons] == [Code.MODEL_NOT_FINITE]
    assert (seen.numbers, seen.embedding) == ({}, None)


def test_several_photos_of_a_capture_give_one_number_weighed_by_kernels(tray: RenderedTray) -> None:
    one = inspect(tray.jpeg, model_of("kernel"))
    other = inspect(tiny.draft("kernel")[1]["acceptance/tray.jpg"], model_of("kernel"))
    both = combine([one, other]).numbers["vitreousness"]
    pair = [
        (number, number.kernels or 0)
        for number in (one.numbers["vitreousness"], other.numbers["vitreousness"])
    ]
    mean = sum(number.value * kernels for number, kernels in pair) / sum(kernels for _, kernels in pair)
    assert both.value == pytest.approx(mean)
    assert both.kernels == sum(kernels for _, kernels in pair)


def test_the_embedding_of_a_photo_is_kept_also_where_it_is_refused(
    tray: RenderedTray, model: LoadedModel
) -> None:
    def embedding(seen: Inspection) -> float:
        assert seen.embedding is not None
        return seen.embedding.unfamiliar

    peas = render_tray(71, width=1600, height=1200, kernels=40, grain="pea", broken=0, foreign=0).jpeg
    assert embedding(inspect(tray.jpeg, model)) < 0.5 < embedding(inspect(peas, model))


@pytest.mark.parametrize("name", ["broken", "impurities"])
def test_a_count_of_kernels_cannot_call_itself_a_share_by_mass(name: str) -> None:
    with pytest.raises(BundleError, match=f"{name} is a share by mass"):
        parse_bundle(tiny.changed("kernel", outputs=[{**tiny.VITREOUSNESS, "name": name}]))
