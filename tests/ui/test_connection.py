"""The cable is pulled: it is said, nothing typed is lost, and the terminal comes back by itself."""

import asyncio

import pytest

from station.receival.persons import people
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.messages import ActUnanswered, ConnectionLost, ConnectionMade
from ui.tui.screens.arrival import ArrivalScreen


async def test_a_lost_station_is_told_with_its_age_and_comes_back_by_itself(station: Station) -> None:
    async with terminal(station) as t:
        await t.press("f3")
        await t.write("ab-123-cd")
        await t.press("enter")
        await t.write("martin")
        await asyncio.to_thread(station.stop)
        await t.see("SANS LIAISON depuis")
        t.clock.now += 72
        await t.see("SANS LIAISON depuis 1 min")
        await t.press("enter")
        await t.write("blé tendre")
        await t.press("ctrl+s")
        await t.hear("Pas de réponse de la station")
        arrival = t.app.get_screen("arrival", ArrivalScreen)
        assert (arrival.draft.plate, arrival.draft.supplier) == ("ab-123-cd", "martin")
        station.silo.arrive("CD-456-EF")
        await asyncio.to_thread(station.start)
        await t.see("relié")
        await t.press("ctrl+s")
        await t.see("Nouvel apporteur")
        await t.press("down", "enter")
        await t.hear("AB-123-CD : arrivée saisie.")
        await t.see("CD-456-EF", "AB-123-CD")
        kinds = [type(message) for message in t.messages]
        assert kinds.count(ActUnanswered) == 1
        assert kinds.count(ConnectionMade) >= 2, "a station that stops slowly may answer in between"
        assert ConnectionLost in kinds


async def test_a_terminal_that_is_revoked_is_told_what_to_do(station: Station) -> None:
    async with terminal(station) as t:
        people.revoke_terminal(station.silo.desk, "bridge house", station.silo.clock())
        await asyncio.to_thread(station.stop)
        await asyncio.to_thread(station.start)
        await t.see("REFUSÉ PAR LA STATION", "Demandez à l'installateur un jeton")


async def test_a_terminal_may_be_started_before_its_station(station: Station) -> None:
    await asyncio.to_thread(station.stop)
    async with terminal(station, signed_in=False) as t:
        await t.see("SANS LIAISON")
        await asyncio.to_thread(station.start)
        await t.sign_in()


async def test_nothing_reads_any_more_when_the_client_is_closed(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = []
    async with terminal(station) as t:
        close = t.app.client.close

        async def close_and_look() -> None:
            reading.extend([one.name for one in t.app.workers if not one.is_cancelled])
            await close()

        monkeypatch.setattr(t.app.client, "close", close_and_look)
    assert reading == []
