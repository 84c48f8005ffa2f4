"""The yard moves as a person lets it: here a person who takes whatever the station preselects."""

import asyncio

import pytest

from station.api import schemas
from station.clock import scaled
from station.demo.book import Book
from station.demo.darkroom import Darkroom
from station.demo.interactive import come_and_go
from station.demo.operator import Operator
from station.demo.phone import SimulatedPhone
from station.demo.run import START
from station.demo.scenario import make_day
from station.demo.scripts import Happening
from station.demo.setup import make_tokens
from station.demo.site import write_site
from station.demo.station_process import StationProcess
from station.demo.visitor import Street
from station.demo.window import Window
from station.demo.yard import open_yard
from ui.tui.client import StationClient

SPEED = 150.0
TRUCKS = [make_day(2, 20)[place] for place in (0, 1, 2, 15)]


class Person:
    """Enters who stands at the gate, confirms what is offered, accepts what is proposed."""

    def __init__(self, client, operator, window):
        self.client, self.operator, self.window = client, operator, window
        self.entered = []

    async def work(self):
        while True:
            await self.at_gate()
            for weighing in await self.client.offered_weighings():
                await self.confirm(weighing)
            for item in await self.client.exceptions():
                await self.operator.dismiss(item.id, "Mauvais étalonnage")
            for visit in await self.client.open_visits():
                await self.decide(visit)
            await asyncio.sleep(0.05)

    async def at_gate(self):
        seen = self.window.text()
        for truck in TRUCKS:
            stands_there = truck.plate in seen and all(load.barcode in seen for load in truck.loads)
            if stands_there and truck not in self.entered:
                self.entered.append(truck)
                await self.operator.enter(truck)

    async def confirm(self, weighing):
        likely = weighing.preselected
        if likely is not None and likely.visit_id is not None:
            await self.operator.confirm(weighing.id, likely.visit_id, likely.role, likely.load_ids)

    async def decide(self, visit):
        if "turns round" in self.window.text() and visit.gross_kg is None:
            await self.operator.cancel(visit.id)
            return
        for row in visit.loads:
            if row.state == "proposed" and not row.missing:
                await self.operator.decide(row.id, override=False)


@pytest.mark.long
async def test_trucks_come_are_weighed_and_leave_as_a_person_acts(tmp_path):
    clock = scaled(START, SPEED)
    with open_yard(tmp_path / "devices", clock=clock, speed=SPEED, seed=2) as yard:
        site = write_site(tmp_path, yard.ports)
        with StationProcess(site, tmp_path / "station.log", speed=SPEED, start=START) as station:
            tokens = make_tokens(station.url, station.admin_token, "en")
            client, book, window = StationClient(station.url, tokens.terminal, "en"), Book(), Window("en")
            operator = Operator(client, book)
            await operator.sign_in()
            person = Person(client, operator, window)
            async with (
                asyncio.timeout(60),
                Darkroom() as darkroom,
                SimulatedPhone(station.url, tokens.phone, darkroom) as phone,
                asyncio.TaskGroup() as group,
            ):
                around = [group.create_task(book.listen(client)), group.create_task(person.work())]
                await come_and_go(TRUCKS, Street(yard, phone, client, book, window), darkroom)
                for task in around:
                    task.cancel()
            ended = await client.ended_visits()
            await client.close()
    assert window.text() == "No more trucks today. Ctrl+Q quits."
    outcomes = {visit.plate: [load.state for load in visit.loads] for visit in ended}
    assert outcomes == {
        truck.plate: ["cancelled" if truck.happening is Happening.CANCELLED else "ticketed"]
        * len(truck.loads)
        for truck in TRUCKS
    }
    assert all(isinstance(visit, schemas.VisitRow) and visit.ended_at for visit in ended)
