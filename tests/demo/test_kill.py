"""The station is killed under load at random moments, and counted against the simulators' own logs."""

import asyncio
import contextlib
import random
import socket
import time
from collections import Counter
from uuid import UUID

import pytest

from drivers.analyzer.gac2100_csv01 import Gac2100Csv01
from drivers.errors import FrameError
from drivers.reading import Analyte, Frame
from drivers.simulated.mosquitto import available
from station.api import schemas
from station.clock import scaled
from station.demo import account
from station.demo.book import Book
from station.demo.darkroom import Darkroom
from station.demo.phone import SimulatedPhone
from station.demo.run import START
from station.demo.scripts import Print
from station.demo.setup import PERSON, PIN, make_tokens
from station.demo.site import write_site
from station.demo.station_process import StationProcess
from station.demo.yard import open_yard
from station.store.journal import records
from station.vision.rendered import render_tray
from ui.tui.client import StationClient, StationProblem, StationUnreachable

SPEED = 100.0
KILLS = 5
SEED = 20260714
ACCEPTING_S = 30.0


class Load:
    """Everything at once, until told to stop: what is accepted meanwhile must be there in the end."""

    def __init__(self, yard, phone, client, book):
        self.yard, self.phone, self.client, self.book = yard, phone, client, book
        self.stop = False
        self.progress = 0
        self.entered = []
        self.jpeg = render_tray(5, width=640, height=480, kernels=20).jpeg

    async def photos(self, rng):
        while not self.stop:
            jpeg = self.jpeg + rng.randbytes(12)
            await self.phone.upload(
                UUID(int=rng.getrandbits(128), version=4), jpeg, f"P{rng.randrange(10**6)}"
            )
            self.progress += 1

    async def analyses(self, device, rng):
        number = 0
        while not self.stop:
            number += 1
            values = {Analyte.MOISTURE: rng.randrange(110, 160) / 10}
            if device == "nir":
                values[Analyte.PROTEIN] = rng.randrange(900, 1300) / 100
            else:
                values |= {Analyte.TEST_WEIGHT: rng.randrange(700, 800) / 10, Analyte.TEMPERATURE: 25.0}
            await self.yard.print_result(Print(device, f"{device}{number}", "BLE TENDRE", values))
            await self.yard.pause(rng.uniform(0, 12))

    async def vehicles(self):
        kg = 20_000
        while not self.stop:
            kg += 120  # two vehicles alike to 50 kg around a restart cannot be told apart
            before = self.book.seq
            await self.yard.drive_on(kg)
            await self.book.wait(
                f"{kg} kg",
                lambda event, kg=kg: event.kind == "weighing_taken" and event.data["kg"] == kg,
                after=before,
                timeout_s=60,
            )
            await self.yard.drive_off()
            self.progress += 1

    async def arrivals(self):
        number = 0
        while not self.stop:
            number += 1
            plate = f"KL-{number:03d}-AA"
            load = schemas.LoadIn(species="soft_wheat", barcode=f"A{number}")
            try:
                await self.client.enter_arrival(
                    schemas.ArrivalIn(plate=plate, supplier="EARL Dupont", new_supplier=True, loads=[load])
                )
            except StationUnreachable:
                await asyncio.sleep(0.05)  # recorded or not: it is not sent again blindly
                continue
            self.entered.append(plate)
            self.progress += 1
            await self.yard.pause(2)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.long
@pytest.mark.timeout(400)  # a minute alone; others may run beside it
async def test_killed_at_random_moments_the_station_loses_and_doubles_nothing(tmp_path, port, capsys):
    clock = scaled(START, SPEED)
    with open_yard(tmp_path / "devices", clock=clock, speed=SPEED, seed=SEED) as yard:
        site = write_site(tmp_path, yard.ports, listen=port)
        with StationProcess(site, tmp_path / "station.log", speed=SPEED, start=START) as station:
            tokens = make_tokens(station.url, station.admin_token, "en")
            client, book = StationClient(station.url, tokens.terminal, "en"), Book()
            await client.sign_in(PERSON, PIN)
            async with SimulatedPhone(station.url, tokens.phone, Darkroom()) as phone:
                listening = asyncio.create_task(book.listen(client))
                load = Load(yard, phone, client, book)
                again_s = await under_load(load, station)
                await everything_recorded(load)
                listening.cancel()
            await check_rows(load, client, tmp_path)
            await client.close()
    with capsys.disabled():
        events = [heard.event for heard in book.events]
        print(
            f"\nkilled {KILLS} times: {len(yard.stands)} weighings, "
            f"{sum(map(len, yard.analyses().values()))} analyses, {len(phone.uploads)} uploads, "
            f"{len(load.entered)} arrivals, {len(events)} events; "
            f"accepting again after {', '.join(f'{s:.1f}' for s in again_s)} s"
        )


