"""Keeps the second disk up to date beside the trucks, and never in their way."""

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from station.backup.bags import BagMirror
from station.backup.disk import Disk, Proof
from station.backup.mirror import copy_missing, folders_in, missing_in
from station.backup.page import page_of
from station.backup.proving import prove
from station.backup.standing import Standing, keep_standing, standing_of
from station.backup.station_files import Box, box_of
from station.backup.writing import Order, check_epoch, make_backup, telling
from station.site.file import Backup, SiteSettings
from station.store import audit, forgotten, queries
from station.store.durable import sync
from station.store.engine import Ledger
from station.store.errors import (
    BackupBusy,
    BackupMissing,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFault,
    TakenOver,
)
from ui.words.i18n import translator

PAGES = 250  # of the ledger, 1 MB, between two rests
REST_S = 0.004
SYNC_EVERY = 16  # rests: so much waits for the second disk at most, and never for the ledger's
DUE = 0.75  # of the time between two backups: from then on one begins once the bridge is free
OLD = 2.0  # times that time: then every screen says so
QUIET = timedelta(minutes=10)  # without an event: a proof may begin
LONGEST_WAIT = timedelta(hours=12)  # for such a time
PROOF_OLD = timedelta(days=3)
AGAIN_AFTER = timedelta(minutes=5)  # a backup or a proof that failed
PRUNE_EVERY = timedelta(hours=6)
START_WAIT_S = 5.0  # a share that does not answer holds no start up
SCRATCH = Path("/var/tmp")  # a disk's, where the system keeps one

log = structlog.get_logger(__name__)
Warnings = list[tuple[str, dict[str, Any]]]


