"""Sends papers to the printers, one after the other. A printer that fails rests for a while, and nobody waits
for it: its papers do."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from station.acts.desk import Desk
from station.acts.printers import Printer
from station.printing import queue, receipt_printer
from station.printing.labels import Labels
from station.printing.papers import Paper, paper_of
from station.printing.sending import PrinterFailed, PrinterSilent
from station.receival.papers import print_jobs
from station.runtime.live import Coded
from station.store.errors import DiskFull, LedgerError
from station.store.tables import PrintJob

IDLE_S, QUEUE_S = 1.0, 5.0
SHORTEST_S, LONGEST_S = 2.0, 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Rest:
    """How a printer failed last, how often in a row, and until when (monotonic) it is not tried."""

    code: str
    params: Mapping[str, object]
    failures: int
    until: float


class PrintRoom:
    """Start with `running()`. Only its own thread sends."""

    def __init__(
        self, desk: Desk, clock: Callable[[], datetime], *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._desk, self._clock, self._monotonic = desk, clock, monotonic
        self._printers = {one.id: one for one in desk.printers}
        self._rests: dict[str, _Rest] = {}
        self._wake, self._stop = threading.Event(), threading.Event()
        self._looked = float("-inf")

    @contextmanager
    def running(self) -> Iterator[None]:
        forget = self._desk.ledger.on_commit(self._wake.set)
        print_jobs.take_up(self._desk)
        thread = threading.Thread(target=self._run, name="print-room", daemon=True)
        thread.start()
        try:
            yield
        finally:
            forget()
            self._stop.set()
            self._wake.set()
            thread.join(timeout=2)  # what is being sent asks after the next start

    def warnings(self) -> list[Coded]:
        """What a person should look at: printers that fail, grouped by how, and papers that are not out."""
        with self._desk.ledger.read() as tx:
            counts = print_jobs.open_counts(tx)
        by_code: dict[str, list[str]] = {}
        rests = dict(self._rests)
        for printer, rest in rests.items():
            by_code.setdefault(rest.code, []).append(printer)
        found: list[Coded] = [
            (code, {**rests[names[0]].params, "printers": names}) for code, names in by_code.items()
        ]
        waiting = sum(
            count for (state, name), count in counts.items() if state == "waiting" and name in rests
        )
        asking = sum(count for (state, _), count in counts.items() if state == print_jobs.ASKS)
        found += [("papers_wait", {"count": waiting})] if waiting else []
        return found + ([("papers_ask", {"count": asking})] if asking else [])

    def print_one(self) -> bool:
        """Send the oldest paper whose printer may be tried; False where there is none."""
        now = self._monotonic()
        resting = [name for name, rest in self._rests.items() if rest.until > now]
        job = print_jobs.claim(self._desk, resting, self._clock())
        if job is None:
            return False
        printer = self._printers[job.printer]
        with self._desk.ledger.read() as tx:
            paper = paper_of(tx, self._desk, job, self._desk.policy.language)
        try:
            self._send(printer, job, paper)
        except PrinterSilent as failed:
            self._note(job, print_jobs.ASKS, failed, unanswered=True)
        except PrinterFailed as failed:
            self._note(job, print_jobs.WAITING, failed)
            self._let_rest(printer, failed)
        else:
            self._rests.pop(printer.id, None)
        return True

    def follow_queues(self) -> None:
        """See what CUPS has printed; what it holds for too long is taken back from it, and asks."""
        with self._desk.ledger.read() as tx:
            jobs = print_jobs.queued(tx)
        for job in jobs:
            printer = self._printers.get(job.printer)
            try:
                if printer is None:
                    gone = PrinterFailed("printer_gone")
                    self._note(job, print_jobs.ASKS, gone, unanswered=True)
                elif not queue.is_waiting(printer, job.queue_number or ""):
                    print_jobs.note(self._desk, job.id, print_jobs.PRINTED, self._clock())
                elif print_jobs.is_late(job, printer, self._clock()):
                    queue.take_back(job.queue_number or "")
                    self._note(job, print_jobs.ASKS, PrinterFailed("queue_holds", queue=printer.target))
            except PrinterFailed as failed:
                log.warning("queue_not_read", printer=job.printer, code=failed.code)

    def _send(self, printer: Printer, job: PrintJob, paper: Paper | Labels) -> None:
        """Raises PrinterFailed, PrinterSilent."""
        if printer.kind == "escpos":
            receipt_printer.print_receipt(printer, paper.receipt())
            print_jobs.note(self._desk, job.id, print_jobs.PRINTED, self._clock())
            return
        number = queue.submit(printer, paper.title, paper.page(printer.paper))
        print_jobs.note(self._desk, job.id, print_jobs.QUEUED, self._clock(), queue_number=number)

    def _note(self, job: PrintJob, state: str, failed: PrinterFailed, *, unanswered: bool = False) -> None:
        log.warning("not_printed", printer=job.printer, code=failed.code, **failed.params)
        words = {"code": failed.code, "params": {**failed.params, "printers": [job.printer]}}
        print_jobs.note(self._desk, job.id, state, self._clock(), words, unanswered=unanswered)

    def _let_rest(self, printer: Printer, failed: PrinterFailed) -> None:
        before = self._rests.get(printer.id)
        failures = (before.failures if before else 0) + 1
        pause: float = min(LONGEST_S, SHORTEST_S * 2.0 ** min(failures - 1, 10))
        until = self._monotonic() + pause
        self._rests[printer.id] = _Rest(failed.code, failed.params, failures, until)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._turn()
            except DiskFull as error:  # no unknown error: papers wait, trucks go on
                log.error("print_room_waits", error=str(error))
                self._stop.wait(LONGEST_S)
            except LedgerError as error:
                if not (self._stop.is_set() or error.passing):
                    raise
                self._stop.wait(IDLE_S)

    def _turn(self) -> None:
        self._wake.clear()
        if self._monotonic() - self._looked >= QUEUE_S:
            self._looked = self._monotonic()
            self.follow_queues()
        if not self.print_one():
            self._wake.wait(IDLE_S)
