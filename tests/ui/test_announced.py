"""What was announced costs one key at the gate, and nothing of it is typed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from station.receival.arrivals.announcing import Announcement, announce
from station.receival.arrivals.visits import Arrival, NewLoad
from tests.silo_rig import ANNE, START
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long


def announced(station: Station, ref: str, plate: str, supplier: str = "EARL Dupont", **over: object) -> None:
    arrival = Arrival(plate, supplier, (NewLoad("soft_wheat"),))
    said = Announcement(arrival, order_ref="C-9", expected_at=START + timedelta(hours=1), **over)  # type: ignore[arg-type]
    announce(station.silo.desk, ref, said, ANNE, station.silo.clock())


async def test_three_letters_of_the_plate_and_enter_confirm_it(station: Station) -> None:
    announced(station, "A-1", "AB-123-CD")
    announced(station, "A-2", "EF-456-GH", "GAEC Martin")
    async with terminal(station, "en") as t:
        await t.press("f3")
        await t.see("announced · AB-123-CD · EARL Dupont · soft wheat · order C-9", "GAEC Martin")
        await t.press(*"ef4")
        await t.see("[Enter] EF-456-GH is here, as announced")
        await t.press("enter")
        await t.at(QueueScreen)
        await t.see("EF-456-GH", "GAEC Martin")
        await t.press("f3", "down", "enter")
        await t.at(QueueScreen)
        assert {visit.plate for visit in await t.app.client.open_visits()} == {"AB-123-CD", "EF-456-GH"}


async def test_a_badge_or_a_code_asks_for_one_key_on_any_screen(station: Station) -> None:
    announced(station, "A-10001", "AB-123-CD", badge="0012345")
    announced(station, "A-10002", "EF-456-GH")
    async with terminal(station, "en") as t:
        await t.scan("A-10002")
        await t.see("Who is here?", "EF-456-GH")
        await t.press("enter")
        await t.see("EF-456-GH")
        await t.press("f3")
        await t.scan("0012345")
        await t.see("Who is here?", "AB-123-CD")
        assert len(await t.app.client.open_visits()) == 1
        await t.press("enter")
        await t.at(QueueScreen)
        assert len(await t.app.client.open_visits()) == 2


async def test_a_vehicles_badge_begins_its_arrival(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    desk = replace(station.silo.desk, badges={"0012345": "AB-123-CD"})
    assert station._context is not None
    station.stop()
    station._context = replace(station._context, desk=desk)
    station.start()
    async with terminal(station, "en") as t:
        await t.scan("0012345")
        await t.see("Arrival", "EARL Dupont", "AB-123-CD")
