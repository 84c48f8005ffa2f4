"""A task says what one bundle is made from, and how its nets are judged: by photos that a net never saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.calibrate import Known
from training.data import Items, join
from training.fit import Recipe, answer
from training.jobs import Job
from training.net import KernelNet


@dataclass(frozen=True)
class Task:
    """Holds `parts` by name; those in `folds` have a fold per item and are held out by it, the others are
    seen by every net. Kernels of the `scored` parts make the figures; `strange` is a part of other grains.

    The nets learn all `classes`; the bundle tells only the `shipped` ones (labels) apart: the logits of the
    others are left out, and their kernels are called what they resemble most."""

    name: str
    version: str
    species: str
    classes: tuple[str, ...]
    foreign: int
    parts: Mapping[str, Items]
    folds: Mapping[str, NDArray[np.int64]]
    scored: tuple[str, ...]
    strange: str
    recipe: Recipe
    elongation: tuple[float, float]
    shipped: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the shipped classes."""
        return tuple(self.classes[label] for label in self.shipped)

    @property
    def numbers(self) -> range:
        return range(1 + max(int(fold.max()) for fold in self.folds.values()))

    @property
    def own(self) -> list[int]:
        """Return the labels of the crop itself."""
        return [label for label in range(len(self.classes)) if label != self.foreign]

    def jobs(self, seed: int) -> list[Job]:
        """Return a job per fold for a net that leaves the fold out, then one for the net that ships."""
        return [
            Job(f"{self.name} {self.version}: net {n + 1}", self.without(number), self.recipe, seed + n)
            for n, number in enumerate([*self.numbers, None])
        ]

    def without(self, number: int | None) -> dict[str, Items]:
        """Return all parts but what fold `number` holds out."""
        return {
            name: items.take(self.folds[name] != number) if name in self.folds else items
            for name, items in self.parts.items()
            if self.recipe.shares.get(name)
        }

    def known(self, net: KernelNet, number: int | None) -> Known:
        """Describe what the crop looks like to a net, by all its kernels that the net saw: photos of one
        phone alone would make every other phone's strange."""
        seen = join(list(self.without(number).values()))
        ours = seen.take(np.isin(seen.labels, self.own))
        return Known.of(answer(net, ours), ours.labels, self.own)


@dataclass(frozen=True)
class HeldOut:
    """Holds the held-out answers of one part: raw `logits`, squared distance to the known crop, and the
    fold."""

    items: Items
    logits: NDArray[np.float32]
    distance2: NDArray[np.float64]
    fold: NDArray[np.int64]


def hold_out(task: Task, nets: Sequence[KernelNet]) -> dict[str, HeldOut]:
    """Let every kernel of the folded parts be answered by the net that never saw its photo."""
    found = {}
    known = [task.known(net, number) for number, net in enumerate(nets[:-1])]
    for name, fold in task.folds.items():
        items = task.parts[name]
        logits, distance2 = np.zeros((len(items), len(task.classes)), np.float32), np.zeros(len(items))
        for number, net in enumerate(nets[:-1]):
            ours = fold == number
            if ours.any():
                answers = answer(net, items.take(ours))
                logits[ours] = answers.logits
                distance2[ours] = known[number].distance2(answers.embeddings)
        found[name] = HeldOut(items, logits, distance2, fold)
    return found


def together(held: Sequence[HeldOut]) -> HeldOut:
    """Join several parts to one."""
    return HeldOut(
        join([one.items for one in held]),
        np.concatenate([one.logits for one in held]),
        np.concatenate([one.distance2 for one in held]),
        np.concatenate([one.fold for one in held]),
    )
