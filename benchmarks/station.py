"""The station as its users meet it: measurement to proposal, photo to inspection, start, memory."""

import os
import shutil
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.copies import make_campaign
from benchmarks.machine import pss_mb, summary
from benchmarks.rig import Client, Rig, running_station
from benchmarks.screens import REAL, TIMES
from benchmarks.vision.bare import BareTiming, time_bare
from drivers.reading import Analyte
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.nir import SimulatedNir
from station.runtime.bundles import shipped_bundle
from station.vision.client import VisionWorker
from station.vision.model import load_model
from station.vision.rendered import render_tray

LOADS, OPEN = 100, 12
SETTLE_S = 0.1
PHOTOS = 30
SWAPS = 50


def measurement_to_proposal() -> dict[str, Any]:
    """Last byte of the last measurement written by the instrument → the proposal's event at the terminal:
    of a load alone on site, and beside twelve that wait for a decision."""
    with tempfile.TemporaryDirectory() as folder, running_station(Path(folder)) as (rig, client):
        gac, nir = SimulatedGac2100(rig.gac), SimulatedNir(rig.nir, end=b"\n")
        alone = [one_load(number, gac, nir, client) for number in range(LOADS)]
        for number in range(LOADS, LOADS + OPEN):
            one_load(number, gac, nir, client, stays=True)
        beside = [one_load(number, gac, nir, client) for number in range(LOADS + OPEN, 2 * LOADS + OPEN)]
    return {
        "propose_ms": summary(alone),
        "open_loads": OPEN,
        "propose_beside_open_ms": summary(beside),
        "bar_p95_ms": 200,
    }


def one_load(
    number: int, gac: SimulatedGac2100, nir: SimulatedNir, client: Client, *, stays: bool = False
) -> float:
    barcode = f"B{number:06d}"
    load = {"species": "soft_wheat", "barcode": barcode}
    visit = client.post(
        "/visits",
        {"plate": f"BE-{number:03d}-CH", "supplier": "EARL Dupont", "new_supplier": True, "loads": [load]},
    )
    weighing = client.post("/weighings", {"kg": 40000.0})
    client.post(f"/weighings/{weighing['id']}/confirm", {"visit_id": visit["id"], "role": "first"})
    load_id = visit["loads"][0]["id"]
    gac.print_record(
        sample_id=barcode, moisture=13.4, test_weight=77.5, temperature=24.0, product="BLE TENDRE",
        at=datetime.now(UTC),
    )  # fmt: skip
    client.wait("reading_paired", load_id=load_id)
    client.wait_proposed(load_id)
    time.sleep(SETTLE_S)  # what the weighing and the first measurement proposed is told by then
    client.forget()
    begin = time.monotonic()
    nir.send_result(
        barcode, "BLE TENDRE",
        {Analyte.PROTEIN: 11.9, Analyte.MOISTURE: 13.5},
        at=datetime.now(UTC),
    )  # fmt: skip
    elapsed = client.wait_proposed(load_id) - begin
    if not stays:
        client.post(f"/loads/{load_id}/leave", {"reason": "bench"})
    return elapsed * 1000


def photo_to_inspection() -> dict[str, Any]:
    """12-megapixel photos of 300 kernels, uploaded over HTTP → the inspection's event, beside the bare
    decode + segment + infer time of the same photos in this process."""
    photos = [render_tray(seed, width=4000, height=3000, kernels=300).jpeg for seed in range(PHOTOS)]
    with tempfile.TemporaryDirectory() as folder, running_station(Path(folder)) as (rig, client):
        _until_vision_is_ready(client)
        whole = [_one_photo(photo, client) for photo in photos]
        memory = pss_mb(rig.process.pid)
    model = load_model(shipped_bundle())
    time_bare(photos[0], model)  # the first run of a model is slower and no measure of it
    bare = [time_bare(photo, model) for photo in photos]
    bare_total = summary([1000 * timing.total for timing in bare])
    inspected = summary(whole)
    return {
        "inspect_ms": inspected,
        "bare_ms": bare_total,
        "bare_stages_ms_p50": {
            stage: summary([1000 * getattr(timing, stage) for timing in bare])["p50"]
            for stage in ("decode", "segment", "crop", "infer")
        },
        "crop_and_infer_kernels_per_second": _speeds(bare),
        "bar_kernels_per_second": 1500,
        "ratio_p95": round(inspected["p95"] / bare_total["p95"], 2),
        "bar_p95_ms": 500,
        "bar_ratio": 2.5,
        "station_and_worker_pss_mb": round(memory),
        "bar_pss_mb": 600,
    }


def _one_photo(photo: bytes, client: Client) -> float:
    capture = str(uuid.uuid4())
    begin = time.monotonic()
    answer = client.http.post(
        "/captures",
        data={"id": capture, "form": "{}"},
        files={"photos": ("tray.jpg", photo, "image/jpeg")},
        headers=client.phone,
    )
    answer.raise_for_status()
    return (client.wait("inspection_recorded", subject_id=capture) - begin) * 1000


def _until_vision_is_ready(client: Client) -> None:
    for _ in range(300):
        if client.http.get("/health").json()["vision"] == "ready":
            return
        time.sleep(0.1)
    raise TimeoutError("the vision worker did not become ready")


def _speeds(bare: list[BareTiming]) -> dict[str, int]:
    ordered = sorted(timing.kernels_per_second for timing in bare)
    return {"p50": round(ordered[len(ordered) // 2]), "slowest": round(ordered[0])}


def model_swaps() -> dict[str, Any]:
    """Memory of this process and of the vision worker over 50 replacements, one photo judged by each."""
    photo = render_tray(1, width=4000, height=3000, kernels=300).jpeg
    worker = VisionWorker(shipped_bundle())
    worker.start()
    own, child = [], []
    for _ in range(SWAPS):
        worker.inspect(photo, "wheat")
        assert worker.pid is not None
        child.append(pss_mb(worker.pid))
        own.append(pss_mb(os.getpid()) - child[-1])
        worker = worker.replace()
    worker.close()
    return {
        "swaps": SWAPS,
        "own_pss_mb": {"after_5": round(own[4]), "last": round(own[-1])},
        "worker_pss_mb": {"after_5": round(child[4]), "last": round(child[-1])},
    }


def start_up() -> dict[str, Any]:
    """Start of the process → it accepts trucks; empty, with a whole campaign, and after SIGKILL."""
    found: dict[str, Any] = {"bar_s": 5, "bar_after_kill_s": 30}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rig = Rig(folder)
        try:
            found["empty_s"] = _start_seconds(rig)
            rig.process.stop()
            shutil.rmtree(folder / "data")
            make_campaign(folder / "data", REAL, TIMES).desk.ledger.close()
            found["campaign_loads"] = REAL * TIMES
            found["ledger_mb"] = round((folder / "data" / "ledger.db").stat().st_size / 1e6)
            found["campaign_s"] = _start_seconds(rig)
            rig.process.kill()
            found["after_kill_s"] = _start_seconds(rig)
        finally:
            rig.close()
    return found


def _start_seconds(rig: Rig) -> float:
    begin = time.monotonic()
    rig.process.start()
    httpx2.get(f"{rig.process.url}/api/v1/health", trust_env=False).raise_for_status()
    return round(time.monotonic() - begin, 2)
