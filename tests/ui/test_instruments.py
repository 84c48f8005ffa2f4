"""A loaner at 15:00: three questions at the terminal; and a weight whose line failed is asked about."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from drivers.disturbance import Disturbance
from drivers.magnitude import Way
from drivers.reading import UNIT_OF, Analyte, Reading, Value
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.measuring import instruments, readings
from station.receival.measuring.instruments import Description, plugged, swap
from station.receival.measuring.wiring import Wiring, wiring_of
from station.store import pages, queries
from station.store.tables import Person
from tests.silo_rig import ANNE
from tests.ui.rig import PERSON, Station, bridge
from tests.ui.terminal import terminal
from ui.tui.screens.swap import parse_date

pytestmark = pytest.mark.long


async def test_a_loaner_is_swapped_in_at_the_devices_screen(station: Station) -> None:
    async with terminal(station) as t:
        await t.open("appareils")
        await t.see("GAC 2100", "changer l'instrument")
        await t.press("down", "f7", "enter")
        await t.see("À la place de GAC 2100")
        await t.write("GAC de prêt")
        await t.press("enter")
        await t.see("numéro de série")
        await t.write("L-77")
        await t.press("enter")
        await t.see("Vérifié jusqu'au")
        await t.write("31/13/2027")
        await t.press("enter")
        await t.see("Tapez une date")
        await t.press(*["backspace"] * 10)
        await t.write("31/03/2027")
        await t.press("enter")
        await t.see("le même modèle sur la même ligne (gac2100-csv01)")
        await t.press("enter")
        await t.hear("GAC de prêt (n° de série L-77) mesure ici désormais.")
    with station.silo.desk.ledger.read() as tx:
        now = plugged(tx)["gac"]
        person = tx.exec(select(Person.id).where(Person.name == PERSON)).one()
    assert (now.instrument.serial_number, now.instrument.verified_until) == ("L-77", date(2027, 3, 31))
    assert now.assignment.by == person


async def test_a_loaner_of_another_model_is_told_its_driver_address_and_settings(station: Station) -> None:
    async with terminal(station) as t:
        await t.open("appareils")
        await t.press("f7", "enter")
        await t.see("À la place de Bridge")
        for answer in ("Pont de prêt", "L-78", ""):
            await t.write(answer)
            await t.press("enter")
        await t.see("un autre modèle, une autre ligne")
        await t.press("down", "enter")
        await t.see("Quel pilote le lit ?", "mt-sics")
        assert "gac2100" not in t.text  # an analyzer is no bridge
        await t.write("mt-sics")
        await t.press("enter")
        await t.see("Son adresse")
        await t.write("tcp:10.0.0.9:23")
        await t.press("enter")
        await t.see("Ses réglages", "poll=SI|S|SIR|none")
        await t.write("poll")
        await t.press("enter")
        await t.see("Tapez clé=valeur")
        await t.write("=S")
        await t.press("enter")
        await t.hear("Pont de prêt (n° de série L-78) mesure ici désormais.")
    with station.silo.desk.ledger.read() as tx:
        now = plugged(tx)["bridge"]
    assert wiring_of(now.assignment) == Wiring("mt-sics", "tcp:10.0.0.9:23", {"poll": "S"})
    assert not now.is_as_declared


async def test_another_model_in_place_of_the_legal_instrument_is_asked_about(station: Station) -> None:
    silo = station.silo
    legal = Description("GAC 2100", "G-1", legal_for=("moisture",))
    instruments.describe_plugged(silo.desk, "gac", legal, "", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        station.devices = [replace(station.devices[1], plugged=plugged(tx)["gac"])]
    async with terminal(station) as t:
        await t.open("appareils")
        await t.press("f7", "enter")
        for answer in ("Prêt", "L-79", ""):
            await t.write(answer)
            await t.press("enter")
        await t.press("down", "enter")
        await t.see("Quel pilote le lit ?", "tesma")
        await t.write("tesma")
        await t.press("enter")
        await t.see("Sa valeur est-elle aussi la valeur légale (humidité) ?")
        await t.press("down", "enter")
        await t.see("Son adresse")


async def test_what_the_site_file_says_instead_stands_on_the_devices_screen(station: Station) -> None:
    silo = station.silo
    swap(silo.desk, "gac", Description("GAC loan", "L-77"), "", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        station.devices = [replace(station.devices[1], name="GAC loan", plugged=plugged(tx)["gac"])]
    async with terminal(station) as t:
        await t.open("appareils")
        await t.see("CHANGÉ : le fichier du site dit GAC 2100 · gac2100-csv01")


async def test_an_expired_verification_stands_on_the_devices_screen(station: Station) -> None:
    station.devices = [replace(station.devices[0], verified_until=date(2026, 5, 31), is_verified=False)]
    async with terminal(station) as t:
        await t.open("appareils")
        await t.see("VÉRIFICATION EXPIRÉE")


async def test_an_instrument_that_was_verified_again_is_told_so_at_the_devices_screen(
    station: Station,
) -> None:
    async with terminal(station) as t:
        await t.open("appareils")
        await t.press("f7", "down", "enter")
        await t.see("Bridge a été vérifié de nouveau", "jj/mm/aaaa")
        await t.press("enter")
        await t.see("Tapez une date comme 31/05/2027.")
        await t.write("01/06/2028")
        await t.press("enter")
        await t.hear("Bridge : vérifié jusqu'au 01/06/2028.")
    with station.silo.desk.ledger.read() as tx:
        assert plugged(tx)["bridge"].instrument.verified_until == date(2028, 6, 1)


async def test_a_weight_whose_line_failed_is_asked_about_before_it_counts(station: Station) -> None:
    silo = station.silo
    visit = silo.arrive("AB-123-CD")
    frame = replace(silo.stored("bridge"), disturbance=Disturbance.RECONNECTED)
    values = {Analyte.WEIGHT: Value(43_120.0, UNIT_OF[Analyte.WEIGHT])}
    reading = Reading("toledo-continuous", "weight", frame.frame, values)
    weighings.take_weighing(silo.desk, reading, "equal_readings", 43_120.0, frame)
    async with terminal(station) as t:
        await t.see("43 120 kg", "La ligne a été perdue")
        await t.press("enter")
        await t.see("oui, 43 120 kg était affiché")
        await t.press("escape")
        assert silo.chain(visit) == []
        await t.press("enter")
        await t.see("oui, 43 120 kg était affiché")
        await t.press("down", "enter")
        await t.until(lambda: silo.chain(visit), "the weighing")
    with silo.desk.ledger.read() as tx:
        assert pages.offered_weighings(tx, 0, 50) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/05/2027", date(2027, 5, 31)), ("2027-05-31", date(2027, 5, 31)), ("", None), ("31/02/2027", None)],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date | None) -> None:
    assert parse_date(text) == day


async def test_an_analysis_whose_line_failed_is_asked_about_before_it_counts(station: Station) -> None:
    silo = station.silo
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    frame = replace(silo.stored("gac"), disturbance=Disturbance.RECONNECTED)
    values = {Analyte.MOISTURE: Value(13.6, UNIT_OF[Analyte.MOISTURE])}
    readings.take_reading(silo.desk, Reading("gac", "analysis", frame.frame, values), frame)
    async with terminal(station) as t:
        await t.press("f4")
        await t.see("humidité 13,6")
        await t.press("enter")
        await t.see("S1 · AB-123-CD")
        await t.press("enter")
        await t.see("affiche-t-il", "oui : humidité 13,6")
        await t.press("down", "enter")
        await t.hear("Affecté à S1.")
    with silo.desk.ledger.read() as tx:
        assert queries.unpaired(tx) == []


async def test_a_meter_that_repeats_its_value_is_told_of_a_new_sample(station: Station) -> None:
    async with terminal(station) as t:
        await t.see("F10 menu")
        assert "nouvel éch." not in t.text
        await t.press("ctrl+r")
        await t.hear("Ici chaque instrument envoie chaque résultat une seule fois")
        station.devices = [replace(station.devices[1], name="Tesma", state="live", error=None, repeats=True)]
        await t.see("Ctrl+R nouvel éch.")
        await t.press("ctrl+r")
        await t.see("Tesma affiche la valeur du nouvel échantillon")
        assert station.new_samples == []
        await t.press("enter")
        await t.hear("Tesma : la prochaine valeur compte pour un nouvel échantillon.")
    assert station.new_samples == ["gac"]


async def test_the_desk_says_by_a_key_what_the_display_shows(station: Station) -> None:
    ways = tuple(
        Way({"fixed_zero": word}, {"weight": kg})
        for word, kg in (("in_digits", 16_960.0), ("appended", 169_600.0))
    )
    station.devices = [bridge(open_ways=ways)]
    async with terminal(station) as t:
        await t.open("appareils")
        await t.see("ce que montre l'afficheur")
        await t.press("f7")
        await t.see("Bridge : qu'est-ce qui a changé ?", "ce que montre son afficheur")
        await t.press("enter")
        await t.see("Que montre l'afficheur de Bridge ?", "169 600", "fixed_zero = appended")
        await t.press("down", "down", "enter")
        await t.hear("Bridge : fixed_zero = appended désormais.")
    with station.silo.desk.ledger.read() as tx:
        kept = wiring_of(plugged(tx)["bridge"].assignment)
    assert kept.settings["fixed_zero"] == "appended"
