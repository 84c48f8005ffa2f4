"""A farmer's bag is scanned once it was measured, and the answer stands on the screen."""

from station.receival.measuring import samples
from tests.silo_rig import ANNE, GOOD, GOOD_NIR
from tests.ui.rig import Station
from tests.ui.terminal import terminal


async def test_scanning_the_bag_asks_for_tonnes_and_answers(station: Station) -> None:
    silo = station.silo
    samples.enter_own_sample(silo.desk, "C00001", "courtesy", None, "", ANNE, silo.clock())
    silo.measure("gac", GOOD, "C00001")
    silo.measure("nir", GOOD_NIR, "C00001")
    async with terminal(station, "fr") as it:
        await it.scan("C00001")
        await it.see("quelle espèce")
        await it.write("blé tendre")
        await it.press("enter")
        await it.see("Combien de tonnes")
        await it.write("240")
        await it.press("enter")
        await it.see("100")
        await it.press("backspace")
        await it.press("enter")
        await it.see("Échantillon d’essai avant récolte C00001")
        await it.press(*["down"] * 24)
        await it.see("n’est réservé")
