"""The printable card: what `silo card` writes, printed by a real renderer of PDF and found again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.cli.card import card_page
from station.vision.card.find import find_card
from station.vision.card.layout import LAYOUTS, Layout, layout_of
from station.vision.photo import Pixels
from ui.words.i18n import LANGUAGES, translator

DPI = 150
PX_PER_MM = DPI / 25.4


@pytest.fixture(scope="module", params=sorted(LAYOUTS))
def layout(request: pytest.FixtureRequest) -> Layout:
    return LAYOUTS[request.param]


@pytest.fixture(scope="module")
def printed(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Pixels:
    """The page that the command writes, as pixels."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm: apt-get install -y poppler-utils")
    folder = tmp_path_factory.mktemp("card")
    command = [sys.executable, "-m", "station.cli", "card", "--pdf", "card.pdf", "--paper", layout.paper]
    environment = {**os.environ, "LANG": "fr_FR.UTF-8"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=60)
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-png", "-singlefile", "card.pdf", "card"],
        cwd=folder,
        check=True,
        timeout=60,
    )
    return np.asarray(cv2.imread(str(folder / "card.png")), np.uint8)


def test_the_page_has_the_paper_s_size(layout: Layout, printed: Pixels) -> None:
    assert printed.shape[0] == pytest.approx(layout.height * PX_PER_MM, abs=1.5)
    assert printed.shape[1] == pytest.approx(layout.width * PX_PER_MM, abs=1.5)


def test_the_printed_card_is_found_with_its_millimetres(layout: Layout, printed: Pixels) -> None:
    card = find_card(printed)
    assert card is not None
    assert card.layout is layout
    assert card.markers == tuple(layout.markers)
    assert card.mm_per_px == pytest.approx(1 / PX_PER_MM, rel=0.001)
    assert np.abs(card.outline - layout.outline * PX_PER_MM).max() < 1.5


def test_the_ruler_measures_a_hundred_millimetres(layout: Layout, printed: Pixels) -> None:
    card = find_card(printed)
    assert card is not None
    x, y = layout.ruler
    line = [card.pixels_of(np.array([[mm, y + 0.1]]))[0] for mm in np.arange(x - 2, x + 102, 0.1)]
    dark = [printed[round(py) : round(py) + 2, round(px)].min() < 128 for px, py in line]
    assert sum(dark) / 10 == pytest.approx(100.0, abs=0.6)  # ends with its last tick


def test_patches_and_paper_have_the_colours_of_the_layout(layout: Layout, printed: Pixels) -> None:
    for patch in layout.patches:
        middle = (np.array([patch.x, patch.y]) + patch.side / 2) * PX_PER_MM
        assert tuple(printed[round(middle[1]), round(middle[0])][::-1]) == pytest.approx(patch.srgb, abs=1)
        left, top, width, height = patch.paper
        part = printed[
            round(top * PX_PER_MM) : round((top + height) * PX_PER_MM),
            round(left * PX_PER_MM) : round((left + width) * PX_PER_MM),
        ]
        assert (part == 255).all()


def test_nothing_is_printed_where_the_grain_lies(layout: Layout, printed: Pixels) -> None:
    card = find_card(printed)
    assert card is not None
    assert (printed[card.grain_area(printed.shape) > 0] == 255).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_written_in_every_language_and_always_the_same(layout: Layout, language: str) -> None:
    page = card_page(layout, translator(language))
    assert page.startswith(b"%PDF")
    assert card_page(layout, translator(language)) == page


def test_the_card_says_in_words_what_no_photo_can_show(tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext: apt-get install -y poppler-utils")
    (tmp_path / "card.pdf").write_bytes(card_page(LAYOUTS["a4"], translator("fr")))
    done = subprocess.run(
        ["pdftotext", "card.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, timeout=60
    )
    words = " ".join(done.stdout.decode().split())
    assert "Imprimez à 100 %" in words
    assert "Cette ligne doit mesurer 100 mm." in words


def test_ids_tell_paper_and_layout_apart() -> None:
    ids = [marker for layout in LAYOUTS.values() for marker in layout.markers]
    assert len(set(ids)) == len(ids)
    assert all(layout_of(marker) is layout for layout in LAYOUTS.values() for marker in layout.markers)
    assert layout_of(32) is None  # the next layout's first marker


def test_a_card_that_cannot_be_written_is_said() -> None:
    command = [sys.executable, "-m", "station.cli", "card", "--pdf", "/nowhere/card.pdf"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "/nowhere/card.pdf" in done.stderr
