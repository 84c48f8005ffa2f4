"""From photo bytes to an inspection, with the shipped net."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from station.grain.inspection import Inspection, KernelClass
from station.grain.reasons import Code, Reason
from station.runtime.bundles import shipped_bundle
from station.vision.bundle import MANIFEST, pack_bundle, parse_bundle, read_bundle
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model, start_model
from station.vision.overlay import draw_overlay
from station.vision.rendered import RenderedTray, render_tray
from station.vision.rendered.varied import render_exact
from station.vision.wire import inspection_from_dict
from tests.vision import pictures
from tests.vision.conftest import BUNDLE

pytestmark = pytest.mark.long


def codes(inspection: Inspection) -> set[Code]:
    return {reason.code for reason in inspection.reasons}


def test_a_tray_is_counted_classed_and_timed(tray: RenderedTray, model: LoadedModel) -> None:
    found = inspect(tray.jpeg, model, species="soft_wheat")
    assert found.accepted
    assert abs((found.kernels or 0) - 120) <= 3
    assert found.models == (model.name,)
    assert found.species is not None
    assert found.species.name == "wheat"
    assert found.kernels == len(found.kernel_list)
    called = [k for k in found.kernel_list if k.kernel_class]
    assert sum(s.count for s in found.classes.values()) == len(called) >= 0.9 * len(found.kernel_list)
    assert sum(s.share for s in found.classes.values()) == pytest.approx(1, abs=1e-5)
    assert all(s.low <= s.share <= s.high for s in found.classes.values())
    assert all(0 < (k.p or 0) <= 1 for k in called)
    assert all(k.p is None for k in found.kernel_list if k.kernel_class is None)
    assert set(found.seconds) == {"decode", "card", "segment", "infer", "inspect"}
    assert found.mm_per_px is None


def test_rendered_kernels_are_mostly_called_what_they_are(model: LoadedModel) -> None:
    right = total = 0
    for seed, sheet in ((61, "green"), (62, "white"), (63, "black")):
        tray = render_tray(
            seed, width=2000, height=1500, kernels=80, broken=0.2, foreign=0.1, touching=0, sheet=sheet
        )
        found = inspect(tray.jpeg, model)
        for truth in tray.truth.complete:
            x, y = truth.box[0] + truth.box[2] / 2, truth.box[1] + truth.box[3] / 2
            for k in found.kernel_list:
                if abs(k.box[0] + k.box[2] / 2 - x) < 5 and abs(k.box[1] + k.box[3] / 2 - y) < 5:
                    right += k.kernel_class == truth.kernel_class
                    total += 1
    assert total >= 230
    assert right / total >= 0.85


def test_the_same_photo_gives_the_same_answer_but_for_the_seconds(
    tray: RenderedTray, model: LoadedModel
) -> None:
    one, two = inspect(tray.jpeg, model), inspect(tray.jpeg, model)
    assert replace(one, seconds={}) == replace(two, seconds={})


def test_boxes_are_in_pixels_of_the_upright_original(model: LoadedModel) -> None:
    tray = render_tray(14, width=3000, height=2000, kernels=30, touching=0, broken=0, foreign=0)
    upright = pictures.pixels_of(tray.jpeg)
    stored = pictures.with_exif_orientation(pictures.jpeg(np.ascontiguousarray(np.rot90(upright))), 6)
    found = inspect(stored, model)
    assert found.kernels == 30
    for truth in tray.truth.complete:
        gaps = [max(abs(a - b) for a, b in zip(truth.box, k.box, strict=True)) for k in found.kernel_list]
        assert min(gaps) <= 8


def test_a_refused_photo_still_reports_its_kernels_but_no_classes(
    tray: RenderedTray, model: LoadedModel
) -> None:
    found = inspect(pictures.brighter(tray.jpeg, 0.3), model)
    assert not found.accepted
    assert Code.DARK in codes(found)
    assert found.kernels is not None
    assert found.kernels > 60
    assert found.cut is not None
    assert found.classes == {}
    assert all(k.kernel_class is None and k.p is None for k in found.kernel_list)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", Code.NO_PHOTO), (b"no picture", Code.NO_PHOTO), (None, Code.TOO_LARGE)],
)
def test_undecodable_photos_are_refused_without_kernels(
    data: bytes | None, code: Code, model: LoadedModel
) -> None:
    found = inspect(data if data is not None else pictures.png_claiming(60_000, 50_000), model)
    assert not found.accepted
    assert codes(found) == {code}
    assert (found.kernels, found.cut, found.kernel_list) == (None, None, ())


def test_without_a_model_kernels_are_counted_and_nothing_is_judged(tray: RenderedTray) -> None:
    found = inspect(tray.jpeg, None)
    assert not found.accepted
    assert codes(found) == {Code.NO_MODEL}
    assert found.kernels is not None
    assert found.kernels > 100
    assert found.models == ()


def test_barley_has_no_model_and_is_counted_only_never_accused(
    tray: RenderedTray, model: LoadedModel
) -> None:
    found = inspect(tray.jpeg, model, species="barley")
    assert found.accepted
    assert found.remarks == (Reason(Code.NO_MODEL_FOR, {"declared": "barley"}),)
    assert (found.kernels, found.classes, found.species) == (len(found.kernel_list), {}, None)
    assert all(kernel.kernel_class is None for kernel in found.kernel_list)


def test_durum_by_a_bundle_of_soft_wheat_says_so(tray: RenderedTray, model: LoadedModel) -> None:
    found = inspect(tray.jpeg, model, species="durum")
    assert found.accepted
    assert found.classes
    assert found.remarks == (Reason(Code.NOT_VALIDATED_FOR, {"declared": "durum"}),)
    assert inspect(tray.jpeg, model, species="soft_wheat").remarks == ()


def test_limits_that_tell_nothing_are_no_opinion_and_no_refusal(
    tray: RenderedTray, model: LoadedModel
) -> None:
    found = inspect(tray.jpeg, replace(model, widest=0.05), species="wheat")
    assert found.accepted
    assert [remark.code for remark in found.remarks] == [Code.NO_OPINION]
    assert found.remarks[0].params["limit"] == 0.05
    assert (found.classes, found.mass, found.judged) == ({}, {}, None)
    assert found.kernels == len(found.kernel_list)


def test_a_photo_of_which_most_is_foreign_is_refused(model: LoadedModel) -> None:
    tray = render_tray(
        74, width=1600, height=1200, kernels=40, broken=0, foreign=0.6, touching=0, sheet="green"
    )
    lenient = replace(model, familiar=None, widest=None)
    assert codes(inspect(tray.jpeg, lenient, species="wheat")) == {Code.MOSTLY_FOREIGN}


@pytest.mark.parametrize("name", ["soft_wheat", "durum", "wheat", None])
def test_wheat_is_taken_under_each_of_its_names(
    name: str | None, tray: RenderedTray, model: LoadedModel
) -> None:
    assert inspect(tray.jpeg, model, species=name).accepted


@pytest.mark.parametrize("grain", ["lentil", "pea", "chickpea", "maize", "rice", "white_bean"])
def test_rendered_other_grains_are_unknown(grain: str, model: LoadedModel) -> None:
    tray = render_tray(71, width=1600, height=1200, kernels=40, grain=grain, broken=0, foreign=0)
    assert codes(inspect(tray.jpeg, model)) == {Code.UNKNOWN_GRAIN}
    assert codes(inspect(tray.jpeg, model, species="wheat")) == {Code.UNKNOWN_GRAIN}


def test_polygons_are_given_on_request_and_survive_the_wire(tray: RenderedTray, model: LoadedModel) -> None:
    found = inspect(tray.jpeg, model, polygons=True)
    assert all(len(k.polygon) >= 3 for k in found.kernel_list)
    assert inspection_from_dict(found.as_dict(polygons=True)) == found
    plain = inspect(tray.jpeg, model)
    assert inspection_from_dict(plain.as_dict()) == plain


def test_the_overlay_is_a_png_of_the_photo_with_something_drawn(
    tray: RenderedTray, model: LoadedModel
) -> None:
    seen = inspect(tray.jpeg, model, polygons=True)
    drawn = draw_overlay(
        tray.jpeg, seen, title="120 grains", words={"broken": "cassés"}, reasons=["a reason"]
    )
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")
    plain, marked = pictures.pixels_of(tray.jpeg), pictures.pixels_of(drawn)
    assert (marked[: len(plain)] != plain).any(axis=2).mean() > 0.005
    lines = len(seen.classes) + 2
    assert 20 * lines < len(marked) - len(plain) < 80 * lines
    assert draw_overlay(b"no picture", inspect(b"no picture", model)) is None


def test_real_wheat_of_another_camera_is_accepted_and_mostly_whole(photos: Path, model: LoadedModel) -> None:
    files = sorted((photos / "evaluate" / "eight_grains").glob("wheat_gujrat_A*"))
    for file in files:
        found = inspect(file.read_bytes(), model, species="wheat")
        assert found.accepted, (file.name, found.reasons)
        assert found.classes[KernelClass.WHOLE].count >= 0.6 * (found.kernels or 0), file.name


@pytest.mark.parametrize(
    "pattern", ["unknown_lentils/*.jpg", "eight_grains/chickpea*", "eight_grains/maize*"]
)
def test_real_other_grains_declared_as_wheat_are_refused(
    pattern: str, photos: Path, model: LoadedModel
) -> None:
    files = sorted((photos / "evaluate").glob(pattern))[::3]
    accepted = [f.name for f in files if inspect(f.read_bytes(), model, species="wheat").accepted]
    assert accepted == []


def test_the_rice_bundle_takes_rice_and_knows_no_wheat(tray: RenderedTray) -> None:
    rice = load_model(shipped_bundle("rice"))
    grains = render_tray(72, width=1600, height=1200, kernels=40, grain="rice", broken=0, foreign=0)
    assert inspect(grains.jpeg, rice, species="rice").accepted
    assert codes(inspect(tray.jpeg, rice, species="rice")) == {Code.UNKNOWN_GRAIN}


def test_rice_by_any_phone_on_any_paper_is_known_as_rice() -> None:
    rice = load_model(shipped_bundle("rice"))
    seen = [inspect(render_exact(seed, {"whole": 60}, grain="rice").jpeg, rice) for seed in range(340, 352)]
    judged = [one for one in seen if one.embedding is not None]  # by the gate's leave
    assert len(judged) >= 9
    assert [one.reasons for one in judged if not one.accepted] == []


def test_a_tray_without_a_break_is_whole_never_sound_and_says_what_it_does_not_see(
    model: LoadedModel,
) -> None:
    tray = render_tray(
        73, width=1600, height=1200, kernels=60, broken=0, foreign=0, touching=0, sheet="green"
    )
    found = inspect(tray.jpeg, model, species="wheat")
    told = found.as_dict()
    assert set(told["classes"]) == {"whole", "broken", "foreign"}
    assert {"insects", "green", "sprouted", "fusarium", "shrivelled"} <= set(told["unseen"])
    assert told["grams"] == pytest.approx(2.6, abs=0.1)
    assert told["judged"] == 60


def test_a_bundle_that_says_sound_is_read_as_whole() -> None:
    bundle = read_bundle(BUNDLE)
    manifest = bundle.manifest.model_dump(mode="json", exclude={"files"}, exclude_none=True)
    output = next(one for one in manifest["outputs"] if one["kind"] == "classes")
    output["classes"] = ["sound", "broken", "foreign"]
    output["confusion"]["sound"] = output["confusion"].pop("whole")
    output["elsewhere"]["sound"] = output["elsewhere"].pop("whole")
    files = {name: data for name, data in bundle.files.items() if name != MANIFEST}
    old = start_model(parse_bundle(pack_bundle(manifest, files)))
    assert old.classes == ("whole", "broken", "foreign")