class Keeper:
    """`step` is called every few seconds, by one thread; `warnings` and `standing` by any."""

    def __init__(
        self,
        ledger: Ledger,
        box: Box,
        rules: Backup,
        page: str,
        clock: Callable[[], datetime],
        is_bridge_free: Callable[[], bool],
    ) -> None:
        self._ledger = ledger
        self._box = box
        self._rules = rules
        self._page = page  # for whoever takes over
        self._clock = clock
        self._is_bridge_free = is_bridge_free
        self._give_way: Callable[[], None] = lambda: None
        self._disk = Disk(rules.folder)
        self._stop = threading.Event()
        self._bags = BagMirror(ledger, rules.folder)
        self._pruned_at: datetime | None = None
        self._seen: dict[Path, int] = {}
        self._problem: LedgerError | None = None
        self._failed_proof: Proof | None = None
        self._not_before: datetime | None = None
        self._rests = 0
        self.standing = standing_of(box.data)

    def when_taken_over(self, act: Callable[[], None]) -> None:
        """Calls `act` once another box's later epoch is found on the disk."""
        self._give_way = act

    def stop(self) -> None:
        """Ends what is being copied at its next rest."""
        self._stop.set()

    def step(self) -> None:
        """Copies new photos and bags; makes a backup or a proof where one is due."""
        now = self._clock()
        try:
            with telling(self._disk.folder):
                self._look(now)
                self._follow()
                self._follow_bags(now)
                is_waiting = self._not_before is not None and now < self._not_before
                if not is_waiting:
                    self._do_what_is_due(now)
            if not is_waiting or isinstance(self._problem, BackupMissing):
                self._problem = None
        except TakenOver as error:
            self._end(error)
        except LedgerDamaged:
            raise
        except (LedgerBusy, BackupBusy):
            return  # it stops, or somebody else copies
        except LedgerError as error:
            self._note_problem(error, now)

    def warnings(self, now: datetime) -> Warnings:
        """What every screen says of the second disk."""
        found: Warnings = []
        standing, problem = self.standing, self._problem
        if isinstance(problem, BackupMissing):
            since = {"folder": str(self._disk.folder), "age_s": _age_s(standing.away_since, now)}
            found.append(("second_disk_away", since))
        elif problem is not None:
            told = {"file": str(self._disk.folder), "error": problem.code.value, **problem.params}
            found.append((_SAID_AS.get(problem.code, "second_disk_fails"), told))
        if standing.made_at is None:
            found.append(("backup_never", {}))
        elif self._is_old(now):
            found.append(("backup_old", {"age_s": _age_s(standing.made_at, now)}))
        if self._failed_proof is not None:
            found.append(("backup_not_proved", {}))
            found += [(one["code"], one["params"]) for one in self._failed_proof.found]
        elif standing.proved_at is not None and now - standing.proved_at > PROOF_OLD:
            found.append(("proof_old", {"age_s": _age_s(standing.proved_at, now)}))
        return found

    # --- one step ---------------------------------------------------------------------------------------
    def _look(self, now: datetime) -> None:
        """Takes from the disk what it says, which a command may have written."""
        if not self._disk.is_begun:
            raise BackupMissing(LedgerFault.BACKUP_MISSING, folder=str(self._disk.folder))
        check_epoch(self._disk, self.standing.epoch, self._box.name, now)
        newest, proof = self._disk.manifest().copies[0], self._disk.proof()
        is_good = proof is not None and not proof.found
        self._failed_proof = None if is_good else proof
        self._note(
            made_at=newest.made_at,
            events=newest.events,
            proved_at=proof.at if proof is not None and is_good else self.standing.proved_at,
            away_since=None,
        )

    def _follow(self) -> None:
        """A photo is on the second disk some seconds after it came."""
        photos = self._box.data / "photos"
        for folder in folders_in(photos):
            changed = folder.stat().st_mtime_ns
            if self._seen.get(folder) != changed:
                target = self._disk.folder / folder.relative_to(self._box.data)
                for found in missing_in(folder, target):
                    copy_missing(found, self._rest)
                self._seen[folder] = changed

    def _follow_bags(self, now: datetime) -> None:
        self._bags.follow(self._rest)
        if self._pruned_at is None or not timedelta() <= now - self._pruned_at < PRUNE_EVERY:
            self._pruned_at = now
            self._bags.prune(now)

    def _do_what_is_due(self, now: datetime) -> None:
        if self._is_backup_due(now):
            make_backup(self._disk, self._order(), now, self._rest)
            self._look(now)
            log.info("backup_made", folder=str(self._disk.folder))
        elif self._is_proof_due(now):
            self._prove(now)

    def _is_backup_due(self, now: datetime) -> bool:
        standing = self.standing
        if standing.made_at is None or not self._has_news():
            return False
        if self._has_forgotten():
            return True  # the copies that are there still name whom
        age, every = now - standing.made_at, timedelta(minutes=self._rules.every_min)
        is_ahead = age < timedelta(0)  # made by another clock, or before this one was set back
        return is_ahead or age >= every or (age >= DUE * every and self._is_bridge_free())

    def _is_proof_due(self, now: datetime) -> bool:
        """Each day after the hour, once nothing has come for a while; after half a day all the same."""
        zone = ZoneInfo(self._box.settings.site.timezone)
        hour = datetime.combine(now.astimezone(zone).date(), self._rules.prove_at, zone)
        if hour > now:
            hour -= timedelta(days=1)
        last = self._disk.proof()
        if last is not None and hour <= last.at <= now:
            return False
        if now - hour >= LONGEST_WAIT:
            return True
        with self._ledger.read() as tx:
            last_event = queries.last_event_at(tx)
        is_quiet = last_event is None or now - last_event >= QUIET
        return is_quiet and self._is_bridge_free()

    def _prove(self, now: datetime) -> None:
        base = SCRATCH if os.access(SCRATCH, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="silo-proof-", dir=base) as scratch:
            prove(self._disk, Path(scratch), now, self._rest, repair=True)
        self._look(now)

    # --- its means --------------------------------------------------------------------------------------
    def _order(self) -> Order:
        return Order(self._box, self._copy, self.standing.epoch, self._rules.keep, self._page)

    def _copy(self, part: Path) -> None:
        """Writes the ledger step by step to the second disk, which is never far behind what is written."""
        self._ledger.copy_to(part, lambda: self._rested(part), pages=PAGES)

    def _rested(self, part: Path) -> bool:
        """Rests between two steps; true when the copying shall stop."""
        self._rests += 1
        if self._rests % SYNC_EVERY == 0:
            sync(part)
        return self._stop.wait(REST_S)

    def _rest(self) -> None:
        if self._stop.wait(REST_S):
            raise LedgerBusy(LedgerFault.BUSY, file=str(self._disk.folder))

    def _has_news(self) -> bool:
        with self._ledger.read() as tx:
            return audit.last_seq(tx) > self.standing.events

    def _has_forgotten(self) -> bool:
        with self._ledger.read() as tx:
            return forgotten.last(tx) > self.standing.events

    def _is_old(self, now: datetime) -> bool:
        made_at = self.standing.made_at
        every = timedelta(minutes=self._rules.every_min)
        return made_at is not None and now - made_at > OLD * every and self._has_news()

    # --- what it remembers ------------------------------------------------------------------------------
    def _note(self, **values: Any) -> None:
        new = self.standing.model_copy(update=values)
        if new != self.standing:
            self.standing = new
            with suppress(OSError):  # a full disk, which is said already
                keep_standing(self._box.data, new)

    def _note_problem(self, error: LedgerError, now: datetime) -> None:
        if self._problem is None or self._problem.code != error.code:
            log.warning("second_disk_problem", code=error.code.value, **error.params)
        self._problem = error
        self._seen.clear()
        self._bags.forget()
        if isinstance(error, BackupMissing):
            self._note(away_since=self.standing.away_since or now)
        else:
            self._not_before = now + AGAIN_AFTER

    def _end(self, error: TakenOver) -> None:
        log.critical("taken_over", **error.params)
        self._note(later=self._disk.epoch())
        self._give_way()