async def under_load(load, station):
    """Kills the station after a random number of things were accepted; returns the times to accept again."""
    rng = random.Random(SEED)
    again_s = []
    jobs = [
        load.photos(random.Random(1)), load.photos(random.Random(2)), load.analyses("gac", random.Random(3)),
        load.analyses("nir", random.Random(4)), load.vehicles(), load.arrivals(),
    ]  # fmt: skip
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
        for _ in range(KILLS):
            goal = load.progress + rng.randint(8, 24)
            await until(lambda goal=goal: load.progress >= goal)
            await asyncio.sleep(rng.uniform(0, 0.05))
            station.kill()
            began = time.monotonic()
            await asyncio.to_thread(station.start)
            again_s.append(time.monotonic() - began)
        goal = load.progress + 10
        await until(lambda: load.progress >= goal)
        load.stop = True
    assert max(again_s) < ACCEPTING_S
    return again_s


async def until(condition, timeout_s=60.0):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.005)


def journalled(folder):
    """Every valid frame of the moisture meter that the station had accepted."""
    driver, found = Gac2100Csv01({"test_weight_unit": "kg/hl", "temperature_unit": "C"}), []
    for segment in sorted((folder / "data" / "frames" / "gac").iterdir()):
        for record in records(segment):
            with contextlib.suppress(FrameError):
                found.append(driver.parse(Frame(record.data, record.at)).sample_id)
    return found


def results_of(load, device):
    events = [heard.event for heard in load.book.events]
    return [row for row in account.recorded_results(events) if row[0] == device]


def sent_by(load, device):
    return [
        (device, emission.sample_id, tuple(sorted(emission.values.items())))
        for emission in load.yard.analyses()[device]
    ]


async def everything_recorded(load):
    """Waits until what the broker and the converter kept has been taken, as long as any of it comes."""
    wanted, last_gac = Counter(sent_by(load, "nir")), sent_by(load, "gac")[-1]
    with contextlib.suppress(TimeoutError):
        while wanted - Counter(results_of(load, "nir")):
            before = load.book.seq
            await until(lambda before=before: load.book.seq > before, 20)
        await until(lambda: last_gac in results_of(load, "gac"), 20)
    last = (await load.client.health()).last_event
    await until(lambda: load.book.seq >= last, 20)


async def check_rows(load, client, folder):
    events = [heard.event for heard in load.book.events]
    nir = results_of(load, "nir")
    assert not Counter(nir) - Counter(sent_by(load, "nir"))
    if available() is not None:  # what the broker had acknowledged; without one the NIR's line is TCP
        assert account.compare(sent_by(load, "nir"), nir) == account.Account(0, 0)
    # What a serial line said is accepted once it is in the journal.
    gac = results_of(load, "gac")
    assert Counter(journalled(folder)) == Counter(barcode for _, barcode, _ in gac)
    assert not Counter(gac) - Counter(sent_by(load, "gac"))
    assert len(gac) >= 5 * KILLS  # what a cut serial line says is gone, as at a real silo
    # The weight of every vehicle that stood on the bridge, and every upload that was acknowledged.
    weights = [float(kg) for kg in load.yard.stands]
    assert account.compare(weights, account.recorded_weights(events)) == account.Account(0, 0)
    captures = Counter(event.subject_id for event in events if event.kind == "capture_received")
    assert max(captures.values()) == 1
    assert {str(sent.id) for sent in load.phone.uploads} <= set(captures)
    # Every arrival that was answered, once.
    arrivals = Counter(event.visit_id for event in events if event.kind == "arrival_entered")
    assert max(arrivals.values()) == 1
    # And what is in the rows is what the events said.
    opened = {visit.id: visit.plate for visit in await client.open_visits()}
    assert set(opened) == set(arrivals)
    plates = Counter(opened.values())
    assert max(plates.values()) == 1
    assert set(load.entered) <= set(plates)
    with contextlib.suppress(StationProblem):
        await client.health()
