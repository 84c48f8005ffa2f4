"""The ledger as it grows: bytes a load, statements of a decision, the audit chain of a whole campaign."""

import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, insert

from benchmarks.parts import EXAMPLES
from drivers.reading import UNIT_OF, Analyte, Basis, Flag, Frame, Reading, Value
from station.acts.desk import Actor, Desk
from station.grain.inspection import Inspection
from station.jobs import Watch
from station.receival.arrivals import visits
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.bridge import weighings
from station.receival.deciding import decisions
from station.receival.measuring import captures, readings
from station.receival.measuring.frames import StoredFrame
from station.receival.persons import people
from station.runtime.bundles import shipped_bundle
from station.site.file import Cell, SiteSettings
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store import audit, counters, queries
from station.store.engine import Ledger
from station.store.journal import Place
from station.store.tables import AuditEvent, Terminal, Visit
from station.vision.inspect import inspect
from station.vision.model import load_model
from station.vision.rendered import render_tray

CELLS, WAITING, KERNELS = 40, 30, 300
LOADS = 200  # that the bytes are counted over
EVENTS, BATCH = 1_000_000, 20_000
START = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
OPERATOR = Actor("operator", "Operator", "bridge", frozenset({"operator"}))
SITE_FILE = EXAMPLES / "site.toml"


