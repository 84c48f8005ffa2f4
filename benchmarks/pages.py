"""What the quality manager's pages cost: the job behind them, reading one, and a proposal meanwhile."""

import json
import os
import random
import resource
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from benchmarks.ledger import SITE_FILE
from benchmarks.machine import summary
from benchmarks.rig import Client, Rig
from benchmarks.station import one_load
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.nir import SimulatedNir
from station.acts.desk import Desk
from station.receival.persons import people
from station.runtime.renewal import Renewal
from station.site.policy import policy_of, watching_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store.engine import Ledger
from station.store.stored import QUESTIONS, choices, result_of

MEASUREMENTS = 100_000
LAB_EVERY = 10  # loads
SPECIES = ("soft_wheat", "durum", "barley")
SUPPLIERS, PHONES = 60, 3
SPACING = timedelta(minutes=4)
READS = 400
JOB_WAIT_S = 120.0  # a station begins with its results a minute after its start
IN_TURN, LEAST_LOADS, MOST_LOADS = 5, 20, 150
ACTS = 150
Rows = list[dict[str, Any]]


def pages() -> dict[str, Any]:
    """The job for the first time and again, reading what it made, and proposals of a station that does it."""
    with tempfile.TemporaryDirectory() as name:
        folder, now = Path(name), datetime.now(UTC)
        desk, count = filled(SITE_FILE, folder / "data", now)
        with closing(desk.ledger):
            found = {"measurements": count, **_job(desk, now), **_reading(desk.ledger)}
    with tempfile.TemporaryDirectory() as name:
        return {**found, **_beside_trucks(Path(name))}


def filled(site_file: Path, folder: Path, now: datetime) -> tuple[Desk, int]:
    """A data folder of a site with as many measurements, made in the database; the ledger is left open."""
    site = load_settings(site_file)
    ledger = Ledger(folder)
    desk = Desk(ledger, policy_of(site), watching=watching_of(site))
    load_site(desk, site, site_file, rule_pack_texts(site, site_file), now)
    phones = [
        people.add_terminal(desk, f"Galaxy A54 {number}", "phone", now)[0].id
        for number in range(1, PHONES + 1)
    ]
    with ledger.write() as tx:
        count = fill(tx, phones, now)
    return desk, count


