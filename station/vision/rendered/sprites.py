"""Draw one rendered kernel: colour and coverage on a small square, from a shape formula.

A grain is described along its own axis: `t` runs 0 (germ) to 1 (brush), the half-width at `t` is
`t**e1 * (1 - t)**e2` scaled to the widest place. Colours are BGR, 0 to 255, before the photo's light.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Mean colours (BGR) of kernels under daylight, chosen by eye beside phone photos of soft wheat.
WHEAT_COLOURS = ((75, 160, 212), (92, 165, 208), (66, 142, 196), (108, 175, 215), (84, 148, 186))
ENDOSPERM = (190, 215, 228)


@dataclass(frozen=True, slots=True)
class Sprite:
    """Holds `bgr` (side, side, 3) 0 to 255 and `alpha` (side, side) 0 to 1, centred on the grain."""

    bgr: Floats
    alpha: Floats


@dataclass(frozen=True, slots=True)
class Light:
    """Holds the direction of the light in the photo's plane (a unit vector) and its strength 0 to 1."""

    x: float
    y: float
    strength: float


@dataclass(frozen=True, slots=True)
class GrainShape:
    """Describes one kind of grain; lengths are shares of a wheat kernel's length, `width` a share of its own
    length."""

    length: tuple[float, float]
    width: tuple[float, float]
    germ_end: tuple[float, float]
    brush_end: tuple[float, float]
    colours: tuple[tuple[int, int, int], ...]
    crease: float = 0.0
    bend: float = 0.0


WHEAT = GrainShape((0.88, 1.1), (0.42, 0.54), (0.46, 0.62), (0.38, 0.5), WHEAT_COLOURS, crease=0.5, bend=0.06)
OTHER_GRAINS = {
    "rice": GrainShape(
        (0.9, 1.2), (0.24, 0.34), (0.35, 0.5), (0.35, 0.5), ((200, 215, 220), (180, 200, 210))
    ),
    "lentil": GrainShape(
        (0.7, 0.95), (0.9, 1.0), (0.48, 0.52), (0.48, 0.52), ((60, 85, 140), (60, 105, 110))
    ),
    "pea": GrainShape(
        (0.95, 1.25), (0.93, 1.0), (0.48, 0.52), (0.48, 0.52), ((80, 170, 180), (90, 160, 130))
    ),
    "chickpea": GrainShape(
        (1.2, 1.5), (0.78, 0.92), (0.5, 0.7), (0.42, 0.5), ((110, 155, 195), (80, 110, 150)), bend=0.04
    ),
    "maize": GrainShape(
        (1.4, 1.8), (0.68, 0.85), (0.75, 1.0), (0.22, 0.34), ((40, 165, 235), (70, 180, 235))
    ),
}
# In no training and among no foreign bodies: what nothing here has seen.
BEANS = {
    "white_bean": GrainShape(
        (1.5, 2.0), (0.58, 0.7), (0.45, 0.55), (0.45, 0.55), ((190, 215, 228), (205, 222, 232)), bend=0.12
    ),
    "long_bean": GrainShape(
        (1.7, 2.3), (0.42, 0.52), (0.4, 0.5), (0.4, 0.5), ((190, 215, 228), (60, 60, 120)), bend=0.14
    ),
}


def noise_tile(rng: np.random.Generator, side: int = 512) -> Floats:
    """Make smooth noise of mean 0 and deviation about 1, (side, side), from which kernels cut their
    texture."""
    fine = rng.standard_normal((side, side)).astype(np.float32)
    for axis in (0, 1):
        fine = sum(np.roll(fine, k, axis) for k in (-2, -1, 0, 1, 2)) / 5  # type: ignore[assignment]
    return fine / np.float32(fine.std())


def grain_sprite(
    rng: np.random.Generator,
    shape: GrainShape,
    wheat_px: float,
    tile: Floats,
    light: Light,
    damaged: bool = False,
) -> Sprite:
    """Draw a whole grain at a random angle; `damaged` makes it shrivelled, dull and spotted."""
    return _draw(rng, shape, wheat_px, tile, light, broken=False, damaged=damaged)


def broken_sprite(
    rng: np.random.Generator, shape: GrainShape, wheat_px: float, tile: Floats, light: Light
) -> Sprite:
    """Draw a piece of a grain with a rough pale face where it broke."""
    return _draw(rng, shape, wheat_px, tile, light, broken=True, damaged=False)


def axes(half: int, angle: float) -> tuple[Floats, Floats]:
    """Return the pixel offsets along and across an axis at `angle`, each (2*half+1, 2*half+1)."""
    line = np.arange(-half, half + 1, dtype=np.float32)
    x, y = line[None, :], line[:, None]
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cos + y * sin, y * cos - x * sin


