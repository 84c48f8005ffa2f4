"""Make logits mean what they say, and describe the crop in the embedding.

All of it is fitted on held-out photos of the training collection; `photos/evaluate` is never read.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.fit import Answers

RIDGE = 0.05  # of the mean variance, added so that flat directions do not rule
STEPS = 60

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """Calibrated logits are `(logits + offset) / temperature`; `offset` (classes,) sums to 0."""

    temperature: float
    offset: NDArray[np.float32]

    def apply(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray((logits + self.offset) / self.temperature, np.float32)


def fit_scaling(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Scaling:
    """Fit the temperature and the offsets with the smallest log loss, classes weighing alike."""
    weight = torch.from_numpy(1 / np.bincount(labels)[labels])
    raw, true = torch.from_numpy(logits).double(), torch.from_numpy(labels)
    cold = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    offset = torch.zeros(logits.shape[1], dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([cold, offset], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        each = torch.nn.functional.cross_entropy((raw + offset) * torch.exp(cold), true, reduction="none")
        total = (each * weight).sum() / weight.sum() + 1e-6 * (offset**2).sum()
        total.backward()
        return total

    search.step(loss)
    found = offset.detach().numpy()
    return Scaling(
        round(float(torch.exp(-cold.detach())), 4), np.round(found - found.mean(), 4).astype(np.float32)
    )


def scale_by_fold(
    logits: NDArray[np.float32], labels: NDArray[np.int64], fold: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Calibrate the logits of every kernel by a scaling fitted on the held-out answers of the other folds."""
    out = np.zeros_like(logits)
    for number in np.unique(fold):
        held = fold == number
        out[held] = fit_scaling(logits[~held], labels[~held]).apply(logits[held])
    return out


@dataclass(frozen=True)
class Known:
    """Describes the crop in the embedding: means per class and the shared inverse covariance."""

    means: Floats
    precision: Floats

    @classmethod
    def of(cls, answers: Answers, labels: NDArray[np.int64], own: list[int]) -> "Known":
        """Describe the crop by its kernels; `own` are the labels of the crop itself, without foreign
        bodies."""
        embeddings = answers.embeddings.astype(np.float64)
        means = np.stack([embeddings[labels == label].mean(axis=0) for label in own])
        spread = [embeddings[labels == label] - means[k] for k, label in enumerate(own)]
        covariance = np.sum([np.cov(part.T) for part in spread], axis=0) / len(spread)
        covariance = covariance + np.eye(len(covariance)) * RIDGE * np.trace(covariance) / len(covariance)
        return cls(means, np.linalg.inv(covariance))

    def distance2(self, embeddings: NDArray[np.float32]) -> Floats:
        """Return the squared Mahalanobis distance to the nearest class."""
        off = embeddings.astype(np.float64)[:, None] - self.means[None]
        return np.asarray(np.einsum("nmd,de,nme->nm", off, self.precision, off).min(axis=1))

    def as_manifest(self) -> dict[str, Any]:
        return {"means": np.round(self.means, 6).tolist(), "precision": np.round(self.precision, 6).tolist()}
