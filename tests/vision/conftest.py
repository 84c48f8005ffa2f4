"""Trays and models that the light box's tests share; each is made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.vision.client import VisionWorker
from station.vision.model import LoadedModel, load_model
from station.vision.rendered import RenderedTray, render_tray

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "station" / "vision" / "bundles" / "wheat-kernels-2.3.bundle"
PHOTOS = ROOT.parent / "shared" / "photos"


@pytest.fixture(scope="session")
def bundle_path() -> Path:
    return BUNDLE


@pytest.fixture(scope="session")
def model() -> LoadedModel:
    return load_model(BUNDLE)


@pytest.fixture(scope="session")
def tray() -> RenderedTray:
    """Wheat with every class, some touching and some cut, small enough to be quick."""
    return render_tray(
        21, width=2000, height=1500, kernels=120, broken=0.1, foreign=0.05, touching=0.2, cut=6, sheet="blue"
    )


@pytest.fixture(scope="session")
def photos() -> Path:
    """The real photos; tests that need them are skipped where they are not."""
    if not PHOTOS.is_dir():
        pytest.skip(f"no real photos: {PHOTOS} does not exist")
    return PHOTOS


@pytest.fixture
def worker() -> Iterator[VisionWorker]:
    one = VisionWorker(BUNDLE, start_timeout_s=60, answer_timeout_s=60)
    one.start()
    yield one
    one.close()
