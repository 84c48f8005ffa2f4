"""The net: a small residual convolutional net over one kernel, in plain PyTorch."""

import torch
from torch import Tensor, nn

EMBEDDING = 32


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


class KernelNet(nn.Module):
    """(n, 4, 64, 64) normalised BGR and coverage -> logits (n, classes) and embedding (n, 32)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _unit(4, 16, 2),
            _unit(16, 32, 2),
            Residual(32),
            _unit(32, 64, 2),
            Residual(64),
            _unit(64, 96, 2),
            Residual(96),
        )
        self.embed = nn.Sequential(nn.Dropout(0.25), nn.Linear(96, EMBEDDING), nn.BatchNorm1d(EMBEDDING))
        self.classify = nn.Linear(EMBEDDING, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(self.features(x).mean(dim=(2, 3)))
        return self.classify(torch.relu(embedding)), embedding
