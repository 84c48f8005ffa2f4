"""Makes one crop look as another phone, light or sheet might have shown it."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

MEAN = 0.45
STD = 0.25
MIX = 0.04  # spread of channel mixing
CAST = 0.1  # of white balance gains (log)
SLENDER = 0.13  # of width against length (log): varieties differ, durum is longer than soft wheat
LIGHT = 0.2  # of exposure (log)
SATURATION = (0.5, 1.25)


def batch(crops: NDArray[np.uint8], side: int, rng: np.random.Generator, *, augment: bool) -> Tensor:
    """(n, S, S, 4) uint8 -> (n, 4, side, side) normalised as the product does it."""
    if not augment:
        small = np.stack([_shrink(crop, side) for crop in crops])
        return normalise(small)
    four = torch.from_numpy(crops.astype(np.float32)).permute(0, 3, 1, 2) / 255
    four = functional.grid_sample(four, _grid(len(crops), side, rng), mode="bilinear", align_corners=False)
    mask = (four[:, 3:] > 0.5).float()
    colour = _colour(four[:, :3] / four[:, 3:].clamp(min=0.3), rng)
    colour = _fringe(colour, mask, rng)
    made = (torch.cat([colour.clamp(0, 1), mask], 1) * 255).byte().permute(0, 2, 3, 1).contiguous().numpy()
    return normalise(np.stack([_camera(crop, rng) for crop in made]))


def normalise(crops: NDArray[np.uint8]) -> Tensor:
    """uint8 (n, side, side, 4) -> float (n, 4, side, side): colour about 0, zero outside, coverage 0 or 1."""
    mask = (crops[..., 3:] > 127).astype(np.float32)
    colour = (crops[..., :3].astype(np.float32) / 255 - MEAN) / STD * mask
    return torch.from_numpy(np.concatenate([colour, mask], -1)).permute(0, 3, 1, 2).contiguous()


def _shrink(crop: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    keep = small[..., 3] > 127
    light = np.maximum(small[..., 3:].astype(np.float32), 1) / 255
    small[..., :3] = np.clip(small[..., :3] / light, 0, 255)
    small[..., 3] = np.where(keep, 255, 0)
    small[~keep] = 0
    return np.asarray(small, np.uint8)


def _grid(count: int, side: int, rng: np.random.Generator) -> Tensor:
    """Flips, a little turning, stretching and shifting."""
    turn = rng.normal(0, 0.08, count)
    wide = np.exp(rng.normal(0.03, 0.05, count)) * rng.choice([-1, 1], count)
    high = np.exp(rng.normal(0.05, SLENDER, count)) * rng.choice([-1, 1], count)
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


def _colour(colour: Tensor, rng: np.random.Generator) -> Tensor:
    """White balance, exposure, contrast curve, saturation and a slight mixing of channels."""
    count = len(colour)

    def draw(spread: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.normal(0, spread, (count, *shape))).float()

    mix = torch.eye(3) + draw(MIX, 3, 3)
    colour = torch.einsum("nij,njhw->nihw", mix, colour).clamp(0.002, 4)
    colour = colour * torch.exp(draw(CAST, 3, 1, 1) + draw(LIGHT, 1, 1, 1))
    colour = colour.clamp(0.002, 1) ** torch.exp(draw(0.2, 1, 1, 1))
    grey = colour.mean(1, keepdim=True)
    kept = torch.from_numpy(rng.uniform(*SATURATION, (count, 1, 1, 1))).float()
    return grey + (colour - grey) * kept


def _fringe(colour: Tensor, mask: Tensor, rng: np.random.Generator) -> Tensor:
    """A rim of one to three pixels tinted by a sheet of any colour."""
    count = len(colour)
    inner = -functional.max_pool2d(-mask, 3, 1, 1)
    deeper = -functional.max_pool2d(-inner, 3, 1, 1)
    sheet = torch.from_numpy(rng.uniform(0, 1, (count, 3, 1, 1))).float()
    strong = torch.from_numpy(
        rng.uniform(0, 0.7, (count, 1, 1, 1)) * (rng.random((count, 1, 1, 1)) < 0.7)
    ).float()
    rim = (mask - inner) * strong + (inner - deeper) * strong * 0.4
    return colour * (1 - rim) + sheet * rim


def _camera(crop: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Low resolution, blur, noise and JPEG; the mask stays."""
    colour, mask = crop[..., :3], crop[..., 3:]
    side = crop.shape[0]
    if rng.random() < 0.6:
        small = int(side * rng.uniform(0.25, 1))
        coarse = cv2.resize(colour, (small, small), interpolation=cv2.INTER_AREA)
        colour = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.3:
        colour = cv2.GaussianBlur(colour, (0, 0), rng.uniform(0.3, 1.3))
    if rng.random() < 0.4:
        speck = rng.normal(0, rng.uniform(1, 8), colour.shape)
        colour = np.clip(colour + speck, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, jpeg = cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])
        colour = cv2.imdecode(jpeg, cv2.IMREAD_COLOR_BGR)
    return np.concatenate([colour, mask], -1)