def fill(tx: Session, phones: Sequence[str], now: datetime, campaign: str = "2026") -> int:
    """Adds loads that are gone, with what was measured of them, until there are so many measurements."""
    rng = random.Random(1)
    rows: dict[str, Rows] = {
        "supplier": [],
        "vehicle": [],
        "visit": [],
        "load": [],
        "sample": [],
        "measurement": [],
    }
    for number in range(SUPPLIERS):
        name = f"EARL Pages {number}"
        rows["supplier"].append({"id": f"pages-s{number}", "name": name, "name_key": name.casefold()})
    plate = {
        "id": "pages-v",
        "plate": "PA-001-GE",
        "plate_key": "PA 001 GE",
        "plate_folded": "PA001GE",
        "loads": 1,
    }
    rows["vehicle"].append({**plate, "is_trailer": False})
    number = 0
    while len(rows["measurement"]) < MEASUREMENTS:
        at = now - SPACING * (MEASUREMENTS // 7 - number)
        _add_load(rows, rng, number, at, phones, campaign)
        number += 1
    for table, some in rows.items():
        for first in range(0, len(some), 2_000):
            tx.connection().execute(insert(SQLModel.metadata.tables[table]), some[first : first + 2_000])
    return len(rows["measurement"])


def _add_load(
    rows: Mapping[str, Rows],
    rng: random.Random,
    number: int,
    at: datetime,
    phones: Sequence[str],
    campaign: str,
) -> None:
    species = SPECIES[number % len(SPECIES)]
    ids = {kind: f"pages-{kind}{number}" for kind in ("visit", "load", "sample")}
    supplier = f"pages-s{rng.randrange(SUPPLIERS)}"
    rows["visit"].append({
        "id": ids["visit"], "plate": "PA-001-GE", "vehicle_id": "pages-v", "trailer_plate": "",
        "supplier_id": supplier, "direction": "inbound", "arrived_at": at, "entered_at": at,
        "entered_by": "bench", "note": "", "ended_at": at, "seq": None,
    })  # fmt: skip
    rows["load"].append({
        "id": ids["load"], "visit_id": ids["visit"], "position": 0, "species": species,
        "declared_variety": "", "operator_variety": "", "model_variety": "", "lab_variety": "", "claims": [],
        "declared": {}, "share": 1.0, "regime": "owned", "organisation": "", "campaign": campaign,
        "outcome": "ticketed", "outcome_at": at, "outcome_reason": "", "asks_paper": False,
    })  # fmt: skip
    rows["sample"].append({
        "id": ids["sample"], "barcode": f"PG{number:07d}", "kind": "load", "load_id": ids["load"],
        "species": species, "note": "", "entered_at": at, "entered_by": "bench", "ended_at": at,
    })  # fmt: skip
    for method, source, analyte, value, unit, basis in _values(rng, number, phones):
        rows["measurement"].append({
            "source_id": f"pages-{method}-{source}-{number}", "analyte": analyte, "method": method,
            "replicate": 1, "seq": number + 1, "sample_id": ids["sample"], "load_id": ids["load"],
            "species": species, "variety": "", "source": source, "release": "", "value": round(value, 2),
            "comparator": "", "unit": unit, "basis": basis, "at": at,
        })  # fmt: skip


def _values(
    rng: random.Random, number: int, phones: Sequence[str]
) -> Iterator[tuple[str, str, str, float, str, str]]:
    """What instruments, a phone and, of some, the laboratory say of a load."""
    protein, moisture, weight = rng.gauss(12, 1), rng.gauss(14, 1), rng.gauss(77, 2)
    broken = abs(rng.gauss(2, 1))
    yield "machine", "gac", "moisture", moisture + rng.gauss(0, 0.15), "%", "as_is"
    yield "machine", "gac", "test_weight", weight + rng.gauss(0, 0.3), "kg/hl", "as_is"
    yield "machine", f"nir-{number % 2}", "protein", protein + rng.gauss(0, 0.15), "%", "dm"
    phone = phones[number % len(phones)]
    yield "phone", phone, "protein", protein + rng.gauss(0.1, 0.4), "%", "dm"
    yield "phone", phone, "broken", broken + rng.gauss(0, 0.4), "%", "by_count"
    yield "phone", phone, "impurities", abs(rng.gauss(1, 0.5)), "%", "by_count"
    if number % LAB_EVERY == 0:
        yield "lab", "Labo Sud", "protein", protein + rng.gauss(0, 0.1), "%", "dm"
        yield "lab", "Labo Sud", "moisture", moisture + rng.gauss(0, 0.1), "%", "as_is"
        yield "lab", "Labo Sud", "broken", broken + rng.gauss(0, 0.2), "%", "by_mass"


def _job(desk: Desk, now: datetime) -> dict[str, Any]:
    """The whole job for the first time, and again where nothing changed; `longest_write_ms` is how long the
    ledger was another's at the most."""
    renewal = Renewal(desk, lambda: now)
    held: list[float] = []
    first, cpu, count = _timed(desk.ledger, renewal, now, held)
    again, cpu_again, count_again = _timed(desk.ledger, renewal, now, [])
    return {
        "results": count, "job_s": first, "job_cpu_s": cpu, "longest_write_ms": round(1000 * max(held), 1),
        "job_again_s": again, "job_again_cpu_s": cpu_again, "results_again": count_again,
    }  # fmt: skip


def _timed(ledger: Ledger, renewal: Renewal, now: datetime, held: list[float]) -> tuple[float, float, int]:
    last = [0.0]

    def note() -> None:
        held.append(time.perf_counter() - last[0])

    write = ledger.write

    def timed_write() -> Any:
        last[0] = time.perf_counter()
        return write()

    ledger.write = timed_write  # type: ignore[method-assign]
    forget = ledger.on_commit(note)
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        count = renewal.renew(now)
    finally:
        forget()
        ledger.write = write  # type: ignore[method-assign]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(time.perf_counter() - begin, 2), round(cpu, 2), count


def _reading(ledger: Ledger) -> dict[str, Any]:
    """What a page waits for: the choices of its question, and its result."""
    rng = random.Random(2)
    milliseconds, largest = [], 0
    with ledger.read() as tx:
        asked = [(page, one) for page in QUESTIONS for one in choices(tx, page)]
    for page, question in [rng.choice(asked) for _ in range(READS)]:
        begin = time.perf_counter()
        with ledger.read() as tx:
            choices(tx, page)
            row = result_of(tx, page, question)
        milliseconds.append(1000 * (time.perf_counter() - begin))
        assert row is not None
        largest = max(largest, len(json.dumps(row.result)))
    return {"read_ms": summary(milliseconds), "bar_read_p95_ms": 1000, "largest_kb": round(largest / 1000)}


def _beside_trucks(folder: Path) -> dict[str, Any]:
    """Proposals of a running station while its child works the results out, and while it is held still: a few
    loads in turn, so that whatever else the machine does falls on both."""
    rig = Rig(folder)
    desk, _ = filled(rig.site, folder / "data", datetime.now(UTC))
    desk.ledger.close()
    still: list[float] = []
    working: list[float] = []
    try:
        rig.process.start()
        client = rig.client()
        trucks = Trucks(rig, client)
        trucks.receive(IN_TURN)  # the first ones are slower and no measure of it
        child = _wait_for_child(rig.process.pid)
        while len(working) < MOST_LOADS and _is_alive(child):
            with _held_still(child):
                still += trucks.receive(IN_TURN)
            working += trucks.receive(IN_TURN)
        client.close()
    finally:
        rig.close()
    without, during = summary(still), summary(working)
    ratio = round(during["p95"] / without["p95"], 2) if len(working) >= LEAST_LOADS else None
    return {"propose_ms": without, "propose_during_job_ms": during, "ratio_p95": ratio, "bar_ratio": 1.2}


@contextmanager
def _held_still(process: int) -> Iterator[None]:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


class Trucks:
    """Loads that come one after the other to a running station."""

    def __init__(self, rig: Rig, client: Client) -> None:
        self._gac, self._nir = SimulatedGac2100(rig.gac), SimulatedNir(rig.nir, end=b"\n")
        self._client = client
        self._number = 0

    def receive(self, count: int) -> list[float]:
        """How long each took from its last measurement to its proposal, in milliseconds."""
        found = []
        for _ in range(count):
            found.append(one_load(self._number, self._gac, self._nir, self._client))
            self._number += 1
        return found


def _wait_for_child(station: int) -> int:
    end = time.monotonic() + JOB_WAIT_S
    while time.monotonic() < end:
        if (child := _child(station)) is not None:
            return child
        time.sleep(0.1)
    raise TimeoutError(f"no job in {JOB_WAIT_S} s")


def _child(station: int) -> int | None:
    """The child of the station that works results out."""
    for file in Path(f"/proc/{station}/task").glob("*/children"):
        for child in file.read_text().split():
            with suppress(OSError):
                if b"station.lab.pages" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
    return None


def _is_alive(process: int) -> bool:
    return Path(f"/proc/{process}/cmdline").exists()