_SAID_AS = {
    LedgerFault.NO_ROOM: "second_disk_small",
    LedgerFault.DISK_FULL: "second_disk_full",
    LedgerFault.BACKUP_LATER: "backup_later",
}


def keeper_of(
    ledger: Ledger, config: Path, settings: SiteSettings, clock: Callable[[], datetime],
    is_bridge_free: Callable[[], bool],
) -> Keeper | None:  # fmt: skip
    """The keeper of the site's second disk; None where the site file names none."""
    if settings.backup is None:
        return None
    words = translator(settings.site.language)
    page = page_of(settings, str(config.absolute()), words).text
    return Keeper(ledger, box_of(config, settings), settings.backup, page, clock, is_bridge_free)


def find_taken_over(box: Box, folder: Path | None, now: datetime) -> Standing:
    """What the box knows at its start, after a look at the second disk, for which nobody waits long."""
    standing = standing_of(box.data)
    if standing.later is not None or folder is None:
        return standing
    found: list[Standing] = []
    look = threading.Thread(
        target=lambda: found.append(_look_once(box, Disk(folder), standing, now)), daemon=True
    )
    look.start()
    look.join(START_WAIT_S)
    return found[0] if found else standing


def _look_once(box: Box, disk: Disk, standing: Standing, now: datetime) -> Standing:
    try:
        with telling(disk.folder):
            if disk.is_begun:
                check_epoch(disk, standing.epoch, box.name, now)
    except TakenOver:
        standing = standing.model_copy(update={"later": disk.epoch()})
        with suppress(OSError):  # a new box has no data folder yet
            keep_standing(box.data, standing)
    except LedgerError as error:
        log.warning("second_disk_problem", code=error.code.value, **error.params)
    return standing


def _age_s(since: datetime | None, now: datetime) -> float | None:
    return (now - since).total_seconds() if since else None
