"""The net: small residual convolutions over one kernel, beside a plain look at its shape and colour."""

import torch
from torch import Tensor, nn

EMBEDDING = 32
WIDTHS = (16, 24, 40, 64)
PLAIN = 24  # numbers that shape and colour are drawn together to


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
    """What needs no convolution: mean and spread of each colour, how wide the kernel is along its length
    and how long across. It is learnt in a few hundred steps, the convolutions take thousands."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.gather = nn.Sequential(
            nn.BatchNorm1d(6 + side), nn.Linear(6 + side, PLAIN), nn.BatchNorm1d(PLAIN), nn.ReLU(inplace=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        colour, mask = x[:, :3], x[:, 3:]
        covered = mask.mean(dim=(2, 3)) + 1e-4
        mean = colour.mean(dim=(2, 3)) / covered
        spread = ((colour * colour).mean(dim=(2, 3)) / covered - mean * mean).clamp(min=1e-6).sqrt()
        along, across = mask.mean(dim=2).flatten(1), mask.mean(dim=3).flatten(1)
        pairs = [(line[:, 0::2] + line[:, 1::2]) / 2 for line in (along, across)]
        return self.gather(torch.cat([mean, spread, *pairs], 1))


class KernelNet(nn.Module):
    """(n, 4, side, side) normalised BGR and coverage -> logits (n, classes) and embedding (n, 32)."""

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
            nn.Dropout(0.25), nn.Linear(last + PLAIN, EMBEDDING), nn.BatchNorm1d(EMBEDDING)
        )
        self.classify = nn.Linear(EMBEDDING, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(torch.cat([self.features(x).mean(dim=(2, 3)), self.plain(x)], 1))
        return self.classify(torch.relu(embedding)), embedding
