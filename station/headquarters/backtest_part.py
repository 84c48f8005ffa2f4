"""One part of a backtest: some captures, judged one after another, each stored as soon as it is known.

Whoever takes a part up after a worker was killed goes on at the first capture that has no answer. A capture
that ends its worker again and again is left out with that reason, and the others are judged.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, MetaData, select, update
from sqlalchemy.engine import RowMapping

from station.grain.combining import combine
from station.headquarters import backtests
from station.headquarters.backtest_report import report
from station.hub.backtest_tables import BUNDLES, CAPTURES, PARTS
from station.hub.photo_store import PhotoStore, PhotoStoreFault
from station.hub.tables import STATION
from station.models.agreement import Verdict
from station.models.verdicts import verdict_of, verdict_of_inspection
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow, worker_command
from station.vision.cores import AT_MOST

JUDGED, PHOTO_GONE, PHOTO_DAMAGED = "judged", "photo_gone", "photo_damaged"
PHOTO_UNREADABLE, WORKER_FAILED, WORKER_KILLED = "photo_unreadable", "worker_failed", "worker_killed"
STORED, NO_RELEASE, NO_BUNDLE = "stored", "no_release", "no_bundle"
START_S, PHOTO_S = 120.0, 60.0  # at the lowest priority, on a machine that has other work
TRIES = 2  # of a capture, each in a fresh worker
IN_A_ROW = 5  # captures that the candidate's worker fails on before it does not run at all
MOST_ATTEMPTS = 3  # of a part without a capture more: the first one is what kills its worker
MOST_FAULTS = 15  # of the photo store, with growing pauses between
ONE_CORE = (
    f"{AT_MOST}=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "OPENCV_FOR_THREADS_NUM=1",
)  # fmt: skip

log = structlog.get_logger(__name__)


def one_core(bundle: Path) -> list[str]:
    """Return the command of a vision worker at the lowest priority that takes one core, whatever there is."""
    return ["env", *ONE_CORE, "nice", "-n", "19", *worker_command(bundle)]


class Stopping(Exception):
    """The worker was told to stop: another takes the part up."""


class CandidateBroken(Exception):
    """The candidate does not run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker judges with."""

    engine: Engine
    tables: MetaData
    store: PhotoStore
    clock: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    command: Callable[[Path], Sequence[str]] = one_core


def judge_part(bench: Bench, number: int, part: int) -> None:
    """Judge what has no answer yet, and end the backtest where nothing is left. Raises Stopping, and
    PhotoStoreFault where the store is away and is to be asked again."""
    with bench.engine.begin() as connection:
        row = backtests.find(connection, bench.tables, number)
        if row["state"] != backtests.RUNNING:
            return
        left = _claim(connection, bench, number, part)
    try:
        if left:
            _judge_each(bench, row, left)
    except CandidateBroken as broken:
        _end(bench, number, backtests.FAILED, "candidate_broken", str(broken))
        return
    except Stopping:
        _set_part(bench, number, part, attempts=0)
        raise
    except PhotoStoreFault as fault:
        _note_fault(bench, number, part, fault)
        raise
    with bench.engine.connect() as connection:
        if backtests.find(connection, bench.tables, number)["state"] != backtests.RUNNING:
            return
    _set_part(bench, number, part, ended_at=bench.clock(), why="")
    with bench.engine.begin() as connection:
        if not backtests.parts_left(connection, bench.tables, number):
            told = report(_answers(connection, bench.tables, number))
            backtests.end(
                connection, bench.tables, number, backtests.DONE, bench.clock(), report=list(told)
            )  # fmt: skip


def _claim(connection: Connection, bench: Bench, number: int, part: int) -> Sequence[RowMapping]:
    """Return the captures without an answer. One that killed its worker at every attempt gets that answer."""
    parts, captures = bench.tables.tables[PARTS], bench.tables.tables[CAPTURES]
    mine = (parts.c.backtest == number) & (parts.c.part == part)
    attempts = connection.execute(select(parts.c.attempts).where(mine).with_for_update()).scalar_one()
    query = select(captures).where(
        captures.c.backtest == number, captures.c.part == part, captures.c.state == ""
    )
    left = connection.execute(query.order_by(captures.c.place)).mappings().all()
    if left and attempts >= MOST_ATTEMPTS:
        log.warning("capture_kills_workers", station=left[0]["station"], capture=left[0]["capture"])
        _record(connection, bench.tables, left[0], state=WORKER_KILLED, active_state=WORKER_KILLED)
        left, attempts = left[1:], 0
    connection.execute(update(parts).where(mine).values(attempts=attempts + 1))
    return left


def _judge_each(bench: Bench, row: RowMapping, left: Sequence[RowMapping]) -> None:
    failures = 0
    with _judges(bench) as judges:
        for capture in left:
            if bench.stop.is_set():
                raise Stopping
            with bench.engine.connect() as connection:
                if backtests.find(connection, bench.tables, row["id"])["state"] != backtests.RUNNING:
                    return
                stored = _stored(connection, bench.tables, capture)
            photos = _photos(bench.store, capture["photos"])
            answer = judges.answer(row["sha256"], capture, photos, is_candidate=True)
            failures = failures + 1 if answer[0] == WORKER_FAILED else 0
            if failures >= IN_A_ROW:
                raise CandidateBroken(answer[2])
            beside = (STORED, stored, "") if stored else judges.beside(row, capture, photos, answer)
            with bench.engine.begin() as connection:
                _record(
                    connection, bench.tables, capture, state=answer[0], candidate=_told(answer[1]),
                    active_state=beside[0], active=_told(beside[1]),
                )  # fmt: skip


Photos = Sequence[bytes] | str  # or why they cannot be judged
Answer = tuple[str, Verdict | None, str]  # its state, the verdict, what went wrong


def _photos(store: PhotoStore, hashes: Sequence[str]) -> Photos:
    """Raises PhotoStoreFault where the store is away."""
    found = []
    for sha256 in hashes:
        try:
            data = store.read(sha256)
        except PhotoStoreFault as fault:
            if fault.reason == "not_found":
                return PHOTO_GONE
            raise
        if hashlib.sha256(data).hexdigest() != sha256:
            return PHOTO_DAMAGED
        found.append(data)
    return found


class _Judges:
    """Vision workers, one a bundle, started when they are asked first."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self._bench, self._folder = bench, folder
        self._workers: dict[str, VisionWorker | str] = {}

    def answer(self, sha256: str, capture: RowMapping, photos: Photos, *, is_candidate: bool) -> Answer:
        """Raises CandidateBroken where the candidate's worker does not even start."""
        if isinstance(photos, str):
            return photos, None, ""
        why = ""
        for _ in range(TRIES):
            worker = self._worker(sha256)
            if isinstance(worker, str):
                if is_candidate:
                    raise CandidateBroken(worker)
                return NO_BUNDLE, None, worker
            try:
                seen = combine([worker.inspect(photo, capture["species"]) for photo in photos])
            except WorkerRefused as error:
                return PHOTO_UNREADABLE, None, str(error)
            except (WorkerGone, WorkerSlow) as error:
                why = str(error)
                log.warning("worker_failed", capture=capture["capture"], sha256=sha256[:12], error=why)
                self._end(sha256)
            else:
                return JUDGED, verdict_of_inspection(capture["capture"], capture["at"], seen), ""
        return WORKER_FAILED, None, why

    def beside(self, row: RowMapping, capture: RowMapping, photos: Photos, answer: Answer) -> Answer:
        """Return what the release that is active at the silo says."""
        sha256 = capture["active_sha256"]
        if not sha256:
            return NO_RELEASE, None, ""
        if sha256 == row["sha256"]:
            return answer
        return self.answer(sha256, capture, photos, is_candidate=False)

    def close(self) -> None:
        for worker in self._workers.values():
            if isinstance(worker, VisionWorker):
                worker.close()

    def _end(self, sha256: str) -> None:
        worker = self._workers.pop(sha256)
        if isinstance(worker, VisionWorker):
            worker.close()

    def _worker(self, sha256: str) -> VisionWorker | str:
        """Return the bundle's worker, or why it does not run."""
        if sha256 not in self._workers:
            self._workers[sha256] = self._started(sha256)
        return self._workers[sha256]

    def _started(self, sha256: str) -> VisionWorker | str:
        file = self._folder / sha256
        if not file.exists():
            bundles = self._bench.tables.tables[BUNDLES]
            with self._bench.engine.connect() as connection:
                body = connection.execute(select(bundles.c.body).where(bundles.c.sha256 == sha256)).scalar()
            if body is None:
                return "its bundle is not here"
            file.write_bytes(body)
        worker = VisionWorker(file, START_S, PHOTO_S, self._bench.command(file))
        try:
            worker.start_as(sha256)
        except (WorkerGone, WorkerSlow) as error:
            worker.close()
            return str(error)
        return worker


