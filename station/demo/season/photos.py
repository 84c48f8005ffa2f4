"""Photos of the simulated season: large ones that the shipped model judges in a process of its own, and small
ones beside which an outside application says what it saw."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import cv2
import numpy as np

from station.demo.darkroom import photograph
from station.demo.scripts import TrayScript
from station.grain.inspection import Inspection
from station.runtime.bundles import shipped_bundle
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model
from station.vision.rendered import render_tray

_TRAYS, _WIDTH, _HEIGHT = 4, 1400, 1050
_SMALL = (360, 480)
_QUALITY = 80
NICE = 5
Picture = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    jpeg: bytes
    seen: Inspection


class Studio:
    """Renders the photos that are judged ahead of time. Use as a context."""

    def __init__(self, seed: int, photos: Iterable[int]) -> None:
        self._seed = seed
        self._wanted = tuple(photos)
        self._pool: ProcessPoolExecutor | None = None
        self._judged: dict[int, Future[Judged]] = {}

    def __enter__(self) -> "Studio":
        if self._wanted:
            spare = max(1, (os.cpu_count() or 2) - 1)
            self._pool = ProcessPoolExecutor(spare, initializer=os.nice, initargs=(NICE,))
            self._judged = {
                number: self._pool.submit(judge, _tray(self._seed, number)) for number in self._wanted
            }
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def judged(self, number: int) -> Judged:
        """Return the photo of the load with this number, and what the shipped model says of it."""
        return self._judged[number].result()

    def small(self, number: int) -> bytes:
        """Return a small photo like no other."""
        rng = Random(f"small {self._seed} {number}")
        tray = _trays()[number % _TRAYS]
        y = rng.randrange(tray.shape[0] - _SMALL[0])
        x = rng.randrange(tray.shape[1] - _SMALL[1])
        part = tray[y : y + _SMALL[0], x : x + _SMALL[1]]
        _, jpeg = cv2.imencode(".jpg", part, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
        name = f"{self._seed} {number}".encode()
        comment = b"\xff\xfe" + (len(name) + 2).to_bytes(2, "big") + name
        data = jpeg.tobytes()
        return data[:2] + comment + data[2:]


def judge(tray: TrayScript) -> Judged:
    """Photograph a tray and have the shipped model judge it, in a child process."""
    jpeg = photograph(tray)
    return Judged(jpeg, inspect(jpeg, _model(), species="soft_wheat"))


def _tray(seed: int, number: int) -> TrayScript:
    rng = Random(f"tray {seed} {number}")
    return TrayScript(
        seed=rng.randrange(1, 2**31),
        kernels=rng.randint(160, 260),
        broken=round(max(0.0, rng.gauss(0.03, 0.02)), 3),
        foreign=round(max(0.0, rng.gauss(0.01, 0.01)), 3),
        sheet=rng.choice(("green", "green", "blue")),
    )


@cache
def _model() -> LoadedModel:
    cv2.setNumThreads(1)
    return load_model(shipped_bundle("wheat"))


@cache
def _trays() -> tuple[Picture, ...]:
    rendered = [
        render_tray(
            number + 1, width=_WIDTH, height=_HEIGHT, kernels=120, sheet=("green", "blue")[number % 2]
        )
        for number in range(_TRAYS)
    ]
    pictures = [cv2.imdecode(np.frombuffer(one.jpeg, np.uint8), cv2.IMREAD_COLOR) for one in rendered]
    return tuple(picture for picture in pictures if picture is not None)


def said_by_app(numbers: Mapping[str, Mapping[str, object]], species: str) -> dict[str, object]:
    """Return what the outside application posts."""
    return {
        "sha256": None, "accepted": True, "reasons": [], "kernels": None, "cut": None, "seconds": {},
        "classes": {}, "species": {"name": species, "p": 0.97}, "numbers": dict(numbers),
    }  # fmt: skip
