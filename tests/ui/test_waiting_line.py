"""What waits for a person is told on every screen, with its age and the key that goes there."""

import pytest

from station.cli.service import Waits
from station.receival.bridge.bridge_zero import NotAtZero
from station.store.tables import Visit
from tests.silo_rig import Silo
from tests.ui.rig import Station, bridge
from tests.ui.terminal import terminal
from ui.tui.bell import KINDS

pytestmark = pytest.mark.long

SCREENS = ("f3", "f4", "appareils", "cellules", "bons")


async def test_a_weight_on_the_bridge_is_told_on_every_screen(station: Station) -> None:
    silo = station.silo
    silo.weigh(43_120)
    silo.clock.pass_(minutes=49)
    async with terminal(station) as t:
        for screen in SCREENS:
            await t.open(screen) if len(screen) > 2 else await t.press(screen)
            await t.see("en attente : pesée 43 120 kg 49 min [F2]")
        await t.press("f2")
        await t.see("▶ 43 120 kg")


async def test_a_missing_value_and_the_exception_that_blocks_it_are_told_behind_the_load_screen(
    station: Station,
) -> None:
    silo: Silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    async with terminal(station) as t:
        await t.see("à mesurer AB-123-CD")
        await t.press("f5")
        await t.see("à mesurer AB-123-CD", "[F2]")
        silo.measure_well(visit)
        await t.until(lambda: "à mesurer" not in t.text, "the end of it")


async def test_next_says_measure_once_more_where_two_measurements_differ(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    barcode = silo.barcode(silo.loads(visit)[0])
    for moisture in (12.0, 15.0):
        silo.measure("gac", {"moisture": moisture}, barcode)
    async with terminal(station) as t:
        await t.see("mesurer encore une fois : humidité")


async def test_a_bridge_that_showed_no_zero_is_told_on_every_screen_until_a_person_settles_it(
    station: Station,
) -> None:
    clock = station.silo.clock
    station.devices = [bridge(not_at_zero=NotAtZero(15_240, clock()))]
    clock.pass_(minutes=3)
    async with terminal(station) as t:
        for screen in SCREENS:
            await t.open(screen) if len(screen) > 2 else await t.press(screen)
            await t.see("en attente : pas de zéro avant 15 240 kg 3 min [F10]")
        await t.press("f10")
        await t.see("Le pont n'a pas affiché zéro entre deux véhicules")
        await t.press("enter")
        await t.see("mettre à zéro, repeser", "Bridge : rien à peser")
        await t.press("enter")
        assert station.settled_bridges == []
        await t.press("down", "enter")
        await t.hear("Bridge : réglé")
    assert station.settled_bridges == ["bridge"]


def weighed(silo: Silo) -> Visit:
    """A load that is weighed twenty minutes after it came."""
    visit = silo.arrive("AB-123-CD")
    silo.clock.pass_(minutes=20)
    silo.confirm(43_120, visit, "first")
    return visit


async def test_a_wait_is_as_old_as_itself_not_as_the_arrival(station: Station) -> None:
    silo = station.silo
    weighed(silo)
    silo.clock.pass_(minutes=7)
    async with terminal(station) as t:
        for screen in SCREENS:
            await t.open(screen) if len(screen) > 2 else await t.press(screen)
            await t.see("AB-123-CD 7 min [F2]")


async def test_a_proposed_hold_is_told_on_every_screen(station: Station) -> None:
    silo = station.silo
    visit = weighed(silo)
    silo.clock.pass_(minutes=3)
    barcode = silo.barcode(silo.loads(visit)[0])
    silo.measure("gac", {"moisture": 19.5, "test_weight": 60.0, "temperature": 25.0}, barcode)
    silo.measure("nir", {"protein": 8.0}, barcode)
    silo.clock.pass_(minutes=5)
    async with terminal(station) as t:
        for screen in SCREENS:
            await t.open(screen) if len(screen) > 2 else await t.press(screen)
            await t.see("attente proposée AB-123-CD 5 min [F2]")


async def test_a_blocking_exception_is_told_on_every_screen(station: Station) -> None:
    silo = station.silo
    weighed(silo)
    silo.measure("gac", {"moisture": 13.0, "test_weight": 78.0, "temperature": 25.0}, "S99999")
    silo.clock.pass_(minutes=4)
    async with terminal(station) as t:
        for screen in SCREENS:
            await t.open(screen) if len(screen) > 2 else await t.press(screen)
            await t.see("exception 4 min [F4]")


async def test_the_bell_rings_once_for_what_begins_to_wait_and_is_chosen(station: Station) -> None:
    silo, rung = station.silo, []
    silo.weigh(43_120)
    async with terminal(station, bell=["bridge", "exception"]) as t:
        t.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await t.see("43 120 kg")
        assert rung == []
        silo.weigh(15_240)
        await t.until(lambda: len(rung) == 1, "the bell")
        weighed(silo)
        await t.see("à mesurer")
        silo.measure("gac", {"moisture": 13.0, "test_weight": 78.0, "temperature": 25.0}, "S99999")
        await t.until(lambda: len(rung) == 2, "the bell")
        await t.app.client.site()
        t.app.feed.read_again()
        await t.settle()
        assert len(rung) == 2


def test_every_kind_that_rings_can_be_chosen() -> None:
    assert tuple(kind.value for kind in Waits) == KINDS


async def test_what_is_found_after_the_decision_stops_the_truck_on_both_terminals(station: Station) -> None:
    silo, rung = station.silo, []
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    async with terminal(station, bell=["hold"]) as t, terminal(station) as other:
        t.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        t.app.client.person_token = other.app.client.person_token  # she signed in again
        await other.see("vidage 1 → C1")
        await other.press("ctrl+b", "2")
        await other.hear("bloqué : insectes vivants")
        for one in (t, other):
            await one.see(
                "en attente : arrêter AB-123-CD", "! arrêter 1 → C1", "décider à nouveau : insectes"
            )
        await t.until(lambda: rung == [1], "the bell")
        silo.weigh(15_240)
        await t.see("dernière pesée ?")
        await t.press("enter")
        await t.see("Constaté après l'orientation : insectes vivants", "A-t-il quand même vidé")
        await t.press("enter")
        assert await t.app.client.tickets() == []
        await t.press("escape", "f5")
        await t.see("! Constaté après l'orientation : insectes vivants")
        await t.press("escape")
        await t.see("dernière pesée ?")
        await t.press("enter")
        await t.see("A-t-il quand même vidé")
        await t.press("down", "enter")
        await t.hear("Bon 1 : AB-123-CD, net 27 880 kg.")