@contextmanager
def _judges(bench: Bench) -> Iterator[_Judges]:
    with TemporaryDirectory(prefix="silo-backtest-") as folder:
        judges = _Judges(bench, Path(folder))
        try:
            yield judges
        finally:
            judges.close()


def _stored(connection: Connection, tables: MetaData, capture: RowMapping) -> Verdict | None:
    """Return what the release that is active now said of a capture at its silo, if it did."""
    said = tables.tables["inspection"]
    columns = (said.c.accepted, said.c.result)
    query = select(*columns).where(
        said.c[STATION] == capture["station"], said.c.capture_id == capture["capture"],
        said.c.sha256 == capture["active_sha256"], said.c.source == "station",
    )  # fmt: skip
    row = connection.execute(query.order_by(said.c.seq).limit(1)).first()
    if row is None or not capture["active_sha256"]:
        return None
    accepted, result = row
    told = [(result or {}).get(name) for name in ("kernels", "classes", "numbers", "embedding", "mass")]
    return verdict_of(capture["capture"], capture["at"], accepted, *told)


def _told(verdict: Verdict | None) -> dict[str, Any] | None:
    """Return what a report needs of a verdict, as JSON."""
    if verdict is None:
        return None
    return {
        "accepted": verdict.accepted, "kernels": verdict.kernels, "classes": verdict.classes,
        "numbers": verdict.numbers, "embedding": verdict.embedding, "mass": verdict.mass,
    }  # fmt: skip


