"""A vehicle that takes grain away is entered, checked, weighed and let go at the terminal, at 80×24."""

import pytest
from sqlmodel import select

from station.receival.leaving import outbound
from station.receival.leaving.outbound_coming import Coming
from station.store.tables import Buyer, Carrier, OutboundOrder, OutboundVisit
from tests.silo_rig import ANNE
from tests.ui.events import events_of
from tests.ui.rig import Station
from tests.ui.terminal import WIDTH, Terminal, terminal
from ui.tui.screens.outbound import OutboundScreen

pytestmark = pytest.mark.long


async def choose(t: Terminal, title: str, text: str) -> None:
    await t.see(title)
    if text:
        await t.write(text)
    await t.press("enter")


async def check(t: Terminal, first: str, level: str, body: str) -> None:
    await choose(t, "qu'a-t-il transporté en dernier ?", first)
    await choose(t, "Quel nettoyage après", level)
    for title in ("et avant cela ?", "et encore avant ?"):
        await choose(t, title, "céréales")
        await choose(t, "Quel nettoyage après", "A (à sec)")
    await choose(t, "dans quel état est la benne vide ?", body)


async def test_a_vehicle_comes_is_washed_loaded_and_leaves_with_its_note(station: Station) -> None:
    silo = station.silo
    async with terminal(station) as t:
        await t.open("expéditions")
        await t.at(OutboundScreen)
        await t.see("Aucun véhicule à charger.")
        await t.press("ctrl+n")
        await choose(t, "Plaque du véhicule à charger", "ex-001-po")
        await choose(t, "Plaque de la remorque", "rem-7")
        await choose(t, "Combien d'essieux", "5")
        await choose(t, "Transporteur", "Transports Nord")
        await choose(t, "Quel ordre ?", "sans ordre")
        await choose(t, "Pour quel acheteur ?", "Moulins du Nord")
        await choose(t, "Quelle espèce part ?", "blé tendre")
        await t.see("↑ EX-001-PO", "Moulins du", "à contrôler")
        await t.press("enter")
        await check(t, "engrais minéral", "A (à sec)", "propre")
        await t.see("! benne impropre", "Après engrais minéral, la benne doit être nettoyée")
        await t.press("enter")
        await check(t, "engrais minéral", "B (à l'eau)", "propre")
        await t.see("peser vide")
        silo.weigh(14_800)
        await t.until(lambda: t.app.board.offers, "the weight")
        await t.press("enter")
        await choose(t, "Quelle pesée ?", "")
        await t.see("à charger")
        silo.weigh(44_200)
        await t.until(lambda: [one.kg for one in t.app.board.offers] == [44_200], "the weight")
        await t.press("enter")
        await choose(t, "Quelle pesée ?", "")
        await choose(t, "De quelle cellule a-t-il été chargé ?", "cell c1")
        await choose(t, "44 200 kg en charge", "il part")
        await t.see("le véhicule est autorisé à 44 000 kg, 200 kg de")
        await t.press("down", "enter")
        await t.hear("EX-001-PO : bon de livraison 1, net 29 400 kg.")
        await t.see("Aucun véhicule à charger.")
        assert all(len(line) <= WIDTH for line in t.text.split("\n"))
    (event,) = events_of(silo, "outbound_delivered")
    assert event.data["net_kg"] == 29_400


async def test_carriers_buyers_and_orders_of_the_lists_are_offered_while_typing(station: Station) -> None:
    silo = station.silo
    with silo.desk.ledger.write() as tx:
        told = {"at": silo.clock(), "by": "anne"}
        tx.add(Carrier(id="t1", name="Transports Nord", name_key="TRANSPORTSNORD", **told))
        tx.add(Buyer(id="b1", name="Malterie de l'Est", name_key="MALTERIEDELEST", **told))
        order = {"number": "CV-7", "number_key": "CV7", "buyer": "Moulins", "species": "soft_wheat"}
        tx.add(OutboundOrder(id="o1", tonnes=50.0, campaign="2026", **order, **told))
    async with terminal(station) as t:
        await t.open("expéditions")
        await t.press("ctrl+n")
        await choose(t, "Plaque du véhicule à charger", "ex-001-po")
        await choose(t, "Plaque de la remorque", "")
        await choose(t, "Combien d'essieux", "5")
        await choose(t, "Transporteur", "transp")
        await t.see("CV-7 · Moulins", "blé tendre, reste 50,0 t")
        await choose(t, "Quel ordre ?", "sans ordre")
        await choose(t, "Pour quel acheteur ?", "malt")
        await choose(t, "Quelle espèce part ?", "blé tendre")
        await t.see("↑ EX-001-PO", "Malterie")
    with silo.desk.ledger.read() as tx:
        row = tx.exec(select(OutboundVisit)).one()
    assert (row.carrier, row.buyer) == ("Transports Nord", "Malterie de l'Est")


async def test_it_stands_in_the_queue_with_its_own_mark_and_is_refused(station: Station) -> None:
    silo = station.silo
    coming = Coming("EX-002-PO", "Malterie", "soft_wheat")
    outbound.enter(silo.desk, coming, ANNE, silo.clock())
    silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        await t.see("↑ EX-002-PO · Malterie · blé tendre · à contrôler", "AB-123-CD")
        await t.press("end", "enter")
        await t.at(OutboundScreen)
        await t.press("f8")
        await choose(t, "quelle issue ?", "le silo")
        await choose(t, "Pour quel motif ?", "benne")
        await t.hear("EX-002-PO : refusé")
    (event,) = events_of(silo, "outbound_refused")
    assert event.data["reason"] == "benne sale"
