"""A station that does not trust its clock asks for the time on every screen until somebody reads a watch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from station.clock import StationClock
from station.receival.clocks.timekeeper import Timekeeper
from tests.silo_rig import START
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.stated_time import moment_in

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "text", ["28/11/2026 14:05", " 28.11.26 14h05 ", "28-11-2026, 14:05", "28 11 2026  14.05"]
)
def test_date_and_time_are_read_as_people_write_them(text: str) -> None:
    assert moment_in(text, PARIS) == datetime(2026, 11, 28, 14, 5, tzinfo=PARIS)


@pytest.mark.parametrize(
    "text", ["", "14:05", "31/11/2026 14:05", "28/11/2026 24:05", "28/11/1970 14:05", "28/11/9999 23:59"]
)
def test_what_is_no_date_and_time_is_not_guessed(text: str) -> None:
    assert moment_in(text, PARIS) is None


async def test_the_time_is_asked_for_on_every_screen_and_stated_with_its_weekday(station: Station) -> None:
    machine = datetime(1970, 1, 1, tzinfo=UTC)
    clock = StationClock(wall=lambda: machine, synchronised=lambda: False, not_before=START)
    keeper = Timekeeper(station.silo.desk, clock)
    station.stop()
    station._context = replace(station._context, timekeeper=keeper)  # type: ignore[type-var]
    station.start()
    keeper.look()
    async with terminal(station) as t:
        for screen in ("f3", "f4", "f2"):
            await t.press(screen)
            await t.see("l'heure de votre montre [Ctrl+L]")
        await t.press("ctrl+l")
        await t.see("Quelle date et quelle heure")
        await t.write("28/11/2026 14:05")
        await t.press("enter")
        await t.see("samedi 28 novembre 2026")
        await t.press("down", "enter")
        await t.see("L'heure est notée")
        await t.until(lambda: "l'heure de votre montre" not in t.text, "the end of the question")
    assert clock() - datetime(2026, 11, 28, 14, 5, tzinfo=UTC) < timedelta(hours=1)
