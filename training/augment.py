"""Make crops look as another phone, lamp or sheet might have shown them.

In the collection nearly every photo holds one class, so whatever belongs to a photo (its colour cast,
its sharpness, how large it shows a kernel, the sheet shining through at the rim) must not tell the class:
all of it is drawn anew for every kernel.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

MEAN = 0.45
STD = 0.25
TURN = 0.1  # radians
SLENDER = 0.06  # of width against length (log): varieties differ
MIX = 0.03  # spread of channel mixing
CAST = 0.04  # of white balance gains (log)
LIGHT = 0.07  # of exposure (log)
CURVE = 0.1  # of the tone curve's exponent (log)
CONTRAST = 0.15  # of the kernel's own contrast (log): hard and soft light, sharpening
GRADIENT = 0.12  # of light falling off across the kernel
SATURATION = (0.75, 1.2)
COARSE = (0.45, 1.0)  # of the pixels a phone from farther away would have given
RIM = 0.6  # of the sheet's colour at most, in the outermost pixels
NOISE = 0.025
GROUPS = 2  # of a batch, each with one resolution


def batch(crops: NDArray[np.uint8], side: int, rng: np.random.Generator) -> Tensor:
    """Change (n, S, S, 4) uint8 by chance to (n, 4, side, side), normalised as the product does it."""
    four = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
    four = functional.grid_sample(four, _grid(len(crops), side, rng), mode="bilinear", align_corners=False)
    mask = (four[:, 3:] > 0.5).float()
    colour = _coarse(four[:, :3] / four[:, 3:].clamp(min=0.3) * mask, mask, rng)
    colour = _rim(_lit(_cast(colour, rng), mask, rng), mask, rng)
    colour = (
        colour
        + torch.randn(colour.shape) * torch.from_numpy(rng.uniform(0, NOISE, (len(crops), 1, 1, 1))).float()
    )
    return torch.cat([(colour.clamp(0, 1) - MEAN) / STD * mask, mask], 1)


def normalise(views: NDArray[np.uint8]) -> Tensor:
    """Turn uint8 (n, side, side, 4) into float (n, 4, side, side): colour about 0, zero outside, coverage 0
    or 1."""
    mask = (views[..., 3:] > 127).astype(np.float32)
    colour = (views[..., :3].astype(np.float32) / 255 - MEAN) / STD * mask
    return torch.from_numpy(np.concatenate([colour, mask], -1)).permute(0, 3, 1, 2).contiguous()


def _grid(count: int, side: int, rng: np.random.Generator) -> Tensor:
    """Flip, turn a little, stretch and shift."""
    turn = rng.normal(0, TURN, count)
    wide = np.exp(rng.normal(0.03, 0.05, count)) * rng.choice([-1, 1], count)
    high = np.exp(rng.normal(0.04, SLENDER, count)) * rng.choice([-1, 1], count)
    shift = rng.normal(0, 0.025, (count, 2))
    cos, sin = np.cos(turn), np.sin(turn)
    rows = np.stack(
        [
            np.stack([cos * wide, -sin * high, shift[:, 0]], -1),
            np.stack([sin * wide, cos * high, shift[:, 1]], -1),
        ],
        1,
    )
    return functional.affine_grid(torch.from_numpy(rows).float(), [count, 4, side, side], align_corners=False)


def _coarse(colour: Tensor, mask: Tensor, rng: np.random.Generator) -> Tensor:
    """Leave fewer pixels, in groups that share one resolution: how sharp a photo is tells nothing."""
    side = colour.shape[-1]
    parts = []
    for some, cover in zip(colour.chunk(GROUPS), mask.chunk(GROUPS), strict=True):
        small = int(side * rng.uniform(*COARSE))
        both = functional.interpolate(torch.cat([some, cover], 1), (small, small), mode="area")
        both = functional.interpolate(both, (side, side), mode="bilinear", align_corners=False)
        parts.append(both[:, :3] / both[:, 3:].clamp(min=0.2))
    return torch.cat(parts)


def _draw(rng: np.random.Generator, spread: float, *shape: int) -> Tensor:
    return torch.from_numpy(rng.normal(0, spread, shape)).float()


def _cast(colour: Tensor, rng: np.random.Generator) -> Tensor:
    """Change white balance, exposure, tone curve and saturation, and mix the channels slightly."""
    count = len(colour)
    mix = torch.eye(3) + _draw(rng, MIX, count, 3, 3)
    colour = torch.einsum("nij,njhw->nihw", mix, colour).clamp(0.002, 4)
    colour = colour * torch.exp(_draw(rng, CAST, count, 3, 1, 1) + _draw(rng, LIGHT, count, 1, 1, 1))
    colour = colour.clamp(0.002, 1) ** torch.exp(_draw(rng, CURVE, count, 1, 1, 1))
    grey = colour.mean(1, keepdim=True)
    return grey + (colour - grey) * torch.from_numpy(rng.uniform(*SATURATION, (count, 1, 1, 1))).float()


def _lit(colour: Tensor, mask: Tensor, rng: np.random.Generator) -> Tensor:
    """Give more or less contrast within the kernel, and light from one side."""
    count, side = len(colour), colour.shape[-1]
    middle = (colour * mask).sum((2, 3), keepdim=True) / mask.sum((2, 3), keepdim=True).clamp(min=1)
    colour = middle + (colour - middle) * torch.exp(_draw(rng, CONTRAST, count, 1, 1, 1))
    line = torch.linspace(-1, 1, side)
    slope = _draw(rng, GRADIENT, count, 1, 1, 1) * line + _draw(rng, GRADIENT, count, 1, 1, 1) * line[:, None]
    return colour * (1 + slope)


def _rim(colour: Tensor, mask: Tensor, rng: np.random.Generator) -> Tensor:
    """Tint the outermost pixels by a sheet of any colour."""
    count = len(colour)
    inner = -functional.max_pool2d(-mask, 3, 1, 1)
    deeper = -functional.max_pool2d(-inner, 3, 1, 1)
    sheet = torch.from_numpy(rng.uniform(0, 1, (count, 3, 1, 1))).float()
    strong = rng.uniform(0, RIM, (count, 1, 1, 1)) * (rng.random((count, 1, 1, 1)) < 0.7)
    share = (mask - inner + 0.5 * (inner - deeper)) * torch.from_numpy(strong).float()
    return colour * (1 - share) + sheet * share
