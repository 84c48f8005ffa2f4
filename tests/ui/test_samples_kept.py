"""A sample is kept with one key; who has it and what is destroyed is told on one screen."""

from dataclasses import replace
from datetime import timedelta

from station.acts.desk import Keeping
from station.receival.laboratory import retaining
from station.store.retained import retained_by_number
from station.store.tables import RetainedSample
from tests.silo_rig import ANNE
from tests.ui.events import events_of
from tests.ui.rig import Station
from tests.ui.terminal import WIDTH, terminal
from ui.tui.keys import KEYS
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.retained import RetainedScreen


def shelve(station: Station) -> None:
    keeping = Keeping(places=("A{01-09}",), parts=2, days=30)
    station.silo.desk = desk = replace(station.silo.desk, keeping=keeping)
    station._context = replace(station._context, desk=desk)
    station.stop()
    station.start()


def stored(station: Station, number: str) -> RetainedSample:
    with station.silo.desk.ledger.read() as tx:
        row = retained_by_number(tx, number)
        assert row is not None
        return row


async def test_one_key_on_the_load_keeps_a_part_on_the_next_place(station: Station) -> None:
    shelve(station)
    station.silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await t.press("f5")
        await t.at(LoadScreen)
        await t.see("apport 1")
        await t.press(KEYS["keep"].pressed)
        await t.hear("Conservé : n° E00001-8, emplacement A01, jusqu'au 19/08/2026.")
        await t.press(KEYS["keep"].pressed)
        await t.hear("est déjà conservé : n° E00001-8, emplacement A01")
    (event,) = events_of(station.silo, "sample_retained")
    assert event.data["place"] == "A01"


async def test_what_is_kept_is_listed_and_handed_over(station: Station) -> None:
    shelve(station)
    silo = station.silo
    (load,) = silo.loads(silo.arrive("AB-123-CD"))
    retaining.keep_of_load(silo.desk, load.id, ANNE, silo.clock(), seal="P-77")
    async with terminal(station) as t:
        await t.open("échantillons conservés")
        await t.at(RetainedScreen)
        await t.see("E00001-8", "A01", "AB-123-CD · EARL Dupont", "19/08/2026", "└ plomb P-77")
        assert all(len(line) <= WIDTH for line in t.text.split("\n"))
        await t.press("f7")
        await t.see("remis à quelqu'un")
        await t.press("down", "enter")
        await t.see("remis à qui ?")
        await t.write("Labo SGS")
        await t.press("enter")
        await t.see("Combien de sachets ?")
        await t.press("enter")
        await t.hear("E00001-8 : remis à Labo SGS.")
        await t.see("└ remis à Labo SGS")
    row = stored(station, "E00001-8")
    assert (row.state, row.parts) == ("kept", 1)


async def test_only_what_is_past_its_date_is_destroyed(station: Station) -> None:
    shelve(station)
    silo = station.silo
    for plate, days in (("AB-123-CD", 31), ("AB-124-CD", 0)):
        (load,) = silo.loads(silo.arrive(plate))
        retaining.keep_of_load(silo.desk, load.id, ANNE, silo.clock() - timedelta(days=days))
    async with terminal(station) as t:
        await t.open("échantillons conservés")
        await t.see("E00001-8", "E00002-6")
        await t.press("home", "f8")
        await t.hear("Il ne doit pas encore être détruit")
        await t.press("f6")
        await t.see("Échantillons à détruire", "E00001-8")
        assert "E00002-6" not in t.text
        await t.press("f8")
        await t.see("Détruit ?")
        await t.press("down", "enter")
        await t.until(lambda: stored(station, "E00001-8").state == "destroyed", "destroyed")
    assert stored(station, "E00002-6").state == "kept"
