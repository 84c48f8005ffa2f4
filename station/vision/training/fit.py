"""Trains one net on a mixture of real and rendered kernels and answers for held-out ones."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from station.vision.training.augment import batch
from station.vision.training.data import CLASSES, Items
from station.vision.training.net import KernelNet

SIDE = 64
BATCH = 64
DRAWS = 4096  # kernels seen per epoch
RATE = 3e-3
REAL_SHARE = {"wheat": 0.72, "rice": 0.08, "rendered": 0.2}


@dataclass(frozen=True)
class Answers:
    """`logits` (n, classes) and `embeddings` (n, 32)."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def join(parts: dict[str, Items]) -> tuple[Items, NDArray[np.float64]]:
    """All parts as one, with drawing weights: shares per part, equal classes in it, and within a class
    each photo by the root of its kernels, so that no photo stands for its class."""
    weights = []
    for name, items in parts.items():
        weight = np.zeros(len(items))
        for label in np.unique(items.labels):
            ours = items.labels == label
            _, which, counts = np.unique(items.photos[ours], return_inverse=True, return_counts=True)
            each = np.sqrt(counts)[which] / counts[which]
            weight[ours] = each / each.sum()
        weights.append(weight / weight.sum() * REAL_SHARE[name])
    joined = Items(
        np.concatenate([p.crops for p in parts.values()]),
        np.concatenate([p.labels for p in parts.values()]),
        np.concatenate([p.photos for p in parts.values()]),
    )
    total = np.concatenate(weights)
    return joined, total / total.sum()


def train(parts: dict[str, Items], epochs: int, seed: int) -> KernelNet:
    """A net after `epochs` of DRAWS kernels each; the same arguments give the same net on one machine."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    items, weights = join(parts)
    net = KernelNet(len(CLASSES))
    best = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=2e-3)
    steps = epochs * DRAWS // BATCH
    pace = torch.optim.lr_scheduler.OneCycleLR(best, RATE, total_steps=steps, pct_start=0.2)
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)
    net.train()
    for _ in range(steps):
        chosen = rng.choice(len(items), BATCH, p=weights)
        logits, _ = net(batch(items.crops[chosen], SIDE, rng, augment=True))
        best.zero_grad()
        loss(logits, torch.from_numpy(items.labels[chosen])).backward()
        best.step()
        pace.step()
    return net.eval()


@torch.no_grad()
def answer(net: KernelNet, items: Items) -> Answers:
    rng = np.random.default_rng(0)
    outs = [net(batch(items.crops[k : k + 256], SIDE, rng, augment=False)) for k in range(0, len(items), 256)]
    return Answers(torch.cat([o[0] for o in outs]).numpy(), torch.cat([o[1] for o in outs]).numpy())


def folds(items: Items, count: int) -> NDArray[np.int64]:
    """A fold per item: whole photos, largest first, each to the fold that has least of its main class."""
    fold = np.zeros(len(items), np.int64)
    load = np.zeros((count, len(CLASSES)))
    names, counts = np.unique(items.photos, return_counts=True)
    for photo in names[np.argsort(-counts, kind="stable")]:
        ours = items.photos == photo
        classes = np.bincount(items.labels[ours], minlength=len(CLASSES))
        main = int(np.argmax(classes))
        where = int(np.argmin(load[:, main] + load.sum(axis=1) * 1e-3))
        load[where] += classes
        fold[ours] = where
    return fold


def take(items: Items, keep: NDArray[np.bool_]) -> Items:
    return Items(items.crops[keep], items.labels[keep], items.photos[keep])
