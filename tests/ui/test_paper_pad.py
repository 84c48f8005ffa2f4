"""A load of the paper pad is entered at the terminal: number, weights with their times, cell."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from station.receival.arrivals.paper_pad import Pad, Read, close_from_pad
from station.receival.arrivals.visits import NewLoad
from station.receival.storage.tippings import Tipped
from station.store.tables import Ticket
from tests.silo_rig import ANNE, START
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.paper_pad import weight_in

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "text", ["43120 13/07/2026 14:05", "43 120 13/7/26 14h05", " 43,120 kg 13.07.2026 14:05 "]
)
def test_a_weight_is_read_with_its_time(text: str) -> None:
    read = weight_in(text, PARIS)
    assert read is not None
    assert (read.kg, read.at.isoformat()) == (43_120, "2026-07-13T14:05:00+02:00")


@pytest.mark.parametrize("text", ["43120", "43120 14:05", "13/07/2026 14:05", "43120 31/02/2026 14:05", ""])
def test_what_lacks_its_date_is_asked_for_again(text: str) -> None:
    assert weight_in(text, PARIS) is None


async def test_the_pad_s_load_gets_its_ticket(station: Station) -> None:
    silo = station.silo
    silo.clock.pass_(hours=3)
    (load,) = silo.loads(silo.arrive("AB-123-CD"))
    async with terminal(station, "en") as t:
        t.app.open_load(load.id)
        await t.see("Not weighed yet")
        await t.press("f7")
        await t.see("Type which value?")
        await t.write("paper pad")
        await t.press("enter")
        await t.see("Number of the paper")
        await t.write("P-7")
        await t.press("enter")
        zone = t.app.zone
        for title, kg, hours in (("Full weight", 43_120, 1), ("Empty weight", 15_240, 2)):
            await t.see(title)
            at = START.replace(hour=START.hour + hours).astimezone(zone)
            await t.write(f"{kg} {at:%d/%m/%Y %H:%M}")
            await t.press("enter")
        await t.see("Where was it tipped?")
        await t.write("c1")
        await t.press("down", "enter")
        await t.see("How much of it went there?")
        await t.press("enter")
        for name, number in (("moisture", "13,2"), ("protein (dry", "11.5")):
            await t.see("Which value does the paper say?")
            await t.write(name)
            await t.press("enter")
            await t.see("a number, for example")
            await t.write(number)
            await t.press("enter")
        await t.see("Which value does the paper say?")
        await t.press("down", "enter")
        await t.hear("Ticket 1 of the paper P-7.")
    with silo.desk.ledger.read() as tx:
        said = tx.exec(select(Ticket)).one().document["values"]
    assert {name: one["value"] for name, one in said.items()} == {"moisture": 13.2, "protein": 11.5}
    assert silo.load(load).outcome_at == START.replace(hour=START.hour + 2)


async def test_a_trailer_that_was_weighed_apart_has_its_own_full_weight(station: Station) -> None:
    silo = station.silo
    silo.clock.pass_(hours=3)
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="T1"), NewLoad("barley", barcode="T2"))
    truck, trailer = silo.loads(visit)
    full, empty = Read(25_000.0, START + HOUR), Read(10_000.0, START + HOUR + 9 * MINUTE)
    pad = Pad("P-7", empty, full, (Tipped("p1", "c1", share=1.0),))
    close_from_pad(silo.desk, truck.id, pad, ANNE, silo.clock())
    async with terminal(station, "en") as t:
        t.app.open_load(trailer.id)
        await t.see("barley")
        await t.press("f7")
        await t.see("Type which value?")
        await t.write("paper pad")
        await t.press("enter")
        await t.see("Number of the paper")
        await t.write("P-8")
        await t.press("enter")
        await t.see("Was this load weighed apart?", "no: 10,000 kg stood on the bridge before")
        await t.press("down", "down", "enter")
        for title, kg, minutes in (("Full weight", 19_000, 3), ("Empty weight", 6_000, 12)):
            await t.see(title)
            at = (START + HOUR + minutes * MINUTE).astimezone(t.app.zone)
            await t.write(f"{kg} {at:%d/%m/%Y %H:%M}")
            await t.press("enter")
        await t.see("Where was it tipped?")
        await t.write("c5")
        await t.press("down", "enter")
        await t.see("How much of it went there?")
        await t.press("enter")
        await t.see("Which value does the paper say?")
        await t.press("down", "enter")
        await t.hear("Ticket 2 of the paper P-8.")
    with silo.desk.ledger.read() as tx:
        assert [one.net_kg for one in tx.exec(select(Ticket).order_by(col(Ticket.number)))] == [
            15_000,
            13_000,
        ]
