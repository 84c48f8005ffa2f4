"""A photo that is asked for is told on the queue and the load, and never holds an Enter up."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.grain.asking import PhotoRule
from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from tests.receival.test_photo_asked import photograph
from tests.ui.rig import House, Station, served
from tests.ui.terminal import HEIGHT, WIDTH, Terminal, plain, terminal
from ui.tui.screens.ended import EndedScreen
from ui.tui.screens.load import LoadScreen

ASKED = "photo demandée : blé tendre"


@pytest.fixture
def asking(tmp_path: Path, house: House) -> Iterator[Station]:
    """A station whose site asks for a photo of each load of wheat."""
    with served(house, tmp_path / "data") as opened:
        assert opened._context is not None
        desk = replace(opened.silo.desk, asking=PhotoRule(species=frozenset({"soft_wheat"})))
        opened.stop()
        opened.silo = replace(opened.silo, desk=desk)
        opened._context = replace(opened._context, desk=desk)
        opened.start()
        yield opened


def words(t: Terminal) -> str:
    """What stands on the screen, however its lines are broken."""
    return " ".join(plain(t.text).split())


async def test_the_queue_and_the_load_say_why_and_enter_goes_on_without(asking: Station) -> None:
    silo = asking.silo
    silo.arrive("AA-111-AA", NewLoad("barley", barcode="S0001"))
    visit = silo.arrive("BB-222-BB", NewLoad("soft_wheat", barcode="S0002"))
    silo.confirm(43_120, visit, "first")
    async with terminal(asking) as t:
        await t.until(lambda: ASKED in words(t), "why a photo is asked for")
        assert words(t).count("photo demandée") == 1
        silo.measure_well(visit)
        await t.see("[F6] mène à la question")
        await t.press("f6")
        await t.see("FOSSE", "[Entrée] accepter", ASKED)
        assert all(len(line) <= WIDTH for line in t.text.split("\n"))
        await t.press("f5")
        await t.at(LoadScreen)
        await t.see(ASKED, "pas prise")
        assert len(t.text.split("\n")) == HEIGHT
        await t.press("escape")
        await t.see("[Entrée] accepter")
        await t.press("enter")
        await t.see("vidage 1 → C1")
        await t.until(lambda: ASKED not in words(t), "the decided load")


async def test_a_photo_that_came_is_asked_for_no_more(asking: Station) -> None:
    silo = asking.silo
    visit = silo.arrive("BB-222-BB", NewLoad("soft_wheat", barcode="S0002"))
    silo.confirm(43_120, visit, "first")
    async with terminal(asking) as t:
        await t.until(lambda: ASKED in words(t), "why a photo is asked for")
        photograph(silo, silo.loads(visit)[0])
        await t.until(lambda: ASKED not in words(t), "the photo that came")
        proposal = silo.proposal(silo.loads(visit)[0])
        assert proposal is not None
        assert [one["code"] for one in proposal.photo_asked] == [Code.PHOTO_OF_SPECIES]


async def test_the_days_list_tells_how_many_were_taken(asking: Station) -> None:
    asking.silo.receive("AA-111-AA")
    async with terminal(asking) as t:
        await t.press("ctrl+t")
        await t.at(EndedScreen)
        await t.see("photos demandées : 0 prises sur 1")