def texture(rng: np.random.Generator, tile: Floats, side: int) -> Floats:
    """Cut a random (side, side) piece of the noise tile."""
    span = tile.shape[0] - side
    top, left = (int(k) for k in rng.integers(0, max(1, span), 2))
    if span < 0:
        repeat = -(-side // tile.shape[0])
        tile = np.tile(tile, (repeat, repeat))
    return tile[top : top + side, left : left + side]


def _draw(
    rng: np.random.Generator,
    shape: GrainShape,
    wheat_px: float,
    tile: Floats,
    light: Light,
    *,
    broken: bool,
    damaged: bool,
) -> Sprite:
    length = wheat_px * rng.uniform(*shape.length)
    width = length * rng.uniform(*shape.width) * (rng.uniform(0.65, 0.9) if damaged else 1.0)
    angle = rng.uniform(0, 2 * np.pi)
    half = int(max(length, width) * 0.58) + 3
    along, across = axes(half, angle)
    across = across - np.float32(shape.bend * rng.uniform(-1, 1) * length) * (along / length * 2) ** 2
    t = np.clip(along / length + 0.5, 0.0, 1.0)
    e1, e2 = rng.uniform(*shape.germ_end), rng.uniform(*shape.brush_end)
    peak = e1 / (e1 + e2)
    half_width = (width / 2) * (t**e1 * (1 - t) ** e2) / np.float32(peak**e1 * (1 - peak) ** e2)
    grain = texture(rng, tile, 2 * half + 1)
    if damaged:
        half_width = half_width * (1 + 0.12 * np.roll(grain, 7, 0))
    alpha = np.clip(half_width - np.abs(across) + 0.5, 0.0, 1.0)
    bgr = _shade(rng, shape, across / np.maximum(half_width, 1.0), angle, grain, light)
    bgr = _markings(rng, shape, bgr, t, across / (width / 2), damaged, grain)
    if broken:
        alpha, bgr = _break(rng, alpha, bgr, along / (length / 2), across / (width / 2), length, grain)
    return Sprite(np.clip(bgr, 0, 255).astype(np.float32), alpha.astype(np.float32))


def _shade(
    rng: np.random.Generator, shape: GrainShape, r: Floats, angle: float, grain: Floats, light: Light
) -> Floats:
    """Light the base colour as a dome, from above and from the side."""
    r = np.clip(r, -1, 1)
    up = np.sqrt(1 - r * r)
    side = r * np.float32(light.y * np.cos(angle) - light.x * np.sin(angle)) * np.float32(light.strength)
    lit = 0.52 + 0.42 * up + 0.3 * side + 0.045 * grain
    colour = np.array(shape.colours[int(rng.integers(len(shape.colours)))], np.float32)
    colour = colour * np.float32(rng.uniform(0.85, 1.12)) + rng.normal(0, 4, 3).astype(np.float32)
    gloss = np.float32(rng.uniform(0, 22)) * np.exp(-((r - 0.25 * np.sign(side)) ** 2) / 0.03) * (side >= 0)
    shaded: Floats = lit[..., None] * colour + gloss[..., None]
    return shaded


def _markings(
    rng: np.random.Generator,
    shape: GrainShape,
    bgr: Floats,
    t: Floats,
    v: Floats,
    damaged: bool,
    grain: Floats,
) -> Floats:
    """Draw the crease (lying on its back) or the germ (lying on its belly); spots and dullness when
    damaged."""
    if shape.crease and rng.random() < shape.crease:
        line = np.exp(-((v - np.float32(rng.normal(0, 0.06))) ** 2) / 0.012) * ((t > 0.06) & (t < 0.96))
        lips = np.exp(-((np.abs(v) - 0.35) ** 2) / 0.05)
        bgr = np.asarray(bgr * (1 - rng.uniform(0.3, 0.55) * line + 0.08 * lips)[..., None], np.float32)
    elif shape.crease:
        radius = ((t - 0.11) / 0.1) ** 2 + (v / 0.5) ** 2
        ring = np.exp(-((radius - 1) ** 2) / 0.25) - 0.6 * np.exp(-radius / 0.5)
        bgr = np.asarray(bgr * (1 - rng.uniform(0.12, 0.3) * ring)[..., None], np.float32)
    if damaged:
        grey = bgr.mean(axis=2, keepdims=True)
        bgr = np.asarray(grey + (bgr - grey) * rng.uniform(0.35, 0.8), np.float32)
        spots = np.clip(grain * 1.2 - 0.6, 0, 1) + 0.5 * np.cos(v * np.float32(rng.uniform(8, 16))) ** 2
        bgr = np.asarray(bgr * (0.92 - rng.uniform(0.25, 0.5) * spots)[..., None], np.float32)
    return bgr


def _break(
    rng: np.random.Generator, alpha: Floats, bgr: Floats, u: Floats, v: Floats, length: float, grain: Floats
) -> tuple[Floats, Floats]:
    """Cut along a rough line across (four of five) or lengthwise and show the pale inside beside it."""
    rough = 0.04 * grain
    if rng.random() < 0.8:
        tilt = np.float32(rng.normal(0, 0.3))
        past = (
            np.float32(rng.choice([-1, 1])) * u + tilt * v * 0.5 + rough - np.float32(rng.uniform(-0.35, 0.5))
        )
    else:
        past = np.float32(rng.choice([-1, 1])) * v + 0.3 * u * np.float32(rng.normal()) + rough
    face = np.clip(1 + past / np.float32(rng.uniform(0.06, 0.3)), 0, 1)[..., None] * np.float32(
        rng.uniform(0.5, 1)
    )
    pale = np.array(ENDOSPERM, np.float32) * (0.82 + 0.07 * grain)[..., None]
    kept = np.clip(-past * np.float32(length / 2) + 0.5, 0.0, 1.0)
    return alpha * kept, bgr * (1 - face) + pale * face
