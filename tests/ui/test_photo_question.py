"""A photo that does not look like the declared grain is asked about at the truck, before the decision."""

import pytest

from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from tests.receival.test_questions import photograph, refused
from tests.ui.rig import Station
from tests.ui.terminal import terminal

pytestmark = pytest.mark.long


async def test_the_loads_screen_says_that_enter_asks_and_two_more_keys_answer(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    photograph(silo, refused(Code.UNKNOWN_GRAIN))
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await t.press("enter")  # no cell is proposed: its screen opens
        await t.see("ne ressemble pas", "[Entrée] répondre")
        await t.press("enter")
        await t.see("c'est bien le grain déclaré")
        await t.press("down", "enter")
        await t.see("Pourquoi est-ce bien le grain déclaré ?")
        await t.press("down", "enter")
        await t.hear("AB-123-CD : le grain est conforme à la déclaration.")
        await t.see("FOSSE 1 → CELLULE C1")
        await t.press("enter")
        await t.hear("AB-123-CD : FOSSE 1, cellule C1")
