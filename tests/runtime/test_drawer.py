"""What a model saw is drawn on the photo, in a process that cannot hold up the station."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from station.acts.refusals import Conflict, Fault, NotFound
from station.runtime.drawer import Drawer
from station.runtime.errands import MOST_WAITING
from station.store.blobs import Blobs
from station.vision.drawing import outlined
from station.vision.inspect import inspect
from station.vision.rendered import render_tray
from station.vision.wire import inspection_from_dict

TRAY = render_tray(3, width=800, height=600, kernels=60, sheet="white").jpeg
SEEN = inspect(TRAY, None)
WORDS = {"no class": "counted", "called so": "called so", "corrected": "corrected"}


@pytest.fixture
def photos(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "photos")


def draw(photos: Blobs, command: Sequence[str] | None = None, draw_s: float = 20.0) -> bytes:
    drawer = Drawer(photos, command=command, draw_s=draw_s) if command else Drawer(photos, draw_s=draw_s)
    return drawer.draw(photos.put(TRAY), SEEN.as_dict(), WORDS, "60 kernels", ["no model"])


def test_the_stored_boxes_get_their_outlines_again() -> None:
    stored = inspection_from_dict(SEEN.as_dict(polygons=False))
    assert not any(one.polygon for one in stored.kernel_list)
    again = outlined(TRAY, stored)
    assert len(again.kernel_list) > 30
    assert all(len(one.polygon) > 2 for one in again.kernel_list)
    assert outlined(b"no photo", stored) == stored


def test_the_picture_is_made_in_a_process_of_its_own(photos: Blobs) -> None:
    assert draw(photos).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    "script",
    [
        "import time; time.sleep(30)",
        "raise SystemExit(3)",
        "print('nonsense')",
        "pass",
        "from station.vision.drawing import *; sys.stdout.buffer.write(encode({'failed': 'x'}))",
    ],
)
def test_a_worker_that_fails_is_a_sentence(photos: Blobs, script: str) -> None:
    with pytest.raises(Conflict) as refused:
        draw(photos, [sys.executable, "-c", script], 1.0)
    assert refused.value.code is Fault.DRAWING_FAILED


def test_a_photo_that_is_gone_is_a_sentence(photos: Blobs) -> None:
    with pytest.raises(NotFound) as refused:
        Drawer(photos).draw("0" * 64, SEEN.as_dict(), {}, "", [])
    assert refused.value.code is Fault.PHOTO_LOST


def test_who_comes_when_too_many_wait_is_told_so_at_once(photos: Blobs) -> None:
    drawer = Drawer(photos, command=[sys.executable, "-c", "import time; time.sleep(1)"], draw_s=0.3)
    digest, told = photos.put(TRAY), []

    def ask() -> None:
        try:
            drawer.draw(digest, SEEN.as_dict(), {}, "", [])
        except Conflict as refused:
            told.append(refused.code)

    threads = [threading.Thread(target=ask) for _ in range(MOST_WAITING + 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=20)
    assert sorted(told) == sorted(2 * [Fault.DRAWING_BUSY] + MOST_WAITING * [Fault.DRAWING_FAILED])
