"""The terminal asks of a load of a restored backup whether it was closed on paper."""

from sqlmodel import select

from station.store.tables import Load
from tests.ui.rig import Station
from tests.ui.terminal import terminal


def doubted(station: Station) -> None:
    """A proposed load, as a restore leaves it."""
    visit = station.silo.arrive("AB-123-CD")
    station.silo.confirm(43_120, visit, "first")
    station.silo.measure_well(visit)
    with station.silo.desk.ledger.write() as tx:
        for load in tx.exec(select(Load)):
            load.asks_paper = True
            tx.add(load)


def loads(station: Station) -> list[Load]:
    with station.silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Load)))


async def test_a_load_that_was_not_on_paper_goes_on(station: Station) -> None:
    doubted(station)
    async with terminal(station) as t:
        await t.see("clos sur papier ?")
        await t.press("enter")
        await t.see("était ouvert dans la sauvegarde")
        await t.press("down", "enter")
        await t.hear("Il continue ici")
    assert not loads(station)[0].asks_paper


async def test_one_that_was_is_closed_with_the_papers_number(station: Station) -> None:
    doubted(station)
    async with terminal(station) as t:
        await t.see("clos sur papier ?")
        await t.press("enter")
        await t.see("était ouvert dans la sauvegarde")
        await t.press("down", "down", "enter")
        await t.see("Numéro du papier")
        await t.write("P-77")
        await t.press("enter")
        await t.see("Poids net du papier")
        await t.press("enter")
        await t.hear("Clos sur papier n° P-77.")
    assert [(load.outcome, load.outcome_reason) for load in loads(station)] == [("on_paper", "P-77")]
