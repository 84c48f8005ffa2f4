"""A scanned barcode finds its way from every screen."""

import pytest

from station.receival.arrivals.visits import NewLoad
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.messages import Scanned
from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long


async def test_a_known_barcode_opens_its_load_from_any_screen(station: Station) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S12345"))
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        for screen in ("file", "appareils", "cellules", "bons", "touches"):
            await t.open(screen)
            await t.scan("S12345")
            await t.at(LoadScreen)
            await t.see("éch. S12345")
            await t.press("escape")
            await t.at(QueueScreen)
        assert [m.barcode for m in t.messages if isinstance(m, Scanned)] == ["S12345"] * 5


async def test_a_barcode_of_an_ended_load_opens_it_too(station: Station) -> None:
    visit = station.silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S12345"))
    station.silo.confirm(43_120, visit, "first")
    station.silo.measure_well(visit)
    station.silo.decide(station.silo.loads(visit)[0])
    station.silo.confirm(15_240, visit, "last")
    async with terminal(station, "en") as t:
        await t.scan("S12345")
        await t.see("sample S12345", "ticketed", "DECIDED: pit 1 → cell C1", "ticket 1")


async def test_an_unknown_barcode_becomes_the_loads_sample_or_a_courtesy_sample(
    station: Station,
) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat"))
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await t.scan("S12345")
        await t.see("S12345 n'est pas connu", "l'échantillon de AB-123-CD, EARL Dupont")
        await t.press("enter")
        await t.hear("Échantillon S12345 saisi.")
        await t.until(lambda: t.app.board.load_with_barcode("S12345"), "the sample")
        await t.scan("C99999")
        await t.see("un essai avant récolte, sans apport")
        await t.press("down", "enter")
        await t.hear("Échantillon C99999 saisi.")
        assert (await t.app.client.sample("C99999")).kind == "courtesy"
        await t.scan("C99999")
        await t.hear("C99999 est connu : échantillon sans apport")


async def test_a_scan_on_a_load_without_sample_enters_it(station: Station) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat"))
    async with terminal(station) as t:
        await t.press("f5")
        await t.see("pas encore d'échantillon")
        await t.scan("S12345")
        await t.see("éch. S12345")


async def test_a_dialog_that_asks_for_a_barcode_takes_the_scan_and_another_does_not(station: Station) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat"))
    async with terminal(station) as t:
        await t.press("f5")
        await t.see("pas encore d'échantillon")
        await t.press("f8")
        await t.see("quelle issue")
        await t.scan("S12345")
        await t.hear("S12345 a été lu : finissez d'abord ceci")
        await t.press("escape", "f7", "enter")
        await t.see("Code-barres de l'échantillon")
        await t.scan("S12345")
        await t.see("éch. S12345")


async def test_a_scanner_set_to_another_keyboard_is_named(station: Station) -> None:
    async with terminal(station) as t:
        await t.scan("&é'(-è")
        await t.hear("n'est pas un code-barres : réglez le lecteur sur la langue du clavier")


async def test_a_scan_that_is_no_sample_of_this_site_is_told_and_enters_nothing(station: Station) -> None:
    station.silo.arrive("AB-123-CD", NewLoad("soft_wheat"))
    async with terminal(station, "en") as t:
        await t.scan("3017620422003")
        await t.hear("3017620422003 is no barcode of this site's samples: nothing was entered.")
        await t.press("f3")
        await t.scan("3017620422003")
        await t.see("is no barcode of this site's samples")
        await t.scan("]C1s12345")
        await t.see("S12345")
        assert t.app.get_screen("arrival", ArrivalScreen).draft.loads[0].barcode == "S12345"


async def test_before_signing_in_a_scan_asks_for_it(station: Station) -> None:
    async with terminal(station, signed_in=False) as t:
        await t.see("Anne")
        await t.scan("S12345")
        await t.hear("Identifiez-vous d'abord")
