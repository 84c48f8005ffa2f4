"""The net that ships is tried on trays of phones and sheets that it has not seen."""

import numpy as np

from station.grain.inspection import KernelClass
from station.vision.model import LoadedModel
from training.elsewhere import KERNELS, elsewhere, summed


def test_every_tray_that_is_not_refused_is_a_row_of_each_class(model: LoadedModel) -> None:
    found = elsewhere(model, 2)
    assert set(found) == set(model.classes)
    for name, one in summed(found).items():
        assert one["trays"] <= 2
        assert 0 < sum(one["called"]) <= 2 * 2.4 * KERNELS[KernelClass(name)]
    assert np.array(list(found["whole"].values())).shape[1] == len(model.classes)
