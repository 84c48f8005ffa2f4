"""Make the shipped bundles in `station/vision/bundles` and their reports, reproducibly.

`python -m training.train --photos ../shared/photos` from the repository root, in the
environment of `requirements.lock`. See README.md in this folder.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2

from training import rice, wheat
from training.contact import contact_sheet
from training.declared import declared
from training.elsewhere import measured_elsewhere, summed
from training.export import Shipped, pack
from training.jobs import train_all
from training.judge import judge, manifest_of
from training.net import KernelNet
from training.report import write_report
from training.task import Task
from training.trays import acceptance_set

CROPS = (wheat, rice)
BUNDLES = Path(__file__).resolve().parents[1] / "station" / "vision" / "bundles"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/photos"))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worst", type=Path, default=Path("/tmp"), help="folder for the contact sheets")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    say = Told(time.monotonic())
    tasks = [module.load(options.photos) for module in CROPS]
    for task in tasks:
        say(f"{task.name}: " + ", ".join(f"{len(items)} {name}" for name, items in task.parts.items()))
    jobs = [task.jobs(options.seed) for task in tasks]
    nets = iter(train_all([job for some in jobs for job in some], options.processes, say))
    for module, task, some in zip(CROPS, tasks, jobs, strict=True):
        say(ship(module, task, [next(nets) for _ in some], options))
    return 0


class Told:
    """Says on standard error what is done, with the seconds since the start."""

    def __init__(self, started: float) -> None:
        self.started = started

    def __call__(self, text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - self.started:6.0f} s  {text}\n")


def ship(module: ModuleType, task: Task, nets: Sequence[KernelNet], options: argparse.Namespace) -> str:
    """Judge the held-out answers, pack the last net and write the report beside the bundle."""
    verdict = judge(task, nets)
    acceptance, photos = acceptance_set(task.species)
    manifest = {**declared(manifest_of(task, verdict, options.seed), task.species), "acceptance": acceptance}
    packed = pack(
        Shipped(nets[-1], task.shipped, verdict.scaling.offset), manifest, photos, task.parts[task.scored[0]]
    )
    path = BUNDLES / f"{task.name}-{task.version}.bundle"
    path.write_bytes(packed)
    verdict = replace(verdict, elsewhere=measured_elsewhere(packed))
    found = {
        **verdict.figures,
        "elsewhere": summed(verdict.elsewhere or {}),
        **module.extra(task, nets, verdict, options.photos),
    }
    write_report(path, manifest, found, module.lines(found))
    sheet = options.worst / f"{path.stem}-worst.png"
    contact_sheet(sheet, verdict.logits, verdict.items, task.names)
    return f"{path.stem}: {len(packed)} bytes packed; the worst kernels: {sheet}"


if __name__ == "__main__":
    sys.exit(main())
