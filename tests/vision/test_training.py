"""The folds, the reports beside the shipped bundles, and that both say the same (nothing is trained here)."""

import json
from pathlib import Path

import numpy as np
import pytest

from station.runtime.bundles import shipped_bundle
from station.vision.bundle import read_bundle
from training.cuts import broken_from
from training.folds import FOLDS, spread_folds, wheat_folds

BUNDLES = sorted(shipped_bundle().parent.glob("*.bundle"))
CLASSES = ("sound", "broken", "damaged", "foreign")


def source_photos(photos: Path, name: str) -> set[str]:
    return {f.name.rpartition("_")[0] for f in (photos / "train" / "wheat_kernels" / name).iterdir()}


def test_every_source_photo_of_wheat_has_a_fold(photos: Path) -> None:
    names = sorted(set().union(*(source_photos(photos, name) for name in (*CLASSES, "in_husk"))))
    folds = wheat_folds(np.array(names))
    assert set(folds.tolist()) == set(range(FOLDS))


@pytest.mark.parametrize("name", CLASSES)
def test_no_fold_holds_out_all_photos_of_a_class(photos: Path, name: str) -> None:
    folds = wheat_folds(np.array(sorted(source_photos(photos, name))))
    assert len(set(folds.tolist())) > 1


def test_a_photo_without_a_fold_is_an_error() -> None:
    with pytest.raises(KeyError):
        wheat_folds(np.array(["IMG_of_tomorrow"]))


def test_kernels_of_one_photo_are_never_in_two_folds() -> None:
    photos = np.array(["a", "b", "a", "c", "b"])
    folds = spread_folds(photos, 2)
    assert all(len(set(folds[photos == name].tolist())) == 1 for name in "abc")


def elongation(crop: np.ndarray) -> float:
    rows, columns = np.nonzero(crop[..., 3])
    return float(np.ptp(columns) / np.ptp(rows))


def test_broken_kernels_made_of_a_whole_one_are_pieces_of_it_and_mostly_shorter() -> None:
    side = 64
    y, x = np.mgrid[:side, :side] - side / 2 + 0.5
    whole = np.zeros((side, side, 4), np.uint8)
    whole[(x / 28) ** 2 + (y / 10) ** 2 < 1] = (90, 150, 190, 255)
    pieces = [broken_from(whole, side, np.random.default_rng(seed)) for seed in range(30)]
    kept = [piece for piece in pieces if piece is not None]
    assert len(kept) == len(pieces)
    assert all((piece[piece[..., 3] > 0, :3] == (90, 150, 190)).mean() > 0.9 for piece in kept)
    assert np.median([elongation(piece) for piece in kept]) < 0.75 * elongation(whole)


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_shipped_bundle_says_what_its_report_says(path: Path) -> None:
    manifest = read_bundle(path).manifest
    report = json.loads(path.with_suffix(".json").read_text())
    assert (report["name"], report["version"]) == (manifest.name, manifest.version)
    assert manifest.figures == {name: report[name] for name in manifest.figures}
    assert f"**{report['balanced_accuracy']}**" in path.with_suffix(".md").read_text()


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_shipped_bundle_takes_its_own_grain_and_refuses_peas(path: Path) -> None:
    expected = {case.file: case.expected.accepted for case in read_bundle(path).manifest.acceptance.cases}
    assert expected.pop("acceptance/peas.jpg") is False
    assert expected
    assert all(expected.values())


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_shipped_bundle_says_what_cannot_be_claimed(path: Path) -> None:
    said = " ".join(read_bundle(path).manifest.not_validated)
    assert all(word in said for word in ("barley", "variety", "protein"))


def test_the_confusion_of_a_shipped_bundle_counts_the_kernels_of_its_report() -> None:
    output = read_bundle(shipped_bundle()).manifest.classes
    report = json.loads(shipped_bundle().with_suffix(".json").read_text())
    assert output is not None
    for name in output.classes:
        assert sum(map(sum, output.confusion[name].values())) == report["kernels"][name]


def test_the_declared_species_chooses_the_shipped_bundle() -> None:
    assert read_bundle(shipped_bundle("rice")).species == ("rice",)
    assert read_bundle(shipped_bundle("wheat")).species == ("wheat",)
    assert read_bundle(shipped_bundle(None)).species == ("wheat",)
