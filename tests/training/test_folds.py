"""A source photo of kernels is held out as a whole, and no fold holds out a whole class."""

from pathlib import Path

import numpy as np
import pytest

from training.folds import FOLDS, spread_folds, wheat_folds

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
