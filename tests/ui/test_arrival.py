"""An arrival asks what a slip would spoil, and costs few keys."""

import pytest
from sqlmodel import col, select

from station.receival.between_silos import expected_shipments
from station.store.tables import ExpectedShipment, Visit
from tests.api.test_shipments import PAPER
from tests.silo_rig import ANNE, Silo
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, terminal
from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long


def draft_of(t: Terminal) -> str:
    return t.app.get_screen("arrival", ArrivalScreen).draft.plate


async def test_a_begun_arrival_is_gone_on_with_or_forgotten_by_who_says_so(station: Station) -> None:
    async with terminal(station, "en") as t:
        await t.press("f3")
        await t.write("ab-1")
        await t.press("f2")
        await t.at(QueueScreen)
        await t.press("f3")
        await t.see("An arrival is begun: ab-1")
        await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, ArrivalScreen), "the form")
        assert draft_of(t) == "ab-1"
        await t.press("f2")
        await t.at(QueueScreen)
        await t.press("f3")
        await t.see("An arrival is begun")
        await t.press("down", "enter")
        await t.until(lambda: draft_of(t) == "", "an empty form")
        await t.write("xy")
        assert draft_of(t) == "xy"


async def test_a_new_supplier_is_asked_for_once_more(station: Station) -> None:
    async with terminal(station, "en") as t:
        await t.press("f3")
        await t.write("zz1")
        await t.press("enter")
        await t.write("Dupond")
        await t.press("enter")
        await t.write("barley")
        await t.press("enter", "ctrl+s")
        await t.see("New supplier: Dupond?")
        await t.press("enter")
        assert await t.app.client.open_visits() == []
        await t.press("down", "enter")
        await t.at(QueueScreen)
        [visit] = await t.app.client.open_visits()
        assert visit.supplier == "Dupond"


async def test_a_vehicle_on_site_is_entered_twice_only_after_a_question(station: Station) -> None:
    station.silo.arrive("AB-123-CD")
    async with terminal(station, "en") as t:
        await t.press("f3")
        await t.write("ab1")
        await t.see("[Enter] takes AB-123-CD")
        await t.press("enter", "ctrl+s")
        await t.see("AB-123-CD is on site since", "once more?")
        assert len(await t.app.client.open_visits()) == 1
        await t.press("down", "enter")
        await t.at(QueueScreen)
        assert len(await t.app.client.open_visits()) == 2


async def test_a_vehicle_that_is_expected_with_a_shipment_is_entered_as_that(station: Station) -> None:
    desk, clock = station.silo.desk, station.silo.clock
    station.silo.receive("CC-333-CC")
    expected_shipments.hear(desk, PAPER, ANNE, clock())
    async with terminal(station, "en") as t:
        await t.press("f3")
        await t.write("cc3")
        await t.see("[Enter] takes CC-333-CC")
        await t.press("enter", "ctrl+s")
        await t.see("is expected with a shipment from Silo Sud", "shipment sud-7 from Silo Sud")
        assert await t.app.client.open_visits() == []
        await t.press("enter")
        await t.at(QueueScreen)
        [visit] = await t.app.client.open_visits()
        assert (visit.plate, visit.supplier) == ("CC-333-CC", "Silo Sud")
    with desk.ledger.read() as tx:
        assert tx.exec(select(ExpectedShipment.state)).one() == "arrived"


