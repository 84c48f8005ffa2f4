"""Train several nets in several processes, one thread each: repeatable, and cores do not wait for each other
at every small layer."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from training.data import VIEW, Items
from training.fit import Recipe, train
from training.net import KernelNet

SHARED: list["Job"] = []  # what the training processes inherit when they are forked


@dataclass(frozen=True)
class Job:
    """Describes one net to train: what it may see, how, and by which seed; `what` is told when it is done."""

    what: str
    parts: Mapping[str, Items]
    recipe: Recipe
    seed: int


def train_all(jobs: Sequence[Job], processes: int, say: Callable[[str], None]) -> list[KernelNet]:
    """Train a net per job, in order."""
    SHARED[:] = jobs
    nets = []
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        for job, state in zip(jobs, pool.map(_train_one, range(len(jobs))), strict=True):
            net = KernelNet(job.recipe.classes, VIEW)
            net.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
            nets.append(net.eval())
            say(job.what)
    return nets


def _train_one(number: int) -> dict[str, NDArray[Any]]:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    job = SHARED[number]
    net = train(job.parts, job.recipe, job.seed)
    return {name: np.asarray(value) for name, value in net.state_dict().items()}
