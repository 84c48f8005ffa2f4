"""Overnight the station tries what headquarters sent on its own day, before it runs, and votes on it.

It works in the first hours of a collecting day, a few seconds at a time, and not at all while a truck is on
the bridge. What is not tried by the end of these hours abstains. Photos are judged in a process of their own
at the lowest priority.
"""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog

from station.acts.desk import Desk
from station.acts.votes import to_vote_on, vote
from station.models import trying as models
from station.post.voting import NOT_IN_TIME, Tally
from station.receival.packs.pack_standing import pack_with
from station.receival.packs.trying import decisions_between, try_pack
from station.runtime.backtest import candidate_verdicts
from station.store.blobs import Blobs
from station.store.errors import DiskFull
from station.store.tables import DownDocument, ModelRelease
from station.vision.client import WorkerGone, WorkerSlow

QUIET = timedelta(hours=2)  # after a collecting day ended
STEP_S, EVERY_S = 2.0, 5.0
MOST_LOADS = 1000

log = structlog.get_logger(__name__)
Steps = Generator[None, None, None]


@dataclass(slots=True)
class Voting:
    """`step` is called often and by one thread; `stop` when it is called no more."""

    desk: Desk
    photos: Blobs
    bundles: Blobs
    clock: Callable[[], datetime]
    is_free: Callable[[], bool] = lambda: True
    ticks: Callable[[], float] = time.monotonic
    _going: Steps | None = field(default=None, init=False)
    _worked_s: float = field(default=0.0, init=False)

    def step(self) -> None:
        """Try for a few seconds; nothing while a truck is weighed, or outside the quiet hours."""
        at = self.clock()
        today = self.desk.policy.collecting_day(at)
        is_quiet = at < self.desk.policy.day_begins(today) + QUIET
        if self._going is None and is_quiet:
            self._going = self._votes(today - timedelta(days=1), at)
        began = self.ticks()
        try:
            while self._going is not None and self.ticks() - began < STEP_S:
                if is_quiet and not self.is_free():
                    break
                turned = self.ticks()
                next(self._going)
                self._worked_s += self.ticks() - turned
        except StopIteration:
            self._going = None
        except DiskFull as error:  # no unknown error: it is tried again
            log.error("vote_waits", error=str(error))
            self._going = None

    def stop(self) -> None:
        if self._going is not None:
            self._going.close()
            self._going = None

    def _votes(self, day: date, at: datetime) -> Steps:
        ends = self.desk.policy.day_spans(day)[1] + QUIET
        with self.desk.ledger.read() as tx:
            documents = to_vote_on(tx, day, at)
        for document in documents:
            tally, self._worked_s, cut_short = Tally(), 0.0, ""
            trial = (self._pack if document.kind == "rule_pack" else self._bundle)(document, day, tally)
            try:
                for _ in trial:
                    yield
                    if self.clock() >= ends:
                        cut_short = NOT_IN_TIME
                        break
            except (WorkerGone, WorkerSlow) as error:
                log.warning("vote_candidate_failed", model=document.sha256, error=str(error))
                tally.errors += 1
            finally:
                trial.close()
            row = vote(self.desk.ledger, document, day, tally, self._worked_s, self.clock(), cut_short)
            log.info("voted", number=row.number, verdict=row.verdict, loads=row.loads)
            yield

    def _pack(self, document: DownDocument, day: date, tally: Tally) -> Steps:
        with self.desk.ledger.read() as tx:
            pack = pack_with(tx, document.sha256)
            assert pack is not None  # it was installed
            decisions = decisions_between(tx, *self.desk.policy.day_spans(day), pack)[-MOST_LOADS:]
        for one in decisions:
            yield
            try:
                with self.desk.ledger.read() as tx:
                    found = try_pack(tx, one, pack)
            except (LookupError, ValueError) as error:
                log.warning("load_not_tried", decision=one, error=str(error))
                tally.errors += 1
                continue
            tally.loads += 1
            tally.regraded += found.regraded
            tally.moved_t += found.moved_t
            tally.refused_more += found.refused_more
            tally.refused_less += found.refused_less

    def _bundle(self, document: DownDocument, day: date, tally: Tally) -> Steps:
        """What it said in shadow counts; the captures from before it came are judged now."""
        with self.desk.ledger.read() as tx:
            release = tx.get_one(ModelRelease, document.sha256)
            cases = models.day_cases(tx, self.desk, release, *self.desk.policy.day_spans(day))
            said = models.told_already(tx, document.sha256, cases)
        done = {one.capture_id for one in said}
        left = [case for case in cases if case.capture_id not in done]
        if left:
            bundle = self.bundles.path(document.sha256)
            with closing(candidate_verdicts(bundle, left, self.photos)) as judging:
                for one in judging:
                    said.append(one)
                    yield
        tally.captures, tally.errors = len(said), len(cases) - len(said)
        tally.abstained, tally.disagreement = models.refused(said), models.disagreement(cases, said)
