"""The only contract that fits is filled in for no key; among several the marked one is taken."""

import pytest

from station.receival.masters.reference_import import import_list
from tests.silo_rig import MARC, Silo
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, terminal
from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long
ONE = "number,supplier,species,variety,claims,tonnes\n2026-118,EARL Dupont,barley,KWS Faro,organic,60\n"
TWO = "number,supplier,species\n2026-119,EARL Dupont,barley\n"
VARIETIES = "species,variety\nbarley,KWS Faro\nbarley,Isocel\nsoft_wheat,Chevignon\n"


def keep(silo: Silo, **lists: str) -> None:
    for kind, text in lists.items():
        taken = import_list(silo.desk, kind, text, MARC, silo.clock(), dry_run=False)
        assert not taken.errors


def filled(t: Terminal) -> tuple[str, str, str]:
    (load,) = t.app.get_screen("arrival", ArrivalScreen).draft.loads
    return load.contract, load.variety, load.claims


async def enter(t: Terminal) -> None:
    await t.press("f3")
    for word in ("zz1", "earl dup", "barley"):
        await t.write(word)
        if word == "earl dup":
            await t.see("EARL Dupont")
        await t.press("enter")


async def test_the_only_contract_brings_its_variety_and_claims(station: Station) -> None:
    keep(station.silo, contracts=ONE)
    async with terminal(station, "en") as t:
        await enter(t)
        await t.until(lambda: filled(t) == ("2026-118", "KWS Faro", "organic"), "the contract")
        await t.press("ctrl+s")
        await t.at(QueueScreen)
        [visit] = await t.app.client.open_visits()
        load = await t.app.client.load(visit.loads[0].id)
    assert (load.contract, load.declared_variety, load.claims) == ("2026-118", "KWS Faro", ["organic"])


async def test_owners_are_offered_while_their_names_are_typed_and_percent_follows(station: Station) -> None:
    for plate, supplier in (("AB-123-CD", "GAEC du Moulin"), ("EF-456-GH", "SCEA Blanc")):
        station.silo.arrive(plate, supplier=supplier)
    async with terminal(station, "en") as t:
        await enter(t)
        screen = t.app.get_screen("arrival", ArrivalScreen)
        screen.form.open("owners")
        for typed, whole, share in (("bla", "SCEA Blanc", "33,34,"), ("moul", "GAEC du Moulin", "66,66")):
            await t.write(typed)
            await t.see(f"  {whole}")
            await t.press("down", "enter")
            await t.write(share)
        (load,) = screen.draft.loads
        assert load.owners == "SCEA Blanc 33,34, GAEC du Moulin 66,66"
        await t.press("ctrl+s")
        await t.at(QueueScreen)
        row = next(one for one in await t.app.client.open_visits() if one.plate == "ZZ1")
        load = await t.app.client.load(row.loads[0].id)
    assert sorted((one["supplier"], one["share"]) for one in load.owners) == [
        ("GAEC du Moulin", 0.6666), ("SCEA Blanc", 0.3334),
    ]  # fmt: skip


async def test_of_several_one_is_chosen_and_a_variety_is_completed(station: Station) -> None:
    keep(station.silo, contracts=ONE, varieties=VARIETIES)
    keep(station.silo, contracts=TWO)
    async with terminal(station, "en") as t:
        await enter(t)
        screen = t.app.get_screen("arrival", ArrivalScreen)
        screen.form.open("contract")
        await t.see("2026-118 · KWS Faro · organic · 60.0 t left")
        await t.press("down", "down", "enter")
        assert filled(t)[0] == "2026-119"
        await t.write("iso")
        await t.see("[Enter] takes Isocel")
        await t.press("enter")
        assert filled(t)[1] == "Isocel"
