"""Draw the foreign bodies of a rendered tray: stones, straw, weed seeds, clods and grains of other crops."""

import numpy as np

from station.vision.rendered.sprites import OTHER_GRAINS, Floats, Light, Sprite, axes, grain_sprite, texture

STONES = ((120, 125, 130), (150, 155, 160), (90, 100, 115), (70, 85, 105))
STRAWS = ((110, 190, 215), (90, 165, 200), (120, 200, 210))
SEEDS = ((35, 40, 45), (40, 60, 80), (55, 85, 75))
CLODS = ((50, 65, 85), (40, 55, 70))


def foreign_sprite(rng: np.random.Generator, wheat_px: float, tile: Floats, light: Light) -> Sprite:
    """Draw one foreign body of a random kind, sized beside a wheat kernel `wheat_px` long."""
    kind = rng.choice(["stone", "straw", "seed", "clod", "grain"], p=[0.25, 0.25, 0.15, 0.1, 0.25])
    if kind == "straw":
        return _straw(rng, wheat_px, tile)
    if kind == "grain":
        name = str(rng.choice(sorted(OTHER_GRAINS)))
        return grain_sprite(rng, OTHER_GRAINS[name], wheat_px, tile, light)
    colours, size, rough = {
        "stone": (STONES, (0.35, 0.8), 0.12),
        "seed": (SEEDS, (0.25, 0.45), 0.02),
        "clod": (CLODS, (0.4, 0.8), 0.2),
    }[kind]
    colour = np.array(colours[int(rng.integers(len(colours)))], np.float32)
    return _lump(rng, colour, wheat_px * rng.uniform(*size), rough, tile, light)


def _lump(
    rng: np.random.Generator, colour: Floats, diameter: float, rough: float, tile: Floats, light: Light
) -> Sprite:
    """Draw a rounded lump whose outline wavers by `rough` of its radius."""
    half = int(diameter * 0.9) + 3
    along, across = axes(half, rng.uniform(0, 2 * np.pi))
    across = across * np.float32(rng.uniform(1.0, 1.5))
    distance, turn = np.hypot(along, across), np.arctan2(across, along)
    radius = np.full_like(distance, diameter / 2)
    for k in range(2, 7):
        radius *= 1 + np.float32(rough * rng.normal() / np.sqrt(k)) * np.cos(
            k * turn + np.float32(rng.uniform(0, 6.3))
        )
    radius = np.maximum(radius, diameter * 0.15)
    r = np.clip(distance / radius, 0, 1)
    side = (along * light.x + across * light.y) / np.maximum(radius, 1) * light.strength
    lit = 0.6 + 0.35 * np.sqrt(1 - r * r) + 0.2 * side + 0.09 * texture(rng, tile, 2 * half + 1)
    bgr = lit[..., None] * (colour * np.float32(rng.uniform(0.8, 1.2)))
    alpha = np.clip(radius - distance + 0.5, 0, 1)
    return Sprite(np.clip(bgr, 0, 255).astype(np.float32), alpha.astype(np.float32))


def _straw(rng: np.random.Generator, wheat_px: float, tile: Floats) -> Sprite:
    """Draw a stalk: long, striped along its length, torn at its ends."""
    length = wheat_px * rng.uniform(0.9, 1.9)
    width = wheat_px * rng.uniform(0.1, 0.26)
    half = int(length * 0.6) + 3
    along, across = axes(half, rng.uniform(0, 2 * np.pi))
    grain = texture(rng, tile, 2 * half + 1)
    across = across - np.float32(rng.normal(0, 0.05) * length) * (along / length * 2) ** 2
    end = length / 2 + grain * np.float32(width * 0.2)
    alpha = np.clip(np.minimum(width / 2 - np.abs(across), end - np.abs(along)) + 0.5, 0, 1)
    stripes = np.cos(across * np.float32(2 * np.pi * rng.uniform(2, 4) / width))
    lit = 0.82 + 0.1 * stripes + 0.05 * grain - 0.25 * (across / width * 2) ** 2
    colour = np.array(STRAWS[int(rng.integers(len(STRAWS)))], np.float32)
    bgr = lit[..., None] * colour
    return Sprite(np.clip(bgr, 0, 255).astype(np.float32), alpha.astype(np.float32))
