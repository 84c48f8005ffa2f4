"""The loads that ended today: newest first, who decided and why; Enter opens one, Escape comes back."""

from datetime import timedelta

from station.receival.arrivals.visits import NewLoad
from tests.ui.rig import Station
from tests.ui.terminal import WIDTH, Terminal, plain, terminal
from ui.tui.screens.ended import EndedScreen
from ui.tui.screens.load import LoadScreen


async def refuse(t: Terminal, station: Station, plate: str, reason: str) -> None:
    (load,) = station.silo.loads(station.silo.arrive(plate, NewLoad("barley")))
    await t.app.client.refuse(load.id, reason)


async def test_the_list_says_when_whose_how_who_and_why_and_enter_opens_a_load(station: Station) -> None:
    station.silo.receive("AA-111-AA")
    async with terminal(station) as t:
        await refuse(t, station, "BB-222-BB", "insectes vivants")
        visit = station.silo.arrive("CC-333-CC", NewLoad("soft_wheat"))
        await t.app.client.cancel_visit(visit.id, "saisi deux fois")
        await t.press("ctrl+t")
        await t.at(EndedScreen)
        await t.see("avec bon : 1 · sans bon : 2", "└ insectes vivants", "bon 1 → C1")
        rows = [line.split() for line in plain(t.text).split("\n") if "-" in line and ":" in line]
        assert [(row[-1], row[-2]) for row in rows[1:3]] == [("Anne", "refusé"), ("anne", "C1")]
        order = [plain(t.text).index(plate) for plate in ("CC-333-CC", "BB-222-BB", "AA-111-AA")]
        assert order == sorted(order)
        assert all(len(line) <= WIDTH for line in t.text.split("\n"))
        await t.press("down", "enter")
        await t.at(LoadScreen)
        await t.see("REFUSÉ", "Anne", "insectes vivants", "Échap retour")
        assert "accepter" not in t.text
        await t.press("f7")
        await t.hear("Cet apport est terminé")
        await t.press("escape")
        await t.at(EndedScreen)


async def test_it_follows_what_ends_and_what_is_taken_back_and_leaves_out_yesterday(station: Station) -> None:
    silo = station.silo
    silo.receive("AA-111-AA")
    silo.clock.now += timedelta(days=1)
    async with terminal(station) as t:
        await t.open("terminés")
        await t.see("Aucun apport terminé aujourd'hui.")
        (load,) = silo.loads(silo.arrive("BB-222-BB"))
        await t.app.client.refuse(load.id, "trop humide")
        await t.see("BB-222-BB", "trop humide")
        await t.app.client.restore_load(load.id)
        await t.see("Aucun apport terminé aujourd'hui.")


async def test_a_long_list_is_read_only_while_its_screen_is_open(station: Station) -> None:
    station.silo.receive("AA-111-AA")
    async with terminal(station) as t:
        await t.open("bons")
        await t.see("AA-111-AA")
        assert t.app.board.ended is None
        assert t.app.board.movements is None
