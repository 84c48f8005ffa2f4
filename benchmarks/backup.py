"""A backup under load: how much later proposals come meanwhile, and how long a restore takes."""

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.copies import make_campaign
from benchmarks.ledger import SITE_FILE, START, Day
from benchmarks.machine import percentile, summary
from benchmarks.screens import REAL, TIMES
from drivers.reading import Analyte
from station.backup.disk import Disk, Manifest
from station.backup.keeper import Keeper
from station.backup.proving import prove
from station.backup.station_files import Box
from station.backup.taking_over import TakeOver, take_over
from station.backup.writing import make_backup
from station.jobs import Job, scheduled
from station.site.file import Backup
from station.site.read import load_settings
from station.store import audit
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.tables import AuditEvent

ROUNDS = 3
MEASURED = 60  # loads of a round
BETWEEN_S = 0.05  # loads: far more than a silo receives, and some rest for the processor
NO_FILE = "proof_file_missing"  # the photos that the campaign's loads name are not there
PHOTOS, PHOTO_BYTES = 40, 2_500_000
PLATE = 1_000_000  # numbers of the loads that are measured begin after those of the campaign


def backup(real: int = REAL, times: int = TIMES, measured: int = MEASURED) -> dict[str, Any]:
    """In turn without and with a backup that runs, in one process; then proof and restore of the last one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "disk").mkdir()
        day = make_campaign(folder / "data", real, times)
        ledger, disk = day.desk.ledger, Disk(folder / "disk")
        _store_photos(folder / "data")
        day.number += PLATE
        keeper = _keeper(day, disk)
        with closing(ledger):
            found = _under_load(day, keeper, disk, measured)
            found["ledger_mb"] = round(ledger.file.stat().st_size / 1e6)
        return {"loads": real * times, "photos": PHOTOS, **found, **_restored(disk, folder)}


def _store_photos(data: Path) -> None:
    blobs = Blobs(data / "photos")
    for number in range(PHOTOS):
        blobs.put(number.to_bytes(4, "big") * (PHOTO_BYTES // 4))


def _keeper(day: Day, disk: Disk) -> Keeper:
    settings = load_settings(SITE_FILE)
    box = Box("bench", SITE_FILE, settings, day.desk.ledger.folder)
    rules = Backup(folder=disk.folder)
    return Keeper(day.desk.ledger, box, rules, "page", day.clock, lambda: True)


def _under_load(day: Day, keeper: Keeper, disk: Disk, loads: int) -> dict[str, Any]:
    """Beside the loads of every other round backups run, one after the other."""
    without, beside = [], []
    took_s: list[float] = []
    for _ in range(ROUNDS):
        without += _proposals(day, loads)
        is_over = threading.Event()
        with scheduled(
            {"backup": Job(_backups(keeper, disk, day, is_over, took_s), 3600.0, 0.0, quiet=True)}
        ):
            beside += _proposals(day, loads)
            is_over.set()
    ratio = percentile(beside, 0.95) / percentile(without, 0.95)
    return {
        "propose_ms": summary(without),
        "propose_beside_backups_ms": summary(beside),
        "ratio_p95": round(ratio, 2),
        "bar_ratio_p95": 1.2,
        "backups": len(took_s),
        "backup_s": round(max(took_s), 1),
    }


def _backups(
    keeper: Keeper, disk: Disk, day: Day, is_over: threading.Event, took_s: list[float]
) -> Callable[[], None]:
    def job() -> None:
        while not is_over.is_set():
            begin = time.monotonic()
            make_backup(disk, replace(keeper._order(), begin=True), day.now, keeper._rest)
            took_s.append(time.monotonic() - begin)

    return job


def _proposals(day: Day, loads: int) -> list[float]:
    """Milliseconds from the last value of a load to its committed proposal, load after load."""
    found: list[float] = []
    for _ in range(loads):
        visit = day.arrive()
        day.confirm(visit, 40_000.0, "first")
        barcode = f"B{day.number:06d}"
        gac = {Analyte.MOISTURE: 13.4, Analyte.TEST_WEIGHT: 77.5, Analyte.TEMPERATURE: 22.0}
        day.measure("gac", gac, barcode)
        begin = time.perf_counter()
        day.measure("nir", {Analyte.PROTEIN: 10.6, Analyte.MOISTURE: 13.4}, barcode)
        found.append((time.perf_counter() - begin) * 1000)
        day.decide(visit)
        day.confirm(visit, 14_000.0, "last")
        time.sleep(BETWEEN_S)
    return found


def _restored(disk: Disk, folder: Path) -> dict[str, Any]:
    manifest = disk.manifest()
    (folder / "scratch").mkdir()
    begin = time.monotonic()
    proof = prove(disk, folder / "scratch", START, lambda: None, repair=False)
    proved = time.monotonic()
    wanted = TakeOver(
        folder / "new.toml", folder / "new", manifest.site, "bench-2", {}, is_new_box=True
    )  # fmt: skip
    take_over(disk, wanted, START, lambda: None)
    restored_s = time.monotonic() - proved
    return {
        "proof_s": round(proved - begin, 1),
        "proof_found": [one["code"] for one in proof.found if one["code"] != NO_FILE],
        "restore_s": round(restored_s, 1),
        "bar_restore_s": 60,
        "head_equal": _has_head(folder / "new", manifest),
    }


def _has_head(data: Path, manifest: Manifest) -> bool:
    """Before the restore's own event."""
    with closing(Ledger(data)) as ledger, ledger.read() as tx:
        event = tx.get(AuditEvent, manifest.copies[0].events)
        after = [one.kind for one in audit.events_after(tx, manifest.copies[0].events)]
    return event is not None and event.hash == manifest.copies[0].head and after == ["ledger_restored"]
