"""One key takes back for a minute what was set aside, and shows the seconds that are left."""

from collections.abc import Awaitable, Callable

import pytest

from station.receival.arrivals.visits import NewLoad
from tests.ui.events import events_of
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, plain, terminal
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long

Act = Callable[[Terminal], Awaitable[None]]


async def dismiss_weighing(t: Terminal) -> None:
    await t.press("f8", "down", "enter")
    await t.hear("Pesée de 43 120 kg écartée.")


async def dismiss_exception(t: Terminal) -> None:
    await t.press("f4", "f8", "down", "enter")
    await t.hear("1 exception écartée.")


async def open_load(t: Terminal) -> None:
    await t.press("f5")
    await t.see("éch. S1", "Proposition")


async def refuse_load(t: Terminal) -> None:
    await open_load(t)
    await t.press("f8", "down", "enter", "down", "enter")
    await t.hear("Apport de AB-123-CD refusé : insects.")


async def let_supplier_leave(t: Terminal) -> None:
    await open_load(t)
    await t.press("f8", "down", "down", "enter", "down", "enter")
    await t.hear("AB-123-CD est reparti avec l'apport : prix.")


async def cancel_visit(t: Terminal) -> None:
    await t.open("annuler le passage")
    await t.see("Annuler le passage de AB-123-CD")
    await t.press("down", "enter")
    await t.hear("Passage de AB-123-CD annulé.")


ACTS = [
    (dismiss_weighing, "weighing_dismissed", "weighing_restored"),
    (dismiss_exception, "exception_dismissed", "exception_restored"),
    (refuse_load, "load_refused", "load_restored"),
    (let_supplier_leave, "load_left", "load_restored"),
    (cancel_visit, "visit_cancelled", "visit_restored"),
]


# the minute is counted at one place for all of them
SOME = [*ACTS[:1], *ACTS[-1:], *(pytest.param(*act, marks=pytest.mark.long) for act in ACTS[1:-1])]


async def ready(station: Station, t: Terminal) -> None:
    """A load, a value that waits, and a weight on the bridge."""
    silo = station.silo
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.measure("gac", {"moisture": 13.0}, "X1")
    silo.weigh(43_120)
    await t.see("AB-123-CD", "43 120 kg", "1 exception")


@pytest.mark.parametrize(("act", "done", "restored"), ACTS)
async def test_one_key_takes_it_back_within_a_minute(
    station: Station, act: Act, done: str, restored: str
) -> None:
    async with terminal(station) as t:
        await ready(station, t)
        await act(t)
        await t.until(lambda: "F9 reprendre : " in plain(t.text), "the key")
        assert " s)" in plain(t.text)
        station.silo.clock.pass_(seconds=40)
        await t.until(lambda: t.app.deed and t.app.deed.seconds_left(t.app.board.now) <= 20, "40 seconds")
        await t.press("f9")
        await t.hear("Repris : ")
        await t.press("f2")
        await t.see("AB-123-CD", "43 120 kg", "1 exception")
        await t.press("f9")
        await t.hear("Rien à reprendre pour l'instant.")
    assert len(events_of(station.silo, done)) == len(events_of(station.silo, restored)) == 1


@pytest.mark.parametrize(("act", "done", "restored"), SOME)
async def test_after_a_minute_the_key_is_not_shown_and_does_nothing(
    station: Station, act: Act, done: str, restored: str
) -> None:
    async with terminal(station) as t:
        await ready(station, t)
        await act(t)
        station.silo.clock.pass_(seconds=62)
        await t.until(lambda: t.app.deed is None, "62 seconds")
        await t.press("f2", "f9")
        await t.hear("Rien à reprendre pour l'instant.")
    assert events_of(station.silo, restored) == []


@pytest.mark.parametrize(("act", "done", "restored"), ACTS)
async def test_enter_alone_never_ends_anything(station: Station, act: Act, done: str, restored: str) -> None:
    ways = {dismiss_weighing: ["f8"], dismiss_exception: ["f4", "f8"]}
    async with terminal(station) as t:
        await ready(station, t)
        if act is cancel_visit:
            await t.open("annuler le passage")
        elif act in ways:
            await t.press(*ways[act])
        else:
            await open_load(t)
            await t.press("f8")
        await t.press("enter", "enter", "enter")
    assert events_of(station.silo, done) == []


async def test_several_mistakes_are_taken_back_in_turn(station: Station) -> None:
    async with terminal(station) as t:
        await ready(station, t)
        await dismiss_weighing(t)
        await dismiss_exception(t)
        await t.press("f9")
        await t.hear("Repris : 1 exception écartée")
        await t.press("f9")
        await t.hear("Repris : Pesée de 43 120 kg écartée")


async def test_what_came_too_late_is_told_and_no_longer_offered(station: Station) -> None:
    async with terminal(station) as t:
        await ready(station, t)
        await dismiss_weighing(t)
        (event,) = events_of(station.silo, "weighing_dismissed")
        await t.app.client.restore_weighing(event.subject_id or "")  # at another terminal
        await t.press("f9")
        await t.hear("Il n'y a rien à reprendre ici.")
        assert t.app.deed is None
        await t.at(QueueScreen)