def ledger() -> dict[str, Any]:
    """What a load costs in the data folder, a decision in questions, and the chain in time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        return {"cells": CELLS, **_loads(Path(folder) / "loads"), **_chain(Path(folder) / "chain")}


def _loads(folder: Path) -> dict[str, Any]:
    site = load_settings(SITE_FILE)
    many = [cell_like(site, number) for number in range(CELLS)]
    lines = [line.model_copy(update={"cells": [cell.id for cell in many]}) for line in site.lines]
    site = site.model_copy(update={"cells": many, "lines": lines})
    with closing(Ledger(folder)) as opened:
        desk = Desk(opened, policy_of(site))
        load_site(desk, site, SITE_FILE, rule_pack_texts(site, SITE_FILE), START)
        day = Day(desk, people.add_terminal(desk, "phone", "phone", START)[0], inspected_tray())
        day.receive()
        before = _size(opened)
        for _ in range(LOADS):
            day.receive()
        bytes_a_load = (_size(opened) - before) / LOADS
        waiting = [day.weigh_full(day.arrive()) for _ in range(WAITING)]
        with _statements() as counted:
            day.decide(waiting[0])
    return {
        "bytes_a_load": round(bytes_a_load),
        "bar_bytes_a_load": 20_000,
        "waiting_loads": WAITING,
        "statements_of_a_decision": counted[0],
        "bar_statements": 60,
    }


@dataclass(slots=True)
class Day:
    """Loads from arrival to ticket, one after the other, without devices; with one inspected photo each, or
    with one for every so many of them."""

    desk: Desk
    phone: Terminal
    inspection: Inspection | None
    now: datetime = START
    number: int = 0
    photo_every: int = 1  # loads

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def receive(self) -> None:
        visit = self.weigh_full(self.arrive())
        self.decide(visit)
        self.confirm(visit, 14_000.0 + self.number % 500, "last")

    def arrive(self) -> Visit:
        self.number += 1
        load = NewLoad("soft_wheat", barcode=f"B{self.number:06d}")
        supplier = f"EARL Bench {self.number % 50}"
        arrival = Arrival(f"BE-{self.number:05d}", supplier, (load,), new_supplier=True)
        return visits.enter_arrival(self.desk, arrival, OPERATOR, self.clock())

    def weigh_full(self, visit: Visit) -> Visit:
        self.confirm(visit, 40_000.0 + self.number % 700, "first")
        barcode = f"B{self.number:06d}"
        gac = {
            Analyte.MOISTURE: 13.2 + self.number % 7 / 10,
            Analyte.TEST_WEIGHT: 77.5,
            Analyte.TEMPERATURE: 22.0,
        }
        self.measure("gac", gac, barcode)
        self.measure("nir", {Analyte.PROTEIN: 10.4 + self.number % 5 / 10, Analyte.MOISTURE: 13.4}, barcode)
        if self.number % self.photo_every == 0:
            self.photograph(barcode)
        return visit

    def photograph(self, barcode: str) -> None:
        photo = captures.StoredPhoto(f"{self.number:064d}", 2_500_000, "image/jpeg")
        capture, _ = captures.receive_capture(
            self.desk,
            str(uuid.UUID(int=self.number)),
            {"barcode": barcode},
            [photo],
            self.phone,
            self.clock(),
        )
        assert self.inspection is not None  # photos are taken
        seen = replace(self.inspection, sha256=photo.sha256)
        captures.record_inspection(self.desk, capture.id, [seen], self.clock())

    def measure(self, port: str, values: dict[Analyte, float], barcode: str) -> None:
        measured = {
            analyte: Value(value, UNIT_OF[analyte], Basis.AS_IS if analyte == Analyte.PROTEIN else None)
            for analyte, value in values.items()
        }
        stored = self.frame(port)
        reading = Reading(port, "analysis", stored.frame, measured, sample_id=barcode)
        readings.take_reading(self.desk, reading, stored)

    def confirm(self, visit: Visit, kg: float, role: str) -> None:
        stored = self.frame("bridge")
        values = {Analyte.WEIGHT: Value(kg, UNIT_OF[Analyte.WEIGHT])}
        reading = Reading("bridge", "weight", stored.frame, values, flags=frozenset({Flag.STABLE}))
        taken = weighings.take_weighing(self.desk, reading, "equal_readings", kg, stored)
        weighings.confirm(self.desk, taken.id, visit.id, role, OPERATOR, self.clock())

    def decide(self, visit: Visit) -> None:
        with self.desk.ledger.read() as tx:
            (load,) = queries.loads_of(tx, visit.id)
            proposal = queries.current_proposal(tx, load.id)
        assert proposal is not None
        cell, pit = proposal.cell or "", proposal.pit or ""
        decisions.decide(self.desk, load.id, proposal.id, cell, pit, "", OPERATOR, self.clock())

    def frame(self, port: str) -> StoredFrame:
        at = self.clock()
        data = (
            f"{port} {at.isoformat()} a frame of about a hundred bytes, as analyzers of this trade send\r\n"
        )
        return StoredFrame(port, Frame(data.encode(), at), Place(f"{port}/1", int(at.timestamp())))


def cell_like(site: SiteSettings, number: int) -> Cell:
    model = site.cells[number % len(site.cells)]
    return model.model_copy(update={"id": f"k{number}", "name": f"Cellule {number}", "capacity_t": 50_000.0})


def inspected_tray() -> Inspection:
    """A real one, of a rendered photo with so many kernels."""
    tray = render_tray(1, kernels=KERNELS)
    return inspect(tray.jpeg, load_model(shipped_bundle("soft_wheat")), species="wheat")


def _size(opened: Ledger) -> int:
    """Bytes of the data folder but photos and frame segments, of which there are none here."""
    opened.checkpoint()
    return sum(path.stat().st_size for path in opened.folder.rglob("*") if path.is_file())


@contextmanager
def _statements() -> Iterator[list[int]]:
    counted = [0]

    def count(*_: object) -> None:
        counted[0] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def _chain(folder: Path) -> dict[str, Any]:
    """Fills a chain and has it checked in a process of its own, whose memory is then that of the check."""
    with closing(Ledger(folder)) as opened:
        previous = audit.GENESIS
        for first in range(0, EVENTS, BATCH):
            previous = _link(opened, first, previous)
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(folder)], check=True, capture_output=True, text=True
    )
    seconds, before_mb, after_mb = (float(part) for part in done.stdout.split())
    return {
        "chain_events": EVENTS,
        "chain_check_s": round(seconds, 1),
        "chain_check_memory_mb": round(after_mb - before_mb, 1),
    }


def _link(opened: Ledger, first: int, previous: str) -> str:
    rows: list[dict[str, Any]] = []
    with opened.write() as tx:
        seq = counters.draw(tx, counters.EVENT, BATCH)
        for number in range(BATCH):
            row: dict[str, Any] = {
                "seq": seq + number, "at": START + timedelta(seconds=first + number),
                "kind": "reading_received", "by": None, "terminal": None, "visit_id": None,
                "load_id": str(uuid.UUID(int=first + number)), "subject_id": str(uuid.UUID(int=number)),
                "data": {"instrument": "gac", "values": {"moisture": {"value": 13.4, "unit": "%"}}},
            }  # fmt: skip
            previous = row["hash"] = audit.digest(row, previous)
            rows.append(row)
        tx.execute(insert(AuditEvent), rows)
    return previous


def _check(folder: Path) -> None:
    """Prints the seconds of a check from the beginning, and the peak memory in MB before and after it."""
    with closing(Ledger(folder)) as opened:
        watch = Watch(opened)
        with opened.read() as tx:
            audit.check_some(tx, audit.START, most=100)
        before, begin = _peak_mb(), time.monotonic()
        watch.check_chain()
        assert watch.broken_seq is None
        print(time.monotonic() - begin, before, _peak_mb())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    _check(Path(sys.argv[1]))
