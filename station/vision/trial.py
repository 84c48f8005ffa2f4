"""Try a bundle on this machine: its acceptance set and its cost, in a worker of its own.

The worker is the product's; it is bounded in time and memory, so that a model that hangs or grows costs
neither. What it takes is measured on a rendered photo of the kind that the manifest's `cost` speaks of.
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.grain.reasons import Code, Reason
from station.vision import acceptance
from station.vision.acceptance import AcceptanceResult
from station.vision.bundle import Bundle, BundleError, read_bundle
from station.vision.client import VisionWorker, WorkerGone, WorkerSlow
from station.vision.manifest import Cost
from station.vision.rendered import render_tray

START_S = 60.0
ANSWER_S = 30.0
KERNELS = 300
TIMED = 3  # photos judged; the middle one counts
SLOWER = 2.0  # times the declared seconds before it is worth a warning
LARGER = 1.25


@dataclass(frozen=True, slots=True)
class Trial:
    """Tells what came out; `seconds` of a photo of `kernels` kernels and the worker's largest `memory_mb` are
    measured, 0 where the acceptance set failed before. `warnings` do not fail a bundle."""

    name: str
    version: str
    task: str
    species: tuple[str, ...]
    sha256: str
    acceptance: AcceptanceResult
    seconds: float
    memory_mb: float
    kernels: int
    declared: Cost
    warnings: tuple[Reason, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "task": self.task,
            "species": list(self.species),
            "sha256": self.sha256,
            "passed": self.acceptance.passed,
            "reasons": [reason.as_dict() for reason in self.acceptance.reasons],
            "cases": [case.as_dict() for case in self.acceptance.cases],
            "cost": {
                "seconds": self.seconds,
                "memory_mb": self.memory_mb,
                "kernels": self.kernels,
                "declared": self.declared.model_dump(),
            },
            "warnings": [reason.as_dict() for reason in self.warnings],
        }


def try_out(path: Path, *, clock: Callable[[], float] = time.monotonic) -> Trial:
    """Read, verify and try a bundle file. Raises BundleError where it cannot be used at all."""
    bundle = read_bundle(path)
    worker = VisionWorker(path, start_timeout_s=START_S, answer_timeout_s=ANSWER_S, clock=clock)
    with closing(worker):
        try:
            worker.start()
            result = acceptance.run(bundle, worker.inspect, clock=clock)
            seconds, memory = _cost(worker) if result.passed else (0.0, 0.0)
        except (WorkerGone, WorkerSlow) as error:
            raise BundleError(f"{path}: {error}") from error
    return _trial(bundle, result, seconds, memory)


def _cost(worker: VisionWorker) -> tuple[float, float]:
    """Return the seconds of the middle photo inside the worker, and the most memory it ever held."""
    tray = render_tray(12, width=4000, height=3000, kernels=KERNELS, sheet="blue").jpeg
    taken = sorted(worker.inspect(tray).seconds["inspect"] for _ in range(TIMED))
    return round(taken[TIMED // 2], 3), round(worker.memory_mb("VmHWM"))


def _trial(bundle: Bundle, result: AcceptanceResult, seconds: float, memory: float) -> Trial:
    cost = bundle.manifest.cost
    warnings = []
    if result.passed and not any(case.got.accepted for case in result.cases):
        warnings.append(Reason(Code.ACCEPTS_NOTHING))
    if seconds > SLOWER * cost.seconds:
        warnings.append(Reason(Code.MODEL_SLOWER, {"seconds": seconds, "limit": cost.seconds}))
    if memory > LARGER * cost.memory_mb:
        warnings.append(Reason(Code.MODEL_LARGER, {"memory_mb": memory, "limit": cost.memory_mb}))
    return Trial(
        bundle.name,
        bundle.version,
        bundle.task,
        bundle.species,
        bundle.sha256,
        result,
        seconds,
        memory,
        KERNELS,
        cost,
        tuple(warnings),
    )
