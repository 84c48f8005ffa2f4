"""Runs a candidate's bundle over stored captures, in a worker of its own at the lowest priority."""

from collections.abc import Generator, Sequence
from pathlib import Path

import structlog

from station.grain.combining import combine
from station.models.agreement import Verdict
from station.models.backtest import BacktestCase
from station.models.verdicts import verdict_of_inspection
from station.runtime.shadows import START_S, lowest_priority
from station.store.blobs import BlobFault, Blobs
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow

PHOTO_S = 30.0
RESTARTS = 3  # after so many failures in a row the candidate does not run here

log = structlog.get_logger(__name__)


def candidate_verdicts(
    bundle: Path, cases: Sequence[BacktestCase], photos: Blobs
) -> Generator[Verdict, None, None]:
    """Yields what the bundle says of each capture, one at a time; a capture that its worker fails on, or
    whose photo is gone or damaged, is left out. Raises WorkerGone or WorkerSlow where it does not run at
    all."""
    worker = VisionWorker(bundle, START_S, PHOTO_S, lowest_priority(bundle))
    failures = 0
    try:
        worker.start()
        for case in cases:
            try:
                seen = combine([worker.inspect(photos.whole(one), case.species) for one in case.photos])
            except (WorkerRefused, BlobFault) as error:
                log.warning("photo_not_readable", capture=case.capture_id, error=str(error))
                continue
            except (WorkerGone, WorkerSlow) as error:
                log.warning("candidate_failed", capture=case.capture_id, error=str(error))
                failures += 1
                if failures >= RESTARTS:
                    raise
                worker = worker.replace()
                continue
            failures = 0
            yield verdict_of_inspection(case.capture_id, case.at, seen)
    finally:
        worker.close()