def _record(connection: Connection, tables: MetaData, capture: RowMapping, **values: Any) -> None:
    """Store an answer, where there is none yet."""
    captures, parts = tables.tables[CAPTURES], tables.tables[PARTS]
    number, part = capture["backtest"], capture["part"]
    mine = (captures.c.backtest == number) & (captures.c.place == capture["place"])
    connection.execute(update(captures).where(mine, captures.c.state == "").values(values))
    of_part = (parts.c.backtest == number) & (parts.c.part == part)
    connection.execute(update(parts).where(of_part).values(attempts=1, faults=0, why=""))


def _answers(connection: Connection, tables: MetaData, number: int) -> Iterator[Mapping[str, Any]]:
    captures = tables.tables[CAPTURES]
    query = select(captures).where(captures.c.backtest == number).order_by(captures.c.place)
    for row in connection.execute(query, execution_options={"yield_per": 500}).mappings():
        yield dict(row)


def _note_fault(bench: Bench, number: int, part: int, fault: PhotoStoreFault) -> None:
    """The store's fault is no photo's: it is asked again with growing pauses, and at last told."""
    parts = bench.tables.tables[PARTS]
    mine = (parts.c.backtest == number) & (parts.c.part == part)
    with bench.engine.begin() as connection:
        values = {"faults": parts.c.faults + 1, "attempts": 0, "why": str(fault)[:500]}
        connection.execute(update(parts).where(mine).values(values))
        faults = connection.execute(select(parts.c.faults).where(mine)).scalar_one()
    if faults >= MOST_FAULTS:
        _end(bench, number, backtests.FAILED, "photo_store", str(fault))


def _set_part(bench: Bench, number: int, part: int, **values: Any) -> None:
    parts = bench.tables.tables[PARTS]
    with bench.engine.begin() as connection:
        connection.execute(
            update(parts).where(parts.c.backtest == number, parts.c.part == part).values(values)
        )


def _end(bench: Bench, number: int, state: str, code: str, why: str) -> None:
    log.warning("backtest_ended", backtest=number, state=state, code=code, why=why)
    with bench.engine.begin() as connection:
        backtests.end(connection, bench.tables, number, state, bench.clock(), code, why)
