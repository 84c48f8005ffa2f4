"""Vary phones, lamps and papers: rendered photos are as strangers would take them.

The ranges are what a person would still call a good photo (the gate is measured on them): sharp to a
tenth of a kernel's width, light enough to see by, on any plain paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from station.grain.inspection import KernelClass
from station.vision.rendered.paper import Paper
from station.vision.rendered.phone import SHEETS, Phone
from station.vision.rendered.sprites import Light
from station.vision.rendered.tray import RenderedTray, render_tray

# gains per channel (BGR) of lamps after a phone's half-hearted white balance
LAMPS = {
    "daylight": (1.0, 1.0, 1.0),
    "shade": (1.15, 1.0, 0.88),
    "tungsten": (0.62, 0.95, 1.22),
    "warm LED": (0.78, 1.0, 1.1),
    "cold LED": (1.12, 1.03, 0.9),
    "fluorescent": (0.92, 1.06, 0.92),
}
SIZES = ((640, 480), (1280, 960), (1600, 1200), (2048, 1536), (3264, 2448), (4000, 3000))
KERNEL_LONG = (26.0, 120.0)  # pixels of a wheat kernel's length at the working scale
CROWDING = 0.5  # of a kernel's length to the room it has
EXACT = (1600, 1200)  # pixels of a photo with an exact number of kernels
ROOM = (0.35, 0.6)  # of a kernel's length to the side of the square that it has there
SOFTEST = 0.06  # blur (sigma) as a share of a kernel's width


@dataclass(frozen=True, slots=True)
class Shot:
    """Describes a photo to be rendered: everything but what lies on the sheet."""

    phone: Phone
    paper: Paper
    width: int
    height: int
    kernel_px: float
    kernels: int


def varied_shot(rng: np.random.Generator) -> Shot:
    """Choose any phone, lamp, paper, resolution and distance of a good photo."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    reduced = max(1.0, width / 2000)
    kernel_px = reduced * float(np.exp(rng.uniform(*np.log(KERNEL_LONG))))
    kernel_px = min(kernel_px, width / 16)
    room = width * height * (CROWDING / kernel_px) ** 2
    kernels = int(np.clip(room * rng.uniform(0.2, 0.9), 15, 900))
    return Shot(varied_phone(rng, kernel_px), varied_paper(rng), width, height, kernel_px, kernels)


def varied_phone(rng: np.random.Generator, kernel_px: float) -> Phone:
    """Choose any phone and lamp; a kernel `kernel_px` long stays sharp."""
    turn = rng.uniform(0, 2 * np.pi)
    lamp = LAMPS[sorted(LAMPS)[int(rng.integers(len(LAMPS)))]]
    softest = SOFTEST * kernel_px / 2
    return Phone(
        light=Light(float(np.cos(turn)), float(np.sin(turn)), float(rng.uniform(0.1, 1.0))),
        cast=(float(lamp[0] * rng.normal(1, 0.03)), lamp[1], float(lamp[2] * rng.normal(1, 0.03))),
        exposure=float(rng.uniform(0.65, 1.1)),
        gradient=float(rng.uniform(0.0, 0.45)),
        shadow=float(rng.uniform(0.0, 0.6)),
        blur=float(rng.uniform(0.0, softest)),
        noise=float(rng.uniform(0.3, 5.0)),
        quality=int(rng.integers(40, 96)),
        softness=float(rng.uniform(0.01, 0.12)),
        edge=float(rng.choice([0.0, rng.uniform(0.1, 0.4)], p=[0.75, 0.25])),
        motion=float(rng.uniform(0, 1.5 * softest)) if rng.random() < 0.3 else 0.0,
        vignette=float(rng.uniform(0.0, 0.35)),
        smear=float(rng.uniform(0.0, 0.8)),
        sharpening=float(rng.uniform(0.0, 1.2)),
    )


def varied_paper(rng: np.random.Generator) -> Paper:
    """Choose a plain sheet of any colour; one in four has faint print, one in four wrinkles."""
    base = SHEETS[sorted(SHEETS)[int(rng.integers(len(SHEETS)))]]
    colour = np.clip(np.array(base.colour) * rng.uniform(0.85, 1.08) + rng.normal(0, 12, 3), 12, 240)
    blue, green, red = (int(value) for value in colour)
    return Paper(
        (blue, green, red),
        waver=float(rng.uniform(0.5, 5.0)),
        print=float(rng.uniform(3, 10)) if rng.random() < 0.25 else 0.0,
        wrinkles=float(rng.uniform(0.03, 0.12)) if rng.random() < 0.25 else 0.0,
    )


def render_varied(
    seed: int,
    *,
    broken: float = 0.05,
    foreign: float = 0.02,
    damaged: float = 0.02,
    touching: float = 0.2,
    grain: str = "wheat",
) -> RenderedTray:
    """Render a good photo of a tray as a stranger might take it; deterministic for a seed.

    One whose kernels do not fit is drawn with fewer."""
    shot = varied_shot(np.random.default_rng((seed, 1)))
    kernels = shot.kernels
    while True:
        try:
            return render_tray(
                seed,
                width=shot.width,
                height=shot.height,
                kernels=kernels,
                broken=broken,
                foreign=foreign,
                damaged=damaged,
                touching=touching,
                sheet=shot.paper,
                grain=grain,
                kernel_px=shot.kernel_px,
                phone=shot.phone,
            )
        except ValueError:
            kernels = kernels * 2 // 3


def render_exact(
    seed: int, kernels: Mapping[str, int], *, touching: float = 0.15, grain: str = "wheat"
) -> RenderedTray:
    """Render a good photo, 1600 by 1200 pixels, of exactly so many `kernels` of each class; deterministic for
    a seed. Those that do not fit are drawn smaller."""
    total = sum(kernels.values())
    rng = np.random.default_rng((seed, 3))
    width, height = EXACT
    kernel_px = float(np.sqrt(width * height / total) * rng.uniform(*ROOM))
    paper, phone = varied_paper(rng), varied_phone(rng, kernel_px)
    while True:
        try:
            return render_tray(
                seed,
                width=width,
                height=height,
                kernels=total,
                broken=kernels.get(KernelClass.BROKEN, 0) / total,
                foreign=kernels.get(KernelClass.FOREIGN, 0) / total,
                damaged=kernels.get(KernelClass.DAMAGED, 0) / total,
                touching=touching,
                sheet=paper,
                grain=grain,
                kernel_px=kernel_px,
                phone=phone,
            )
        except ValueError:
            kernel_px *= 0.9
