"""Proposals while a backlog is sent: a station as a process, and a line that is opened and held in turn."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from benchmarks.ledger import START
from benchmarks.machine import summary
from benchmarks.post.cluster import Cluster
from benchmarks.post.line import BadLine
from benchmarks.post.machine import enrol_ledger
from benchmarks.post.tickets import serving
from benchmarks.rig import Rig
from benchmarks.station import one_load
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.nir import SimulatedNir
from station.demo.site import SITE_ID
from station.post.folder import NAME, BagFolder
from station.post.sealing import seal_one
from station.site.read import load_settings
from station.store.engine import Ledger

ROUNDS, LOADS = 5, 10
BACKLOG_MB, BYTES_A_SECOND = 60, 500_000.0
BAR_RATIO, BAR_MS = 1.1, 10.0


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Last byte of the last measurement → the proposal's event, while bags are under way and while they
    stand still: in turn, in one run."""
    times: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, ExitStack() as stack:
        folder = Path(name)
        url = serving(folder, cluster, stack)
        line = stack.enter_context(BadLine(int(url.rpartition(":")[2]), Random(1)))
        rig = Rig(folder)
        stack.callback(rig.close)
        _owe(folder / load_settings(rig.site).site.data, cluster.address, line.url)
        line.bytes_a_second, line.held = BYTES_A_SECOND, True
        rig.process.start()
        client = rig.client()
        stack.callback(client.close)
        gac, nir = SimulatedGac2100(rig.gac), SimulatedNir(rig.nir, end=b"\n")
        for number in range(-2, 2 * rounds):
            line.held = number % 2 == 0
            before = line.carried
            found = [one_load(LOADS * (number + 2) + place, gac, nir, client) for place in range(LOADS)]
            if number >= 0:
                times[not line.held] += found
            assert line.held or line.carried > before, "nothing was under way"
    without, sending = summary(times[False]), summary(times[True])
    more_ms = sending["p95"] - without["p95"]
    return {
        "while_sending_ms": sending, "without_ms": without, "sent_mb_per_s": BYTES_A_SECOND / 1e6,
        "carried_mb": round(line.carried / 1e6, 1),
        "ratio_p95": round(sending["p95"] / without["p95"], 3), "bar_ratio": BAR_RATIO,
        "more_p95_ms": round(more_ms, 2), "bar_more_ms": BAR_MS,
        "bar_holds": more_ms <= max((BAR_RATIO - 1) * without["p95"], BAR_MS),
    }  # fmt: skip


def _owe(folder: Path, database: str, url: str) -> None:
    """Leave a ledger that owes some dozen bags."""
    random, ledger = Random(1), Ledger(folder)
    try:
        enrol_ledger(ledger, SITE_ID, database, [url])
        for number in range(BACKLOG_MB // 2):
            with ledger.write() as tx:
                tx.connection().execute(
                    text("INSERT INTO site_policy (sha256, content, at) VALUES (:sha256, :content, :at)"),
                    {"sha256": f"{number:064d}", "content": f'"{random.randbytes(1_800_000).hex()}"',
                     "at": START.strftime("%Y-%m-%d %H:%M:%S.%f")},
                )  # fmt: skip
            seal_one(ledger, BagFolder(folder / NAME), START)
    finally:
        ledger.close()
