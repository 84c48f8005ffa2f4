"""At the terminal a real empty weight is kept, and stands for a vehicle's tare where a person says so."""

from dataclasses import replace

import pytest
from sqlmodel import select

from station.receival.bridge.stored_tares import store_tare
from station.store.tables import StoredTare, Visit
from tests.silo_rig import ANNE, Silo
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.screens.ended import EndedScreen

pytestmark = pytest.mark.long


@pytest.fixture
def yard(station: Station) -> Station:
    """The station starts again with stored tares that count for 30 days."""
    assert station._context is not None
    station.stop()
    station.silo.desk = replace(station.silo.desk, stored_tare_days=30)
    station._context = replace(station._context, desk=station.silo.desk)
    station.start()
    return station


def decided(silo: Silo) -> Visit:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit


def kept(silo: Silo) -> list[float]:
    with silo.desk.ledger.read() as tx:
        return [row.kg for row in tx.exec(select(StoredTare)) if row.ended_at is None]


async def test_what_a_vehicle_weighed_empty_is_kept_and_closes_its_next_visit(yard: Station) -> None:
    silo = yard.silo
    silo.receive("AB-123-CD", tare_kg=15_240)
    async with terminal(yard) as t:
        await t.press("ctrl+t")
        await t.at(EndedScreen)
        await t.see("AB-123-CD")
        await t.open("enregistrer le poids à vide")
        await t.hear("Tare de AB-123-CD enregistrée : 15 240 kg.")
        assert kept(silo) == [15_240]
        decided(silo)
        await t.press("f2")
        await t.see("vidage 1 → C1")
        await t.open("tare enregistrée de")
        await t.see("AB-123-CD : tare enregistrée 15 240 kg, pesée")
        await t.press("down", "enter")
        await t.hear("Bon 2 : AB-123-CD, net 27 880 kg.")
    assert len(silo.tickets()) == 2


async def test_one_that_is_too_old_says_why_and_may_only_be_ended(yard: Station) -> None:
    silo = yard.silo
    store_tare(silo.desk, silo.receive("AB-123-CD").weighing.id, ANNE, silo.clock())
    silo.clock.pass_(days=31)
    decided(silo)
    async with terminal(yard) as t:
        await t.see("vidage 1 → C1")
        await t.open("tare enregistrée de")
        await t.see("Elle est trop ancienne : le site l'admet 30 jours.")
        assert "émettre les bons" not in t.text
        await t.press("down", "enter")
        await t.hear("La tare de AB-123-CD n'est plus enregistrée.")
        await t.open("tare enregistrée de")
        await t.hear("Aucune tare de AB-123-CD n'est enregistrée : pesez-le à vide.")
    assert kept(silo) == []


async def test_an_empty_vehicle_on_the_bridge_is_named_and_its_weight_is_kept(yard: Station) -> None:
    silo = yard.silo
    silo.weigh(15_300)
    async with terminal(yard) as t:
        await t.until(lambda: t.app.board.offers, "the weight")
        await t.open("l'enregistrer comme tare")
        await t.see("Plaque du véhicule vide qui pèse 15 300 kg")
        await t.write("zz-999-zz")
        await t.press("enter")
        await t.see("Plaque de la remorque")
        await t.press("enter")
        await t.hear("Tare de ZZ-999-ZZ enregistrée : 15 300 kg.")
    assert kept(silo) == [15_300]


async def test_a_site_without_stored_tares_offers_none(station: Station) -> None:
    decided(station.silo)
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await t.press("f10")
        await t.write("tare")
        assert "enregistrée" not in t.text