async def test_a_returning_vehicle_costs_five_keys_and_a_scan_a_first_visit_sixteen(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    async with terminal(station, "en") as t:
        keys = ["f3", *"ab1"]
        await t.press(*keys)
        await t.see("[Enter] takes AB-123-CD")
        await t.scan("S77777")
        await t.see("S77777", "EARL Dupont", "soft wheat")
        await t.press("enter")
        await t.at(QueueScreen)
        assert len(keys) + 1 <= 5
        await t.until(lambda: t.app.board.load_with_barcode("S77777"), "the arrival")

        first = [["f3", *"ef456gh", "enter", *"dup"], ["enter", *"b"]]
        await t.press(*first[0])
        await t.see("[Enter] takes EARL Dupont")
        await t.press(*first[1])
        await t.see("[Enter] takes barley")
        await t.scan("S88888")
        await t.see("S88888")
        await t.press("enter")
        await t.until(lambda: t.app.board.load_with_barcode("S88888"), "the first visit")
        assert sum(map(len, first)) + 1 <= 16


async def test_a_returning_pair_is_offered_with_its_last_trailer_for_as_few_keys(station: Station) -> None:
    silo = station.silo
    silo.receive("AB-123-CD", trailer="XY-456-ZZ")
    silo.receive("EF-456-GH")
    async with terminal(station, "en") as t:
        await t.press("f3", *"ef4")
        await t.see("[Enter] takes EF-456-GH")
        await t.press("enter")
        await t.press("ctrl+s")
        await t.at(QueueScreen)
        await t.press("f3", *"ab1")
        await t.see("AB-123-CD + XY-456-ZZ · EARL Dupont")
        await t.scan("S77777")
        await t.see("S77777", "XY-456-ZZ")
        await t.press("enter")
        await t.at(QueueScreen)
        await t.until(lambda: t.app.board.load_with_barcode("S77777"), "the arrival")
    trailers = {visit.plate: visit.trailer_plate for visit in visits_of(silo)[-2:]}
    assert trailers == {"EF-456-GH": "", "AB-123-CD": "XY-456-ZZ"}


async def test_a_pair_is_found_by_the_trailers_plate_and_another_trailer_is_corrected(
    station: Station,
) -> None:
    silo = station.silo
    silo.receive("AB-123-CD", trailer="XY-456-ZZ")
    async with terminal(station, "en") as t:
        await t.press("f3", *"xy4")
        await t.see("AB-123-CD + XY-456-ZZ")
        await t.press("down", "enter")
        await t.see("EARL Dupont")
        await t.press("ctrl+s")
        await t.see("AB-123-CD", "to weigh full")
        await t.press("f5")
        await t.see("AB-123-CD + XY-456-ZZ")
        await t.press("f7")
        await t.write("correct")
        await t.press("enter")
        await t.write("trailer")
        await t.press("enter")
        await t.write("QR-789-ST")
        await t.press("enter")
        await t.hear("AB-123-CD: corrected.")
        await t.see("AB-123-CD + QR-789-ST")


def visits_of(silo: Silo) -> list[Visit]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Visit).order_by(col(Visit.seq))))


async def test_a_wrong_plate_and_species_are_corrected_on_the_load(station: Station) -> None:
    station.silo.arrive("AB-123-CD")
    async with terminal(station, "en") as t:
        await t.press("f5")
        await t.see("EARL Dupont")
        await t.press("f7")
        await t.write("correct")
        await t.press("enter")
        await t.see("What was entered wrong?", "AB-123-CD", "soft wheat")
        await t.press("enter")
        await t.write("AB-128-CD")
        await t.press("enter")
        await t.hear("AB-128-CD: corrected.")
        await t.see("AB-128-CD")
        await t.press("f7")
        await t.write("correct")
        await t.press("enter")
        await t.write("species")
        await t.press("enter")
        await t.see("barley")
        await t.write("barley")
        await t.press("enter")
        await t.until(lambda: [v.loads[0].species for v in t.app.board.visits] == ["barley"], "the species")
        assert t.app.board.visits[0].plate == "AB-128-CD"


async def test_enter_leaves_no_field_that_an_arrival_needs_and_cannot_take(station: Station) -> None:
    """Or what a person types without a look lands one field further down."""
    async with terminal(station) as t:
        await t.press("f3", "enter")
        await t.hear("Tapez l'immatriculation.")
        await t.write("xb101vx")
        await t.press("enter", "enter")
        await t.hear("Tapez l'apporteur.")
        await t.write("earl dupont")
        await t.press("enter")
        await t.write("sarrasin")
        await t.press("enter")
        await t.hear("Choisissez une espèce de ce site.")
        screen = t.app.screen
        assert isinstance(screen, ArrivalScreen)
        assert (screen.form.open_field, screen.draft.loads[0].barcode) == ("species", "")


async def test_a_supplier_that_is_misspelt_is_corrected_in_its_field(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    async with terminal(station) as t:
        await t.press("f3")
        await t.write("xb101vx")
        await t.press("enter")
        await t.write("EARL Dupond")
        await t.press("enter")
        screen = t.app.screen
        assert isinstance(screen, ArrivalScreen)
        await t.write("blé t")
        await t.press("enter")
        await t.write("S77777")
        await t.press("enter")
        await t.see("Nouvel apporteur : EARL Dupond ?")
        await t.press("down", "down", "enter")
        await t.until(lambda: screen.form.open_field == "supplier", "the field of the supplier")


async def test_a_misspelt_supplier_is_chosen_among_the_known_ones(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    async with terminal(station) as t:
        await t.press("f3")
        for text in ("xb101vx", "EARL Dupond", "blé t", "S77777"):
            await t.write(text)
            await t.press("enter")
        await t.see("Nouvel apporteur : EARL Dupond ?", "non : c'est EARL Dupont")
        await t.press("down", "down", "down", "enter")
        await t.at(QueueScreen)
        [visit] = await t.app.client.open_visits()
        assert visit.supplier == "EARL Dupont"
