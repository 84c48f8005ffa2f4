"""Temperature of the logits, and what counts as familiar grain in the embedding."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import KernelClass
from station.vision.training.data import CLASSES, Items
from station.vision.training.fit import Answers

KEPT = 0.95  # of held-out wheat kernels count as familiar
RIDGE = 0.05  # of the mean variance, added so that flat directions do not rule


@dataclass(frozen=True)
class Familiarity:
    """Means per wheat class and the shared inverse covariance of the embedding."""

    means: NDArray[np.float64]
    precision: NDArray[np.float64]

    @classmethod
    def of(cls, answers: Answers, items: Items) -> "Familiarity":
        foreign = CLASSES.index(KernelClass.FOREIGN)
        labels = [label for label in range(len(CLASSES)) if label != foreign]
        embeddings = answers.embeddings.astype(np.float64)
        means = np.stack([embeddings[items.labels == label].mean(axis=0) for label in labels])
        spread = [embeddings[items.labels == label] - means[k] for k, label in enumerate(labels)]
        covariance = sum(np.cov(part.T) for part in spread) / len(spread)
        covariance = covariance + np.eye(len(covariance)) * RIDGE * np.trace(covariance) / len(covariance)
        return cls(means, np.linalg.inv(covariance))


def squared_distances(embeddings: NDArray[np.float32], known: Familiarity) -> NDArray[np.float64]:
    """Squared Mahalanobis distance to the nearest wheat class."""
    off = embeddings.astype(np.float64)[:, None] - known.means[None]
    each = np.einsum("nmd,de,nme->nm", off, known.precision, off)
    return np.asarray(each.min(axis=1))


def stay_familiar(answers: Answers, items: Items, held_out: NDArray[np.float64]) -> dict[str, Any]:
    """Reference of the final net; its limit comes from distances measured on held-out photos."""
    known = Familiarity.of(answers, items)
    wheat = items.labels != CLASSES.index(KernelClass.FOREIGN)
    return {
        "means": np.round(known.means, 6).tolist(),
        "precision": np.round(known.precision, 6).tolist(),
        "distance2": round(float(np.quantile(held_out[wheat], KEPT)), 3),
    }


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature with the smallest log loss on held-out kernels, classes weighing alike."""
    weight = 1 / np.bincount(labels)[labels]
    weight = weight / weight.sum()
    grid = np.exp(np.linspace(np.log(0.3), np.log(6), 120))
    losses = [float((weight * log_loss(logits / t, labels)).sum()) for t in grid]
    return round(float(grid[int(np.argmin(losses))]), 4)


def log_loss(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Minus log probability of the true class, per kernel."""
    top = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return np.asarray(total - logits[np.arange(len(labels)), labels], np.float64)
