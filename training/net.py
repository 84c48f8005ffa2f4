"""The net has small residual convolutions over one kernel, beside a plain look at its shape and colour."""

import torch
from torch import Tensor, nn

EMBEDDING = 32
WIDTHS = (16, 24, 40, 64)
PLAIN = 64  # numbers that shape and colour are drawn together to
WIDE_LINES = 24  # steps along the kernel, and across, at which its width is looked at
LIGHT_LINES = 8  # and its light
THIN = 0.05  # of the side: lines with less kernel tell little of its light


def _unit(inside: int, outside: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _unit(width, width, 1)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class PlainLook(nn.Module):
    """Sees what needs no convolution, the same however the kernel is flipped: mean and spread of light, of
    red against green and of yellow against blue; along and across the kernel, how wide it is and how light.

    A few dozen source photos teach this better than convolutions, which remember the photos."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.wide, self.light = side // WIDE_LINES, side // LIGHT_LINES
        numbers = 6 + 2 * (WIDE_LINES + LIGHT_LINES)
        self.gather = nn.Sequential(
            nn.BatchNorm1d(numbers), nn.Linear(numbers, PLAIN), nn.BatchNorm1d(PLAIN), nn.ReLU(inplace=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        mask = x[:, 3:]
        blue, green, red = (plane * mask for plane in x[:, :3].split(1, 1))
        colour = torch.cat([(blue + green + red) / 3, red - green, (red + green) / 2 - blue], 1)
        covered = mask.mean(dim=(2, 3)) + 1e-4
        mean = colour.mean(dim=(2, 3)) / covered
        spread = ((colour * colour).mean(dim=(2, 3)) / covered - mean * mean).clamp(min=1e-6).sqrt()
        lighter = (colour[:, :1] - mean[:, :1, None, None]) * mask
        lines = []
        for across in (2, 3):
            wide = mask.mean(dim=across).flatten(1)
            light = lighter.mean(dim=across).flatten(1) / (wide + THIN)
            lines += [_unflipped(wide, self.wide), _unflipped(light, self.light)]
        return self.gather(torch.cat([mean, spread, *lines], 1))


def _unflipped(line: Tensor, step: int) -> Tensor:
    """Take (n, side) to (n, side / step): means of `step` pixels, each with its mirror image: middle and
    difference."""
    steps = torch.nn.functional.avg_pool1d(line[:, None], step).flatten(1)
    half = steps.shape[1] // 2
    back = steps.flip(1)
    return torch.cat([((steps + back) / 2)[:, :half], (steps - back).abs()[:, :half]], 1)


class KernelNet(nn.Module):
    """Takes (n, 4, side, side) normalised BGR and coverage to logits (n, classes) and embedding (n, 32)."""

    def __init__(self, classes: int, side: int) -> None:
        super().__init__()
        first, second, third, last = WIDTHS
        self.features = nn.Sequential(
            _unit(4, first, 2),
            _unit(first, second, 2),
            Residual(second),
            _unit(second, third, 2),
            Residual(third),
            _unit(third, last, 2),
            Residual(last),
        )
        self.plain = PlainLook(side)
        self.embed = nn.Sequential(
            nn.Dropout(0.4), nn.Linear(last + PLAIN, EMBEDDING), nn.BatchNorm1d(EMBEDDING)
        )
        self.classify = nn.Linear(EMBEDDING, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(torch.cat([self.features(x).mean(dim=(2, 3)), self.plain(x)], 1))
        return self.classify(torch.relu(embedding)), embedding
