"""Train one net on a mixture of parts and answer for held-out kernels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training.augment import batch, normalise
from training.cuts import broken_from
from training.data import SIDE, VIEW, Items, join
from training.net import KernelNet

BATCH = 64
RATE = 4e-3
DECAY = 0.05
SMOOTHED = 0.1  # of the labels: no kernel is certain
ECHO = 3  # steps that use one changed batch, flipped in between: changing costs as much as learning
ANSWERED = 256  # kernels at once


@dataclass(frozen=True)
class Recipe:
    """Says what a net is trained on: share of every part, kernels in all, and how many `sound` kernels are
    cut into `broken` ones (labels of the classes)."""

    classes: int
    shares: Mapping[str, float]
    kernels: int
    cut: float
    sound: int
    broken: int


@dataclass(frozen=True)
class Answers:
    """Holds `logits` (n, classes) and `embeddings` (n, 32)."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def weigh(parts: Mapping[str, Items], shares: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the drawing weights of all parts joined: shares per part, equal classes in it, and within a
    class each photo by the root of its kernels, so that no photo stands for its class."""
    weights = []
    for name, items in parts.items():
        weight = np.zeros(len(items))
        for label in np.unique(items.labels):
            ours = items.labels == label
            _, which, counts = np.unique(items.photos[ours], return_inverse=True, return_counts=True)
            each = np.sqrt(counts)[which] / counts[which]
            weight[ours] = each / each.sum()
        weights.append(weight / weight.sum() * shares[name])
    total = np.concatenate(weights)
    return np.asarray(total / total.sum())


def train(parts: Mapping[str, Items], recipe: Recipe, seed: int) -> KernelNet:
    """Train a net on `recipe.kernels` kernels; the same arguments give the same net on one machine."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    items, weights = join(list(parts.values())), weigh(parts, recipe.shares)
    net = KernelNet(recipe.classes, VIEW)
    net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = recipe.kernels // BATCH
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.2)
    loss = nn.CrossEntropyLoss(label_smoothing=SMOOTHED)
    net.train()
    for step in range(steps):
        if step % ECHO == 0:
            crops, labels = _drawn(items, weights, recipe, rng)
            changed = batch(crops, VIEW, rng).contiguous(memory_format=torch.channels_last)
        else:
            changed = torch.flip(changed, (2 + step % 2,))
        optimizer.zero_grad()
        logits, _ = net(changed)
        loss(logits, torch.from_numpy(labels)).backward()
        optimizer.step()
        pace.step()
    net.eval()
    return net


def _drawn(
    items: Items, weights: NDArray[np.float64], recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw one batch; of its broken kernels a share is made by cutting sound ones."""
    chosen = rng.choice(len(items), BATCH, p=weights)
    crops, labels = items.crops[chosen], items.labels[chosen].copy()
    for index in np.flatnonzero((labels == recipe.sound) & (rng.random(BATCH) < recipe.cut)):
        if (piece := broken_from(crops[index], SIDE, rng)) is not None:
            crops[index], labels[index] = piece, recipe.broken
    return crops, labels


def answer(net: KernelNet, items: Items) -> Answers:
    """Return what the net says of the views, unchanged."""
    with torch.no_grad():
        outs = [
            net(normalise(items.views[k : k + ANSWERED]).contiguous(memory_format=torch.channels_last))
            for k in range(0, len(items), ANSWERED)
        ]
    return Answers(torch.cat([o[0] for o in outs]).numpy(), torch.cat([o[1] for o in outs]).numpy())
