"""Barcodes are read off photos as a phone takes them, in a process that cannot hold up the station."""

import sys

import cv2
import numpy as np
import pytest

from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.reasons import Reason
from station.runtime.label_reader import LabelReader
from station.vision.labels import barcodes_on
from tests.phone.rig import label_photo


@pytest.mark.parametrize("side", [500, 1200, 3000])
def test_a_label_is_read_near_and_from_afar(side: int) -> None:
    assert barcodes_on(label_photo("S00001", side)) == ["S00001"]


def test_a_photo_may_hold_several_or_none() -> None:
    two = np.hstack([cv2.imdecode(np.frombuffer(label_photo(one), np.uint8), 1) for one in ("S1", "S2")])
    assert sorted(barcodes_on(bytes(cv2.imencode(".png", two)[1]))) == ["S1", "S2"]  # type: ignore[arg-type]
    grey = cv2.imencode(".jpg", np.full((400, 400, 3), 200, np.uint8))[1]
    assert barcodes_on(bytes(grey)) == []
    assert isinstance(barcodes_on(b"no photo"), Reason)


def test_the_station_asks_a_process_of_its_own() -> None:
    reader = LabelReader(limit_s=30)
    assert reader.read(label_photo("S00001")) == ["S00001"]
    with pytest.raises(Invalid) as unreadable:
        reader.read(b"no photo")
    assert unreadable.value.code is Fault.LABEL_UNREADABLE


@pytest.mark.parametrize(
    "script", ["import time; time.sleep(30)", "raise SystemExit(3)", "print('nonsense')"]
)
def test_a_worker_that_fails_is_a_sentence(script: str) -> None:
    with pytest.raises(Conflict) as refused:
        LabelReader(command=[sys.executable, "-c", script], limit_s=1.0).read(b"x")
    assert refused.value.code is Fault.LABEL_FAILED
